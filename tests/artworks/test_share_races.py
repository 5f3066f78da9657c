"""Sharing while the ground moves, on real connections: whoever is no longer in a circle has nothing in it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from artworks.actions import keeping, sharing
from artworks.models import Artwork
from circles.actions import circles, memberships
from circles.models import Circle, FeedItem, Membership, User
from photos.actions import library
from photos.models import CircleShare, Photo
from tests.circles.test_circle_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


def sharing_photo(user: User, circle: Circle, photo: Photo) -> Callable[[], object]:
    return lambda: sharing.share_items(actor=user, circle_id=circle.pk, photo_ids=[photo.pk])


@pytest.mark.parametrize("how", ["removed", "leaves"])
def test_sharing_while_leaving_leaves_nothing_behind(
    how: str, alice: User, bob: User, circle: Circle, make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo(bob, with_files=False)
    for _ in range(ROUNDS):
        Membership.objects.get_or_create(circle=circle, user=bob)
        away: Callable[[], object] = {
            "removed": lambda: memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=bob.pk),
            "leaves": lambda: memberships.leave_circle(actor=bob, circle_id=circle.pk),
        }[how]
        said = at_once(sharing_photo(bob, circle, photo), away)
        assert set(said) <= {"done", "not_found"}
        assert not CircleShare.objects.exists()
        assert not FeedItem.objects.filter(verb="shared").exists()


def test_sharing_twice_at_once_is_once(bob: User, circle: Circle, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(bob, with_files=False)
    assert at_once(*[sharing_photo(bob, circle, photo)] * 4) == ["done"] * 4
    assert CircleShare.objects.count() == FeedItem.objects.filter(verb="shared").count() == 1


def test_sharing_while_the_photo_goes_for_good_ends_without_it(
    bob: User, circle: Circle, make_photo: Callable[..., Photo]
) -> None:
    def put_away(photo: Photo) -> Callable[[], object]:
        def act() -> None:
            library.bin_photos(actor=bob, ids=[photo.pk])
            library.purge_photos(actor=bob, ids=[photo.pk])

        return act

    for _ in range(ROUNDS):
        photo = make_photo(bob, with_files=False)
        assert set(at_once(sharing_photo(bob, circle, photo), put_away(photo))) <= {"done", "not_found"}
        assert not CircleShare.objects.exists()
        assert not Photo.objects.exists()


@pytest.mark.parametrize("what", ["both", "the artwork alone", "the photo alone"])
def test_naming_another_member_while_sharing_ends_unshared(
    what: str, bob: User, circle: Circle, make_photo: Callable[..., Photo]
) -> None:
    words = {"owner": bob, "kind": "iris", "version": "iris-2", "width": 8, "height": 8}
    for _ in range(ROUNDS):
        photo = make_photo(bob, with_files=False)
        artwork = Artwork.objects.create(photo=photo, whose="me", **words)
        both: dict[str, Any] = {"photo_ids": [photo.pk], "artwork_ids": [artwork.pk]}
        both.pop({"the artwork alone": "photo_ids", "the photo alone": "artwork_ids"}.get(what, ""), None)
        said = at_once(
            partial(sharing.share_items, actor=bob, circle_id=circle.pk, **both),
            partial(keeping.answer_whose_eye, actor=bob, artwork_id=artwork.pk, whose="member", email="d@example.com"),
        )
        assert set(said) <= {"done", "subject_not_asked"}
        assert not CircleShare.objects.exists()


def test_a_crash_in_the_middle_shares_nothing(
    bob: User, circle: Circle, make_photo: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**words: object) -> None:
        raise RuntimeError("the power went")

    photo = make_photo(bob, with_files=False)
    monkeypatch.setattr(sharing.feed, "publish", crash)
    with pytest.raises(RuntimeError):
        sharing_photo(bob, circle, photo)()
    assert not CircleShare.objects.exists()


def test_a_crash_in_a_room_above_takes_nothing_back(
    bob: User, circle: Circle, make_photo: Callable[..., Photo]
) -> None:
    def crash(circle_id: object, artwork_ids: object) -> None:
        raise RuntimeError("the power went")

    photo = make_photo(bob, with_files=False)
    artwork = Artwork.objects.create(
        photo=photo, whose="me", owner=bob, kind="iris", version="iris-2", width=8, height=8
    )
    items = sharing.share_items(actor=bob, circle_id=circle.pk, photo_ids=[photo.pk], artwork_ids=[artwork.pk]).items
    sharing.consequences.artworks_unshared.then(crash)
    try:
        with pytest.raises(RuntimeError):
            sharing.unshare_items(actor=bob, circle_id=circle.pk, share_ids=[item.pk for item in items])
    finally:
        sharing.consequences.artworks_unshared.forget(crash)
    assert CircleShare.objects.count() == 2
    assert FeedItem.objects.filter(verb="shared").exists()
