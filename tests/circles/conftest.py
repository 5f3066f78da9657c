"""People with passwords, two-factor keys and mail."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from circles.models import DeviceToken, SiteInvitation, User

PASSWORD = "a quiet gallery of irises"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Argon2 is slow on purpose; one test looks at it by itself."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def clean_cache(request: pytest.FixtureRequest) -> Any:
    """The cache is a table no flush knows: tests with real transactions must leave it as they found it."""
    yield
    if "transactional_db" in request.fixturenames:
        cache.clear()


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def mail_on(settings: Any) -> None:
    settings.MAIL_ENABLED = settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"


@pytest.fixture
def with_password() -> Callable[[User], User]:
    def give(user: User) -> User:
        user.set_password(PASSWORD)
        user.save()
        return user

    return give


@pytest.fixture
def alice(alice: User, with_password: Callable[[User], User]) -> User:
    return with_password(alice)


@pytest.fixture
def bob(bob: User, with_password: Callable[[User], User]) -> User:
    return with_password(bob)


@pytest.fixture
def staff(make_user: Callable[..., User], with_password: Callable[[User], User]) -> User:
    return with_password(make_user("admin@example.com", is_staff=True, is_superuser=True))


@pytest.fixture
def browser() -> Callable[..., Client]:
    """A browser, signed in through the real page when a person is given."""

    def open_browser(user: User | None = None, **headers: str) -> Client:
        client = Client(**headers)
        if user is not None:
            answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
            assert answer.status_code == 302, answer.content
        return client

    return open_browser


@pytest.fixture
def trusted_browser(browser: Callable[..., Client]) -> Callable[[User], Client]:
    """Signed in, and the password typed once more a moment ago."""

    def open_browser(user: User) -> Client:
        client = browser(user)
        assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        return client

    return open_browser


@pytest.fixture
def token_of() -> Callable[..., tuple[APIClient, DeviceToken, str]]:
    """A person's phone: an API client with a real token."""

    def make(user: User, device: str = "phone") -> tuple[APIClient, DeviceToken, str]:
        token, secret = DeviceToken.objects.create(user, device=device)
        return APIClient(HTTP_AUTHORIZATION=f"Token {secret}"), token, secret

    return make


class Authenticator:
    """An authenticator app: knows the key, tells the code of now."""

    def __init__(self, user: User) -> None:
        self.secret = generate_totp_secret()
        TOTP.activate(user, self.secret)
        self.recovery_codes = RecoveryCodes.activate(user).generate_codes()

    def code(self, steps_later: int = 0) -> str:
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30 + steps_later))


@pytest.fixture
def authenticator() -> type[Authenticator]:
    return Authenticator


@pytest.fixture
def invitation(staff: User) -> Callable[..., tuple[SiteInvitation, str]]:
    from circles.actions.invitations import make_invitation

    def make(**fields: Any) -> tuple[SiteInvitation, str]:
        return make_invitation(actor=staff, **fields)

    return make


@pytest.fixture
def link_in() -> Callable[[str], str]:
    """The path of the first link in a mail."""

    def find(text: str) -> str:
        found = re.search(r"https?://[^/\s]+(/\S+)", text)
        assert found, text
        return found[1]

    return find
