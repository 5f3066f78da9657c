"""Signing up and asking for a new password without a browser: allauth's own forms, so that the rules are the same."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from circles import throttle
from circles.forms import ResetPasswordForm, SignUpForm
from processing.errors import Refused


class RegistrationClosed(Refused):
    code = "registration_closed"
    status = 403
    detail = "This server lets people in by invitation, and this one opens nothing."
    suggestion = "Ask the person who runs this server for an invitation, and send the last part of its link."


class MailOff(Refused):
    code = "mail_off"
    status = 409
    detail = "This server does not send mail, so it cannot send a link."
    suggestion = "Ask the person who runs it: they can make a link for you."


def sign_up(*, request: HttpRequest, invitation: str, name: str, email: str, password: str) -> str:
    """Make an account; returns "signed_up", or "confirm_email" when a mailed link must be opened first."""
    throttle.limit(request, "signup")
    request.invitation_token = invitation  # type: ignore[attr-defined]
    if not get_adapter(request).is_open_for_signup(request):
        raise RegistrationClosed
    form = SignUpForm(data={"name": name, "email": email, "password1": password})
    if not form.is_valid():
        raise Refused(fields=_fields(form))
    if form.account_already_exists:
        _pretend(request, form.cleaned_data["email"])
    else:
        with transaction.atomic():
            user = form.save(request)
        _confirm(request, EmailAddress.objects.get(user=user, primary=True))
    return "confirm_email" if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" else "signed_up"


def ask_for_reset(*, request: HttpRequest, email: str) -> None:
    """Mail a link when the address is known, and a word that it is not when it is not: the caller cannot tell."""
    throttle.limit(request, "reset_password", key=email)
    if not settings.MAIL_ENABLED:
        raise MailOff
    form = ResetPasswordForm(data={"email": email})
    if form.is_valid():
        form.save(request)


def _fields(form: SignUpForm) -> dict[str, object]:
    return {{"password1": "password"}.get(name, name): list(errors) for name, errors in form.errors.items()}


def _pretend(request: HttpRequest, email: str) -> None:
    """The answer of a fresh account; its owner hears by mail that they have one already."""
    send_verification_email_to_address(request, EmailAddress(user=None, email=email), signup=True)


def _confirm(request: HttpRequest, address: EmailAddress) -> None:
    if settings.ACCOUNT_EMAIL_VERIFICATION != "none" and not address.verified:
        send_verification_email_to_address(request, address, signup=True)
