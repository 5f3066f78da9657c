"""Offering an artwork while it is shared: with the share or not at all, and only of what is known whose it is."""

import re
from typing import Any

import pytest

from artworks import consequences
from artworks.actions import sharing
from artworks.models import Artwork
from circles.actions import circles
from circles.models import Circle, Membership, User
from photos.models import CircleShare
from tests.access import things


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def eye(alice: User) -> Artwork:
    """Alice's own, not offered."""
    made = things.artwork_of(alice)
    Artwork.objects.filter(pk=made.pk).update(whose="me", subject=alice)
    return made


@pytest.fixture
def unnamed(alice: User) -> Artwork:
    """Of which nobody has said whose it is; no iris, so it may be shared."""
    made = things.artwork_of(alice)
    Artwork.objects.filter(pk=made.pk).update(kind="enhance", title="By the window")
    return made


@pytest.fixture
def share(api_as: Any, alice: User, circle: Circle) -> Any:
    def ask(*artworks: Artwork, **body: Any) -> Any:
        said = {"action": "share", "artwork_ids": [str(one.pk) for one in artworks], **body}
        return api_as(alice).post(f"/api/v1/circles/{circle.pk}/items", said)

    return ask


def is_offered(artwork: Artwork) -> bool:
    artwork.refresh_from_db()
    return artwork.is_consent_ready


def told(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def test_sharing_offers_it_leaves_it_or_takes_that_back(eye: Artwork, share: Any) -> None:
    seen = []
    for said in ({}, {"offer": True}, {}, {"offer": False}):
        assert share(eye, **said).status_code == 200
        seen.append(is_offered(eye))
    assert seen == [False, True, True, False]


def test_bob_reads_whether_he_may_ask(eye: Artwork, bob: User, share: Any, api_as: Any) -> None:
    for wanted in (False, True):
        share(eye, offer=wanted)
        assert api_as(bob).get(f"/api/v1/artworks/{eye.pk}").json()["consent_ready"] is wanted


def test_of_what_nobody_has_named_only_the_share_is_made(eye: Artwork, unnamed: Artwork, share: Any) -> None:
    assert share(eye, unnamed, offer=True).json()["changed"] == 2
    assert (is_offered(eye), is_offered(unnamed)) == (True, False)


def test_an_offer_goes_with_sharing_alone_and_is_yes_or_no(eye: Artwork, share: Any) -> None:
    assert share(eye, offer="perhaps").json()["fields"].keys() == {"offer"}
    item = share(eye).json()["items"][0]["id"]
    refused = share(action="unshare", item_ids=[item], offer=True)
    assert refused.json()["fields"].keys() >= {"offer"}
    assert not is_offered(eye)


def test_bob_offers_nothing_of_alices(eye: Artwork, bob: User, circle: Circle, api_as: Any) -> None:
    said = {"action": "share", "artwork_ids": [str(eye.pk)], "offer": True}
    assert api_as(bob).post(f"/api/v1/circles/{circle.pk}/items", said).status_code == 404
    assert not is_offered(eye)


def test_share_and_offer_are_one_or_neither(
    alice: User, eye: Artwork, circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*given: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(sharing, "_add", crash)
    with pytest.raises(RuntimeError):
        sharing.share_items(actor=alice, circle_id=circle.pk, artwork_ids=[eye.pk], offer=True)
    assert not is_offered(eye)
    monkeypatch.undo()
    sharing.share_items(actor=alice, circle_id=circle.pk, artwork_ids=[eye.pk], offer=True)
    shares = CircleShare.objects.count()
    consequences.offers_ended.then(crash)
    try:
        with pytest.raises(RuntimeError):
            sharing.share_items(actor=alice, circle_id=circle.pk, artwork_ids=[eye.pk], offer=False)
    finally:
        consequences.offers_ended.forget(crash)
    assert (is_offered(eye), CircleShare.objects.count()) == (True, shares)


def test_the_page_of_sharing_has_a_ticked_box(eye: Artwork, alice: User, circle: Circle, session_of: Any) -> None:
    hers = session_of(alice)
    page = told(hers.get(f"/share?artwork={eye.pk}"))
    assert "Members may ask to use it in a fusion; each time you decide" in page
    assert re.search(r'name="offer" value="1" checked', page)
    sent = {"artwork": eye.pk, "circle": circle.pk, "to": "circle"}
    hers.post("/share", sent)
    assert not is_offered(eye), "the box was not ticked"
    unticked = told(hers.post("/share", {"artwork": eye.pk, "to": "circle"}))
    assert re.search(r'name="offer" value="1" >', unticked), "a box that was emptied stays empty"
    hers.post("/share", sent | {"offer": "1"})
    assert is_offered(eye)
    hers.post("/share", sent)
    assert is_offered(eye), "an offer is taken back on the artwork's page alone"
    again = told(hers.get(f"/share?artwork={eye.pk}"))
    assert "as you offered before" in again
    assert 'name="offer"' not in again


def test_the_page_says_whose_it_is_must_be_said_first(
    unnamed: Artwork, alice: User, circle: Circle, session_of: Any
) -> None:
    hers = session_of(alice)
    page = told(hers.get(f"/share?artwork={unnamed.pk}"))
    assert "Say first whose it is" in page
    assert f'href="/artworks/{unnamed.pk}"' in page
    assert 'name="offer"' not in page
    sent = {"artwork": unnamed.pk, "circle": circle.pk, "to": "circle", "offer": "1"}
    assert "1 artwork shared." in told(hers.post("/share", sent, follow=True))
    assert not is_offered(unnamed)


def test_photos_alone_are_not_offered(alice: User, circle: Circle, session_of: Any) -> None:
    photo = things.ready_photo(alice)["photo_id"]
    assert "in a fusion" not in told(session_of(alice).get(f"/share?photo={photo}"))


def test_the_artworks_page_says_what_taking_the_offer_back_does(eye: Artwork, alice: User, session_of: Any) -> None:
    hers = session_of(alice)
    page = told(hers.post(f"/artworks/{eye.pk}/offer", {"is_consent_ready": "1"}, follow=True))
    assert "questions that wait are answered with no. What you agreed to stays" in page
    page = told(hers.post(f"/artworks/{eye.pk}/offer", {"is_consent_ready": "0"}, follow=True))
    assert "What you agreed to before stays until you take that back." in page
