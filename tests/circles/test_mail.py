"""Mail is plain, short and in our words."""

from pathlib import Path

import pytest
from allauth import account
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]
OURS = Path(__file__).resolve().parents[2] / "templates"
THEIRS = Path(account.__file__).parent.parent / "templates"


def assert_is_ours(message: EmailMultiAlternatives) -> None:
    assert message.alternatives == [], "plain text only"
    assert len(message.body.split()) < 110
    assert "Hello from" not in message.body
    assert "Thank you for using" not in message.body
    assert "!" not in message.subject + message.body
    assert "{" not in message.subject + message.body
    assert message.body.strip().splitlines()[-1].startswith("Aureole at ")


def test_what_people_get_from_us_sounds_like_us(alice, staff, trusted_browser, password, authenticator):
    Client().post("/accounts/password/reset/", {"email": alice.email})
    Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})
    client = trusted_browser(alice)
    client.post("/accounts/email/", {"action_add": "", "email": "alice@new.example"})
    new = "another quiet gallery"
    client.post("/accounts/password/change/", {"oldpassword": password, "password1": new, "password2": new})
    browser = trusted_browser(staff)
    browser.post("/settings/invitations", {"email": "dora@example.com", "max_uses": 1, "days": 3})
    authenticator(staff)
    browser.post("/accounts/2fa/totp/deactivate/")
    assert len(mail.outbox) == 6, [m.subject for m in mail.outbox]
    for message in mail.outbox:
        assert_is_ours(message)


def test_every_mail_allauth_can_send_has_our_words():
    """Two-factor by keys, codes by mail and phones are not offered here."""
    unused = ("login_code", "password_reset_code", "webauthn")
    theirs = {
        path.relative_to(THEIRS)
        for folder in ("account/email", "mfa/email")
        for path in (THEIRS / folder).glob("*.txt")
        if not path.name.startswith(unused)
    }
    assert len(theirs) > 20
    assert {str(path) for path in theirs if not (OURS / path).exists()} == set()


def test_every_page_allauth_can_show_has_our_look():
    unused = ("email.html", "phone", "login_code", "request_login_code", "signup_by_passkey", "confirm_", "base_")
    pages = {
        path.relative_to(THEIRS)
        for pattern in ("account/*.html", "mfa/*.html", "mfa/totp/*.html", "mfa/recovery_codes/*.html")
        for path in THEIRS.glob(pattern)
        if not any(path.name.startswith(word) or word in path.name for word in unused)
    }
    rest = {str(path) for path in pages if not (OURS / path).exists()}
    assert (
        rest
        == {"account/phone_change.html", "mfa/trust.html", "mfa/totp/base.html", "mfa/recovery_codes/base.html"} & rest
    )
    assert len(pages) > 18
