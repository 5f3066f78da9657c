"""A consent that stands, but no longer for this person or for this picture: what was made with it goes all the same."""

from typing import Any

import pytest

from artworks.actions import sharing
from artworks.models import Artwork
from circles.actions import blocks, memberships
from circles.models import Circle, User
from consent.actions import answering
from consent.models import Consent
from fusion.models import FusionArtwork, FusionFile
from photos.models import CircleShare


@pytest.fixture
def made(  # noqa: PLR0917
    bob: User, alice: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, work: Any
) -> FusionArtwork:
    """Alice's fusion with what bob gave to the whole circle."""
    answering.give_consent(actor=bob, purpose="fusion", scope="circle", circle_id=circle.pk)
    assert fuse(alice, mine, his, circle=circle).status_code == 201
    work()
    found = FusionArtwork.objects.get()
    assert found.state == "ready"
    return found


@pytest.mark.parametrize("how", ["taken out of the circle", "blocked", "left"])
def test_a_finished_fusion_goes_with_what_it_stood_on(
    made: FusionArtwork, alice: User, bob: User, his: Artwork, how: str
) -> None:
    circle_id = made.circle_id
    share = CircleShare.objects.get(artwork=his)
    if how == "left":
        alice.memberships.filter(circle=circle_id).update(role="member")
        bob.memberships.filter(circle=circle_id).update(role="owner")
    acts = {
        "taken out of the circle": lambda: sharing.unshare_items(actor=bob, circle_id=circle_id, share_ids=[share.pk]),
        "blocked": lambda: blocks.block_person(actor=bob, person_id=alice.pk),
        "left": lambda: memberships.leave_circle(actor=alice, circle_id=circle_id),
    }
    acts[how]()
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert not FusionFile.objects.exists()
    assert Consent.objects.get(granter=bob).state == "granted"
