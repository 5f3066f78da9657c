"""Where django-allauth meets Aureole: who may sign up, what is safe, what is said."""

import base64
import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from circles import throttle
from circles.actions import circle_invitations, invitations, tokens
from circles.models import User

log = logging.getLogger(__name__)
INCORRECT_CODE = "This code is not right, or it was used already. Wait for the next one and try again."


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is switched off. The person who runs this server can say why.",
        "email_password_mismatch": "The email address and the password do not belong together.",
        "email_taken": "This address cannot be used. If it is yours, sign in with it or ask for a new password.",
        "enter_current_password": "This is not your current password.",
        "incorrect_code": INCORRECT_CODE,
        "incorrect_password": "This is not your password.",
        "invalid_password_reset": "This link was used already or is too old. Ask for a new one.",
        "mail_off": "This server does not send mail, so it cannot check the address.",
        "rate_limited": "That was too often. Wait a minute, then try again.",
        "same_as_current": "This is the address you have now.",
        "too_many_login_attempts": "That was too often. Wait a minute, then try again.",
        "invited_for_other_email": "This invitation is for another address.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION_OPEN or invitations.carried_by(request) is not None

    def clean_email(self, email: str) -> str:
        """An invitation for one address opens the door for that address only; no change of address goes unchecked."""
        if self.request.user.is_authenticated:
            if not settings.MAIL_ENABLED:
                raise self.validation_error("mail_off")
            return email
        invitation = invitations.carried_by(self.request)
        if invitation and invitation.email and invitation.email.lower() != email.lower():
            raise self.validation_error("invited_for_other_email")
        return email

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """The account and the use of its invitation come to be together, or neither does."""
        user.name = form.cleaned_data.get("name", "")
        invitation = invitations.carried_by(request)
        with transaction.atomic():
            user.invitation = invitations.use(request)
            if invitation and invitation.sent_at and invitation.email:
                self.stash_verified_email(request, invitation.email)
            saved = super().save_user(request, user, form, commit=commit)
            circle_invitations.join_as_newcomer(request=request, user=saved)
            return saved

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Failed passwords are counted once, by axes, at every door."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            throttle.forgive(request)
        return user

    def set_password(self, user: User, password: str) -> None:
        """Whoever knew the old password keeps no token either."""
        with transaction.atomic():
            super().set_password(user, password)
            tokens.revoke_all(actor=user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away must not tell known from unknown addresses by an error page."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            log.exception("A mail (%s) could not be sent.", template_prefix)

    def get_client_ip(self, request: HttpRequest) -> str:
        """A forwarded chain shorter than the number of trusted proxies did not come through them."""
        try:
            return super().get_client_ip(request)
        except ImproperlyConfigured:
            return request.META.get("REMOTE_ADDR", "")

    def is_safe_url(self, url: str) -> bool:
        """``?next=`` leads to this very site only."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )


class TwoFactorAdapter(DefaultMFAAdapter):
    """Two-factor secrets are encrypted with a key derived from SECRET_KEY: a stolen backup alone opens nothing."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": INCORRECT_CODE}

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"aureole two-factor secrets").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
