"""A fusion is made of what people offered, or allowed before; anything else is shown as it is and refused clearly."""

import re
from typing import Any

import pytest

from artworks.actions import keeping
from artworks.models import Artwork
from circles.models import Block, Circle, Membership, User
from consent.actions import answering
from consent.models import Consent
from fusion.models import FusionArtwork, FusionSource
from processing.models import Job


def take_back(artwork: Artwork) -> None:
    keeping.edit_artwork(actor=artwork.owner, artwork_id=artwork.pk, changes={"is_consent_ready": False})


@pytest.fixture
def silent(his: Artwork) -> Artwork:
    """Bob's, seen in the circle and not offered."""
    take_back(his)
    return his


def box(page: Any, artwork: Artwork | FusionArtwork) -> str:
    """The field of the builder that chooses this picture."""
    found = re.search(rf'<input[^>]*value="{artwork.pk}"[^>]*>', page.content.decode())
    assert found, "it is not shown"
    return found[0]


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


@pytest.mark.parametrize("path", ["fusion", "composition"])
def test_of_what_is_not_offered_nothing_is_made_and_nothing_stays(  # noqa: PLR0917
    path: str, alice: User, bob: User, circle: Circle, mine: Artwork, silent: Artwork, api_as: Any
) -> None:
    body = {"source_artwork_ids": [str(mine.pk), str(silent.pk)], "circle_id": str(circle.pk)}
    said = api_as(alice).post(f"/api/v1/{path}", body)
    assert (said.status_code, said.json()["error"]) == (409, "not_offered")
    assert said.json()["artwork_ids"] == [str(silent.pk)]
    left = (FusionArtwork, FusionSource, Job)
    assert [model.objects.count() for model in left] == [0, 0, 0]
    assert not Consent.objects.exists()


def test_who_allowed_it_before_need_not_offer_it(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, silent: Artwork, fuse: Any, session_of: Any
) -> None:
    answering.give_consent(actor=bob, purpose="fusion", scope="artwork", artwork_id=silent.pk, circle_id=circle.pk)
    assert "disabled" not in box(session_of(alice).get("/fusion/new"), silent)
    assert fuse(alice, mine, silent, circle=circle).status_code == 201


def test_the_builder_shows_calmly_what_is_not_offered(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, session_of: Any
) -> None:
    hers = session_of(alice)
    assert "disabled" not in box(hers.get(f"/fusion/new?sources={his.pk}"), his)
    take_back(his)
    page = hers.get(f"/fusion/new?sources={his.pk}&sources={mine.pk}")
    assert "disabled" in box(page, his)
    assert "checked" not in box(page, his)
    assert "checked" in box(page, mine)
    assert "Bob’s, not offered" in text(page)
    assert f"shape-{his.pk}" not in page.content.decode()
    assert page.content.decode().index(str(mine.pk)) < page.content.decode().index(str(his.pk))
    asked = hers.get(f"/fusion/asking?sources={his.pk}&sources={mine.pk}&circle={circle.pk}")
    assert "Bob lets nobody ask for Bob&#x27;s eye to be seen in The lake house" in text(asked)
    assert "data-names" not in asked.content.decode()


def test_a_fusion_of_hers_that_holds_what_is_not_offered_cannot_be_chosen(  # noqa: PLR0917
    alice: User, bob: User, shared_fusion: FusionArtwork, his: Artwork, circle: Circle, session_of: Any
) -> None:
    hers = session_of(alice)
    assert "disabled" not in box(hers.get("/fusion/new"), shared_fusion)
    take_back(his)
    page = hers.get(f"/fusion/new?sources={shared_fusion.pk}")
    assert "disabled" in box(page, shared_fusion)
    assert "Yours, with one not offered" in text(page)
    answering.give_consent(actor=bob, purpose="fusion", scope="artwork", artwork_id=his.pk, circle_id=circle.pk)
    assert "disabled" not in box(hers.get("/fusion/new"), shared_fusion)


def test_the_builders_form_says_why_and_keeps_what_was_chosen(
    alice: User, circle: Circle, mine: Artwork, silent: Artwork, session_of: Any
) -> None:
    sent = {"kind": "fusion", "layout": "overlap", "blend_mode": "alpha", "background": "#000000", "size": "512"}
    sent |= {"sources": [str(mine.pk), str(silent.pk)], "circle": str(circle.pk)}
    page = session_of(alice).post("/fusion/new", sent)
    assert page.status_code == 400
    assert "“Bob&#x27;s eye” is not offered, so nobody can ask to use it." in text(page)
    assert "checked" in box(page, mine)
    assert not FusionArtwork.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "ex-member", "blocked"])
def test_who_does_not_see_it_finds_no_trace_of_it_in_the_builder(  # noqa: PLR0917
    who: str, alice: User, bob: User, charlie: User, circle: Circle, silent: Artwork, session_of: Any
) -> None:
    if who == "ex-member":
        Membership.objects.filter(circle=circle, user=alice).delete()
    if who == "blocked":
        Block.objects.create(blocker=bob, blocked=alice)
    theirs = session_of(charlie if who == "stranger" else alice)
    assert str(silent.pk) not in theirs.get("/fusion/new").content.decode()
    assert "Bob" not in text(theirs.get(f"/fusion/asking?sources={silent.pk}"))


def test_taking_the_offer_back_ends_what_waits_for_it_and_leaves_what_is_made(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, shared_fusion: FusionArtwork, mine: Artwork, his: Artwork, fuse: Any,
    committed: Any, api_as: Any,
) -> None:  # fmt: skip
    waiting = fuse(alice, mine, his, circle=circle).json()["fusion_id"]
    with committed():
        take_back(his)
    said = api_as(alice).get(f"/api/v1/fusion/{waiting}").json()
    assert (said["status"], said["error_code"]) == ("failed", "consent_refused")
    assert "bob" not in said["message"].lower()
    shared_fusion.refresh_from_db()
    assert shared_fusion.state == "ready"
    again = api_as(alice).post(f"/api/v1/fusion/{shared_fusion.pk}/retry", {})
    assert (again.status_code, again.json()["error"]) == (409, "not_offered")
    assert FusionArtwork.objects.count() == 2
