"""What whoever is asked reads about the fusion they are asked for."""

import re
from typing import Any

from django.test import Client

from artworks.actions.sharing import share_items
from artworks.models import Artwork
from circles.models import Circle, Membership, User
from consent import works
from fusion.models import FusionArtwork
from tests.artworks.conftest import agree
from tests.fusion.conftest import piece


def test_bob_reads_what_his_is_fused_with(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any
) -> None:
    assert fuse(alice, mine, his, circle=circle).status_code == 202
    browser = Client()
    browser.force_login(bob, backend="allauth.account.auth_backends.AuthenticationBackend")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get("/consents").content.decode()))
    assert "Alice asks to use Bob&#x27;s eye for a fusion with “Alice&#x27;s eye”" in text


def test_of_other_peoples_pictures_only_their_number_is_told(
    alice: User, charlie: User, circle: Circle, his: Artwork, fuse: Any
) -> None:
    agree(alice)
    Membership.objects.create(circle=circle, user=charlie)
    theirs = piece(charlie, 3)
    share_items(actor=charlie, circle_id=circle.pk, artwork_ids=[theirs.pk])
    assert fuse(alice, theirs, his, circle=circle).status_code == 202
    fusion = FusionArtwork.objects.get()
    assert works.tell([fusion.pk]) == {fusion.pk: "with 1 other artwork"}
    assert fuse(alice, theirs, his, piece(alice, 4), piece(alice, 5), circle=circle).status_code == 202
    other = FusionArtwork.objects.exclude(pk=fusion.pk).get()
    assert works.tell([other.pk]) == {other.pk: "with “Alice's eye”, “Alice's eye” and 1 more"}
    assert works.tell([]) == {}
