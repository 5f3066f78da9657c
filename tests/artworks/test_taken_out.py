"""What staff took out of a circle after a report is not simply shared there again, until they let it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from artworks.actions import sharing
from circles.actions import circles, reports
from circles.actions.accounts import delete_account
from circles.models import Circle, Membership, TakenOut, User
from photos.models import CircleShare, Photo
from tests.circles.test_circle_races import at_once


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def photo(alice: User, make_photo: Callable[..., Photo]) -> Photo:
    return make_photo(alice, with_files=False)


@pytest.fixture
def staff(make_user: Callable[..., User]) -> User:
    return make_user("admin@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def decide(alice: User, bob: User, staff: User, circle: Circle, photo: Photo) -> Callable[[bool], None]:
    """Alice shares it, bob reports it, staff decide."""

    def act(takes_out: bool) -> None:
        share = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]
        made = reports.report_item(actor=bob, kind="item", subject_id=share.pk, reason="hurts")
        reports.decide_report(actor=staff, report_id=made.pk, takes_out=takes_out)

    return act


def share(api_as: Any, user: User, circle: Circle, *photos: Photo) -> Any:
    said = {"action": "share", "photo_ids": [str(photo.pk) for photo in photos]}
    return api_as(user).post(f"/api/v1/circles/{circle.pk}/items", said)


def test_what_was_taken_out_is_not_shared_there_again(  # noqa: PLR0917
    alice: User, circle: Circle, photo: Photo, decide: Any, make_photo: Any, api_as: Any, session_of: Any
) -> None:
    decide(True)
    other = make_photo(alice, with_files=False)
    said = share(api_as, alice, circle, photo, other)
    assert (said.status_code, said.json()["error"]) == (409, "taken_out")
    assert "ask them to let it in again" in said.json()["suggestion"]
    assert not CircleShare.objects.exists(), "all or none"
    page = session_of(alice).post("/share", {"photo": photo.pk, "circle": circle.pk, "to": "circle"})
    assert page.status_code == 409
    assert "took this out of the circle after a report" in page.content.decode()
    assert share(api_as, alice, circle, other).status_code == 200


def test_it_may_be_shared_into_another_circle_and_what_was_kept_anywhere(
    alice: User, circle: Circle, photo: Photo, decide: Any, api_as: Any
) -> None:
    decide(False)
    CircleShare.objects.all().delete()
    assert share(api_as, alice, circle, photo).status_code == 200
    CircleShare.objects.all().delete()
    decide(True)
    elsewhere = circles.create_circle(actor=alice, name="Elsewhere")
    assert share(api_as, alice, elsewhere, photo).status_code == 200


def test_the_reporters_account_may_go_and_it_stays_out(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, photo: Photo, decide: Any, api_as: Any
) -> None:
    decide(True)
    delete_account(actor=bob)
    assert share(api_as, alice, circle, photo).status_code == 409
    delete_account(actor=alice)
    assert not TakenOut.objects.exists()


def test_staff_let_it_in_again_in_the_admin(  # noqa: PLR0917
    alice: User, staff: User, circle: Circle, photo: Photo, decide: Any, api_as: Any, session_of: Any
) -> None:
    decide(True)
    kept = TakenOut.objects.get()
    desk = session_of(staff)
    assert "/thumb/" not in desk.get(reverse("admin:circles_takenout_change", args=[kept.pk])).content.decode()
    gone = reverse("admin:circles_takenout_delete", args=[kept.pk])
    assert session_of(alice).post(gone, {"post": "yes"}).status_code == 302
    assert TakenOut.objects.exists()
    desk.post(gone, {"post": "yes"})
    assert share(api_as, alice, circle, photo).status_code == 200


def test_what_was_shared_anew_since_the_report_goes_too(
    alice: User, bob: User, staff: User, circle: Circle, photo: Photo
) -> None:
    first = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]
    made = reports.report_item(actor=bob, kind="item", subject_id=first.pk, reason="hurts")
    sharing.unshare_items(actor=alice, circle_id=circle.pk, share_ids=[first.pk])
    sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk])
    reports.decide_report(actor=staff, report_id=made.pk, takes_out=True)
    assert not CircleShare.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sharing_it_again_while_it_is_taken_out_leaves_it_out(
    alice: User, bob: User, staff: User, circle: Circle, make_photo: Callable[..., Photo]
) -> None:
    for _ in range(5):
        photo = make_photo(alice, with_files=False)
        first = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]
        made = reports.report_item(actor=bob, kind="item", subject_id=first.pk, reason="hurts")
        sharing.unshare_items(actor=alice, circle_id=circle.pk, share_ids=[first.pk])

        def again(what: Photo = photo) -> object:
            return sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[what.pk])

        def decide(which: Any = made) -> object:
            with transaction.atomic():
                decided = reports.decide_report(actor=staff, report_id=which.pk, takes_out=True)
                # Long enough for the other one to come in between, were there no lock.
                time.sleep(0.1)
            return decided

        assert set(at_once(again, decide)) <= {"done", "taken_out"}
        assert not CircleShare.objects.filter(photo=photo).exists()
