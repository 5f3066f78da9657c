"""Things shared into circles: who sees what, and what is gone when they are taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from artworks.actions import keeping, sharing
from artworks.models import Artwork
from circles.actions import circles, memberships
from circles.models import Block, Circle, FeedItem, Membership, User
from photos.actions import library
from photos.models import CircleShare, Photo
from processing.errors import AureoleError, NotFound

THUMB = "/api/v1/photos/{}/thumb/256.webp"


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def photo(alice: User, make_photo: Callable[..., Photo]) -> Photo:
    return make_photo(alice, latitude=48.2, longitude=16.3, place="Vienna", filename="secret-name.jpg")


@pytest.fixture
def shared(alice: User, circle: Circle, photo: Photo) -> CircleShare:
    return sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]


def sees(user: User, photo: Photo) -> bool:
    return Photo.objects.visible_to(user).filter(pk=photo.pk).exists()


def code_of(act: Callable[..., object], **words: Any) -> str:
    with pytest.raises(AureoleError) as refused:
        act(**words)
    return refused.value.error_code


def test_bob_sees_a_photo_only_once_it_is_shared(
    alice: User, bob: User, charlie: User, circle: Circle, photo: Photo
) -> None:
    assert not sees(bob, photo)
    sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk])
    assert sees(bob, photo)
    assert not sees(charlie, photo)


def test_a_shared_artwork_may_be_picked_by_a_member_and_by_nobody_else(
    alice: User, bob: User, charlie: User, circle: Circle, make_artwork: Callable[..., Artwork]
) -> None:
    artwork = make_artwork(alice)
    assert code_of(sharing.share_items, actor=alice, circle_id=circle.pk, artwork_ids=[artwork.pk]) == "subject_unknown"
    keeping.answer_whose_eye(actor=alice, artwork_id=artwork.pk, whose="me")
    sharing.share_items(actor=alice, circle_id=circle.pk, artwork_ids=[artwork.pk])
    assert list(Artwork.objects.visible_to(bob)) == [artwork]
    assert list(Artwork.objects.owned_by(bob)) == []
    assert list(Artwork.objects.visible_to(charlie)) == []


def test_what_bob_sees_is_not_in_his_own_library(bob: User, shared: CircleShare) -> None:
    assert list(Photo.objects.owned_by(bob)) == []


def test_taking_it_back_hides_it_at_once(alice: User, bob: User, shared: CircleShare, api_as: Any) -> None:
    circle, photo = shared.membership.circle, shared.photo
    assert api_as(bob).get(THUMB.format(photo.pk)).status_code == 200
    gone = sharing.unshare_items(actor=alice, circle_id=circle.pk, share_ids=[shared.pk])
    assert (gone.photo_ids, gone.count) == ([photo.pk], 1)
    assert api_as(bob).get(THUMB.format(photo.pk)).status_code == 404
    assert not FeedItem.objects.filter(verb="shared").exists()


def test_leaving_takes_her_things_along(alice: User, bob: User, circle: Circle, shared: CircleShare) -> None:
    memberships.hand_over(actor=alice, circle_id=circle.pk, user_id=bob.pk)
    memberships.leave_circle(actor=alice, circle_id=circle.pk)
    assert not CircleShare.objects.exists()
    assert not FeedItem.objects.filter(verb="shared").exists()


def test_whoever_left_sees_nothing_more(bob: User, circle: Circle, shared: CircleShare, photo: Photo) -> None:
    memberships.leave_circle(actor=bob, circle_id=circle.pk)
    assert not sees(bob, photo)


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_a_block_hides_it_in_both_directions(
    blocker: str, alice: User, bob: User, shared: CircleShare, photo: Photo
) -> None:
    one, other = (alice, bob) if blocker == "alice" else (bob, alice)
    Block.objects.create(blocker=one, blocked=other)
    assert not sees(bob, photo)
    assert not FeedItem.objects.visible_to(bob).filter(verb="shared").exists()


def test_what_lies_in_the_bin_is_seen_by_nobody_else(alice: User, bob: User, shared: CircleShare, photo: Photo) -> None:
    library.bin_photos(actor=alice, ids=[photo.pk])
    assert not sees(bob, photo)
    library.restore_photos(actor=alice, ids=[photo.pk])
    assert sees(bob, photo)


def test_nobody_shares_what_is_not_theirs(
    bob: User, charlie: User, circle: Circle, photo: Photo, shared: CircleShare
) -> None:
    with pytest.raises(NotFound):
        sharing.share_items(actor=bob, circle_id=circle.pk, photo_ids=[photo.pk])
    with pytest.raises(NotFound):
        sharing.share_items(actor=charlie, circle_id=circle.pk, photo_ids=[photo.pk])


def test_only_its_owner_or_who_runs_the_circle_takes_it_out(
    alice: User, bob: User, circle: Circle, shared: CircleShare, make_photo: Callable[..., Photo]
) -> None:
    assert code_of(sharing.unshare_items, actor=bob, circle_id=circle.pk, share_ids=[shared.pk]) == "role_too_low"
    his = sharing.share_items(actor=bob, circle_id=circle.pk, photo_ids=[make_photo(bob).pk]).items[0]
    gone = sharing.unshare_items(actor=alice, circle_id=circle.pk, share_ids=[his.pk])
    assert (gone.count, gone.photo_ids) == (1, [])


def test_another_members_eye_is_not_shared(
    alice: User, bob: User, circle: Circle, make_artwork: Callable[..., Artwork]
) -> None:
    artwork = make_artwork(alice)
    keeping.answer_whose_eye(actor=alice, artwork_id=artwork.pk, whose="me")
    ids: dict[str, Any] = {"actor": alice, "circle_id": circle.pk}
    sharing.share_items(**ids, artwork_ids=[artwork.pk], photo_ids=[artwork.photo_id])
    keeping.answer_whose_eye(actor=alice, artwork_id=artwork.pk, whose="member", email="nobody-here@example.com")
    assert not CircleShare.objects.exists()
    assert code_of(sharing.share_items, **ids, artwork_ids=[artwork.pk]) == "subject_not_asked"
    assert code_of(sharing.share_items, **ids, photo_ids=[artwork.photo_id]) == "subject_not_asked"


def test_sharing_twice_is_once_and_told_once(alice: User, circle: Circle, shared: CircleShare, photo: Photo) -> None:
    again = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk], with_original=True)
    assert [share.pk for share in again.items] == [shared.pk]
    assert again.items[0].with_original
    assert again.fresh == []
    assert FeedItem.objects.filter(verb="shared").count() == 1
