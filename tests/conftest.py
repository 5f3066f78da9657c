"""The cast: alice owns, bob is in her circle, charlie is a stranger."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from circles.models import User
from processing import counting

# Counters would be written by a thread of their own, in the middle of another test: tests that want them flush them.
counting.FLUSH_SECONDS = 86_400.0


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(email: str, **fields: Any) -> User:
        user = User(email=email, name=fields.pop("name", email.split("@", maxsplit=1)[0].title()), **fields)
        user.set_unusable_password()
        user.save()
        return user

    return make


@pytest.fixture
def alice(make_user: Callable[..., User]) -> User:
    return make_user("alice@example.com")


@pytest.fixture
def bob(make_user: Callable[..., User]) -> User:
    return make_user("bob@example.com")


@pytest.fixture
def charlie(make_user: Callable[..., User]) -> User:
    return make_user("charlie@example.com")


@pytest.fixture
def api_as() -> Callable[[User | None], APIClient]:
    """An API client signed in as somebody, or as nobody."""

    def client(user: User | None = None) -> APIClient:
        found = APIClient()
        if user is not None:
            found.force_authenticate(user)
        return found

    return client


@pytest.fixture
def session_of() -> Callable[[User], Client]:
    """A browser signed in as somebody."""

    def sign_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return sign_in
