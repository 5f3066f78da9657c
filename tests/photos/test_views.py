"""The library's pages by plain requests: other people's eyes, forged forms, and what cannot be parsed."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from circles.models import User
from photos import browsing, presenting
from photos.models import Photo

Make = Callable[..., Photo]
GRID = "7a6a58" * 9


@pytest.fixture
def as_person() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.mark.parametrize("name", ["timeline", "favourites", "search", "bin", "upload"])
def test_nobody_sees_a_page_without_signing_in(name: str, client: Client, db: None) -> None:
    answer = client.get(reverse(f"photos:{name}"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("route", ["get detail", "post edit", "post remake"])
def test_charlie_finds_alices_photo_as_absent_as_none(
    route: str, alice: User, charlie: User, make_photo: Make, as_person: Any
) -> None:
    photo = make_photo(alice)
    client = as_person(charlie)
    method, name = route.split()
    hidden = getattr(client, method)(reverse(f"photos:{name}", args=[photo.pk]))
    absent = getattr(client, method)(reverse(f"photos:{name}", args=[uuid.uuid4()]))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.parametrize("action", ["bin", "restore", "purge", "favourite", "unfavourite", "nonsense"])
def test_charlie_changes_nothing_of_alices_by_the_bulk_form(
    action: str, alice: User, charlie: User, make_photo: Make, as_person: Any
) -> None:
    kept, binned = make_photo(alice, is_favourite=True), make_photo(alice, deleted_at=timezone.now())
    before = list(Photo.objects.order_by("pk").values())
    answer = as_person(charlie).post(
        reverse("photos:bulk"), {"action": action, "ids": [str(kept.pk), str(binned.pk), "not-an-id"]}
    )
    assert answer.status_code == 302
    assert list(Photo.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_the_bulk_form_leads_nowhere_else(target: str, alice: User, as_person: Any) -> None:
    answer = as_person(alice).post(reverse("photos:bulk"), {"action": "bin", "next": target})
    assert answer.headers["Location"] == reverse("photos:timeline")


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=x", "after=x", "after=5c9f6f3e-0d2b-4c55-9b0e-6a1f1f0c7a11", "month=0000-00"]
)
def test_a_forged_place_shows_the_newest(query: str, alice: User, make_photo: Make, as_person: Any) -> None:
    photo = make_photo(alice)
    answer = as_person(alice).get(f"/?{query}")
    assert answer.status_code == 200
    assert str(photo.pk) in answer.content.decode()


def test_the_timeline_asks_the_database_as_often_for_many_photos_as_for_few(
    alice: User, make_photo: Make, as_person: Any, django_assert_max_num_queries: Any
) -> None:
    client = as_person(alice)
    for count in (3, 20):
        for _ in range(count):
            make_photo(alice, with_files=False)
        with django_assert_max_num_queries(6):
            assert client.get("/").status_code == 200


def test_a_title_is_shown_as_text(alice: User, make_photo: Make, as_person: Any) -> None:
    photo = make_photo(alice, title="<script>alert(1)</script>", place='"><img src=x>', filename="<b>.jpg")
    client = as_person(alice)
    for path in ("/", reverse("photos:detail", args=[photo.pk]), "/search?q=<script>"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


def test_neighbours_follow_the_timeline_and_leave_out_the_bin(alice: User, make_photo: Make) -> None:
    start = datetime(2026, 10, 5, 12, tzinfo=UTC)
    old, gone, middle, new = (
        make_photo(alice, with_files=False, sort_at=start + timedelta(hours=hours)) for hours in range(4)
    )
    Photo.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    view = browsing.photo_view(alice, middle.pk)
    assert view is not None
    assert (view.newer, view.older) == (new, old)


def test_small_changes_keep_the_date(alice: User, make_photo: Make, as_person: Any) -> None:
    photo = make_photo(alice)
    said = {"title": "By the sea", "caption": "", "place": "", "taken": f"{photo.sort_at:%Y-%m-%dT%H:%M:%S}"}
    as_person(alice).post(reverse("photos:edit", args=[photo.pk]), said)
    photo.refresh_from_db()
    assert (photo.title, photo.is_date_edited) == ("By the sea", False)


def test_a_new_date_moves_it_in_the_timeline(alice: User, make_photo: Make, as_person: Any) -> None:
    photo = make_photo(alice)
    said = {"title": "", "caption": "", "place": "", "taken": "2019-07-01T08:30:00"}
    as_person(alice).post(reverse("photos:edit", args=[photo.pk]), said)
    photo.refresh_from_db()
    assert photo.sort_at == datetime(2019, 7, 1, 8, 30, tzinfo=UTC)
    assert photo.month.isoformat() == "2019-07-01"


def test_a_placeholder_is_a_bitmap_of_the_nine_colours() -> None:
    url = presenting.placeholder(GRID)
    assert url.startswith("data:image/bmp;base64,Qk1aAAAA")
    assert presenting.placeholder("zz" * 27) == presenting.placeholder("7a") == ""
