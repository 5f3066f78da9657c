"""The admin's doors: every model's list, for everybody who might try."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from circles.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LISTS = sorted(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry)


def opened_by(user: User | None, name: str) -> int:
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client.get(reverse(name)).status_code


@pytest.mark.parametrize("name", LISTS)
def test_only_those_with_the_permission_open_a_list(name: str, alice: User, make_user: Callable[..., User]) -> None:
    assert opened_by(None, name) == 302
    assert opened_by(alice, name) == 302
    assert opened_by(make_user("staff@example.com", is_staff=True), name) == 403
    assert opened_by(make_user("admin@example.com", is_staff=True, is_superuser=True), name) == 200


def test_the_rooms_of_the_house_are_in_the_admin() -> None:
    for model in (
        "circles_user",
        "circles_siteinvitation",
        "photos_photo",
        "processing_job",
        "artworks_artwork",
        "circles_optin",
    ):
        assert f"admin:{model}_changelist" in LISTS
