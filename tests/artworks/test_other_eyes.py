"""Every door to a shared thing, for everybody who may not see it any more: hidden answers exactly like absent."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from artworks.actions import sharing
from artworks.models import Artwork, ArtworkFile
from circles.actions import blocks, circles, memberships
from circles.models import Circle, Membership, User
from photos.actions import library
from photos.models import CircleShare, Photo
from tests.test_access import comparable

PHOTO_DOORS = (
    "/api/v1/photos/{photo}",
    "/api/v1/photos/{photo}/thumb/256.webp",
    "/api/v1/photos/{photo}/original",
    "/api/v1/circles/{circle}/items/{photo_item}",
    "/circles/{circle}/items/{photo_item}",
    "/circles/{circle}/items/{photo_item}/report",
)
ARTWORK_DOORS = (
    "/api/v1/artworks/{artwork}",
    "/api/v1/artworks/{artwork}/thumb/256.webp",
    "/api/v1/artworks/{artwork}/files/result.jpg",
    "/api/v1/circles/{circle}/items/{artwork_item}",
    "/circles/{circle}/items/{artwork_item}",
)
CIRCLE_DOORS = (
    "/api/v1/circles/{circle}",
    "/api/v1/circles/{circle}/items",
    "/api/v1/circles/{circle}/feed",
    "/circles/{circle}",
    "/circles/{circle}/items",
)
THINGS = (*PHOTO_DOORS, *ARTWORK_DOORS)


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def names(alice: User, circle: Circle, make_photo: Callable[..., Photo]) -> dict[str, Any]:
    """A photo and an artwork of alice's, shared with everything she can give."""
    photo = make_photo(alice)
    artwork = Artwork.objects.create(
        owner=alice, photo=photo, kind="photo", version="photo-1", width=8, height=6, engine="as-it-is"
    )
    for name in ("256.webp", "result.jpg"):
        key = default_storage.save(f"photo/{uuid.uuid4()}/{name}", ContentFile(b"0123456789"))
        ArtworkFile.objects.create(artwork=artwork, name=name, key=key, byte_size=10, content_type="image/webp")
    made = sharing.share_items(
        actor=alice, circle_id=circle.pk, photo_ids=[photo.pk], artwork_ids=[artwork.pk], with_original=True
    ).items
    items = {"photo_item" if share.photo_id else "artwork_item": share.pk for share in made}
    return {"circle": circle.pk, "photo": photo.pk, "artwork": artwork.pk} | items


def removed(alice: User, bob: User, circle: Circle) -> None:
    memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=bob.pk)


def left(alice: User, bob: User, circle: Circle) -> None:
    memberships.leave_circle(actor=bob, circle_id=circle.pk)


def owner_left(alice: User, bob: User, circle: Circle) -> None:
    memberships.hand_over(actor=alice, circle_id=circle.pk, user_id=bob.pk)
    memberships.leave_circle(actor=alice, circle_id=circle.pk)


def circle_deleted(alice: User, bob: User, circle: Circle) -> None:
    circles.delete_circle(actor=alice, circle_id=circle.pk)


def taken_back(alice: User, bob: User, circle: Circle) -> None:
    ids = list(CircleShare.objects.values_list("pk", flat=True))
    sharing.unshare_items(actor=alice, circle_id=circle.pk, share_ids=ids)


def blocked(alice: User, bob: User, circle: Circle) -> None:
    blocks.block_person(actor=alice, person_id=bob.pk)


def blocking(alice: User, bob: User, circle: Circle) -> None:
    blocks.block_person(actor=bob, person_id=alice.pk)


def never_in_it(alice: User, bob: User, circle: Circle) -> None:
    """A member of another circle of the same owner."""
    Membership.objects.filter(user=bob).delete()
    elsewhere = circles.create_circle(actor=alice, name="Another")
    Membership.objects.create(circle=elsewhere, user=bob)


def statuses(client: Client, doors: tuple[str, ...], names: dict[str, Any]) -> set[int]:
    return {answer(client, door, names)[0] for door in doors}


def answer(client: Client, door: str, names: dict[str, Any]) -> Any:
    return comparable(client.get(door.format(**names)), *names.values())


def test_before_that_bob_opens_every_door(bob: User, names: dict[str, Any], session_of: Any) -> None:
    assert statuses(session_of(bob), (*THINGS, *CIRCLE_DOORS), names) == {200}


@pytest.mark.parametrize(
    "how", [removed, left, owner_left, circle_deleted, taken_back, blocked, blocking, never_in_it],
    ids=lambda how: how.__name__,
)  # fmt: skip
def test_every_door_answers_as_if_there_was_nothing(
    how: Callable[..., None], alice: User, bob: User, names: dict[str, Any], session_of: Any
) -> None:
    how(alice, bob, Circle.objects.get())
    his = session_of(bob)
    is_out = how in {removed, left, circle_deleted, never_in_it}
    doors = (*THINGS, *CIRCLE_DOORS) if is_out else THINGS
    nothing = {name: uuid.uuid4() for name in names}
    for door in doors:
        kept = names if "circles" in door and not is_out else nothing
        absent = nothing | ({"circle": kept["circle"]} if kept is names else {})
        assert answer(his, door, names) == answer(his, door, absent), door
        assert answer(his, door, names)[0] == 404, door


def test_what_lies_in_the_bin_is_behind_no_door(alice: User, bob: User, names: dict[str, Any], session_of: Any) -> None:
    library.bin_photos(actor=alice, ids=[names["photo"]])
    assert statuses(session_of(bob), PHOTO_DOORS, names) == {404}
    assert statuses(session_of(alice), PHOTO_DOORS[:3], names) == {200}
