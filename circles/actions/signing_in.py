"""Opening the API's door: the same checks as the sign-in page, with a token instead of a session at the end."""

from allauth.account.models import EmailAddress
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from circles import throttle
from circles.actions import tokens
from circles.models import DeviceToken, User
from processing.errors import NotSignedIn, Refused, TooOften


def sign_in_device(
    *, request: HttpRequest, email: str, password: str, device: str, otp: str = ""
) -> tuple[DeviceToken, str]:
    """A token for a device; raises NotSignedIn alike for an unknown address, a wrong password and a closed account."""
    throttle.limit(request, "login")
    user = authenticate(request, email=email, password=password)
    if not isinstance(user, User):
        raise NotSignedIn
    throttle.forgive(request)
    _require_confirmed_email(user)
    if asks_for_code(user):
        _require_code(user, otp)
    return tokens.make_token(actor=user, device=device)


def confirm_password(*, request: HttpRequest, actor: User, password: str) -> None:
    """Raises Refused unless it is this person's password; wrong ones count like failed sign-ins."""
    if authenticate(request, email=actor.email, password=password) != actor:
        raise Refused(
            "This is not your password.",
            code="wrong_password",
            suggestion="Type the password you sign in with.",
            fields={"password": ["This is not your password."]},
        )
    throttle.forgive(request)


def asks_for_code(user: User) -> bool:
    return is_mfa_enabled(user, [Authenticator.Type.TOTP])


def _require_code(user: User, otp: str) -> None:
    if not otp:
        raise NotSignedIn(
            "This account also asks for a code.",
            code="otp_required",
            suggestion="Send the code of the authenticator app, or a recovery code, as otp.",
        )
    form = AuthenticateForm(data={"code": otp}, user=user)
    if form.is_valid():
        form.authenticator.record_usage()
        return
    if _was_too_often(form.errors.as_data().get("code", [])):
        raise TooOften("Too many codes were wrong.", retry_after=60)
    raise NotSignedIn(
        "The code is not right, or it was used already.",
        code="otp_invalid",
        suggestion="Wait for the next code and try again.",
    )


def _was_too_often(errors: list[ValidationError]) -> bool:
    return any(error.code == "too_many_login_attempts" for error in errors)


def _require_confirmed_email(user: User) -> None:
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        return
    if not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise NotSignedIn(
            "This email address is not confirmed yet.",
            code="email_not_confirmed",
            suggestion="Open the link that was mailed to it, then try again.",
        )
