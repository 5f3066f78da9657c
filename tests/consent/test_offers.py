"""Others may ask only for what its owner offered; a word that stands needs no offer; taking it back ends questions."""

from typing import Any

import pytest
from django.core import mail

from artworks import consequences
from artworks.actions import keeping, sharing
from artworks.models import Artwork
from circles.models import Block, Circle, Membership, User
from consent import chain, policy
from consent.actions import answering, asking
from consent.models import Consent, ConsentEvent
from consent.offers import NotOffered
from consent.presenting import Shown
from processing.errors import NotFound
from tests.consent.conftest import Cast, piece
from tests.consent.test_races import at_once

ROUNDS = 10


def silent(owner: User, **fields: Any) -> Artwork:
    """Seen by others, but not offered."""
    return piece(owner, is_consent_ready=False, **fields)


def take_back(artwork: Artwork) -> None:
    keeping.edit_artwork(actor=artwork.owner, artwork_id=artwork.pk, changes={"is_consent_ready": False})


def offer(artwork: Artwork) -> None:
    keeping.edit_artwork(actor=artwork.owner, artwork_id=artwork.pk, changes={"is_consent_ready": True})


def state_of(consent: Consent) -> str:
    consent.refresh_from_db()
    return str(consent.state)


def test_nobody_is_asked_for_what_they_did_not_offer(cast: Cast, seen: None) -> None:
    works = [piece(cast.bob), silent(cast.bob, title="Right eye")]
    with pytest.raises(NotOffered) as refused:
        asking.request_consents(actor=cast.alice, artworks=works, purpose="fusion", circle=cast.circle)
    assert (refused.value.error_code, refused.value.status) == ("not_offered", 409)
    assert refused.value.message == "“Right eye” is not offered, so nobody can ask to use it."
    assert not Consent.objects.exists(), "all or none"
    offer(works[1])
    assert len(asking.request_consents(actor=cast.alice, artworks=works, purpose="fusion", circle=cast.circle)) == 2


def test_the_api_says_which_and_what_to_do(cast: Cast, api_as: Any) -> None:
    works = [silent(cast.bob, title="Right eye"), silent(cast.bob, title="Left eye")]
    sharing.share_items(actor=cast.bob, circle_id=cast.circle.pk, artwork_ids=[work.pk for work in works])
    body = {"artwork_ids": [str(work.pk) for work in works], "purpose": "fusion", "circle_id": str(cast.circle.pk)}
    said = api_as(cast.alice).post("/api/v1/consents/request", body)
    assert (said.status_code, said.json()["error"]) == (409, "not_offered")
    assert sorted(said.json()["artwork_ids"]) == sorted(body["artwork_ids"])
    assert "are not offered" in said.json()["detail"]
    assert "ask its owner" in said.json()["suggestion"]


@pytest.mark.parametrize("who", ["stranger", "ex-member", "blocked"])
def test_who_does_not_see_it_is_told_nothing_of_an_offer(  # noqa: PLR0917
    who: str, cast: Cast, alice: User, bob: User, charlie: User, api_as: Any
) -> None:
    work = silent(bob)
    sharing.share_items(actor=bob, circle_id=cast.circle.pk, artwork_ids=[work.pk])
    asker = charlie if who == "stranger" else alice
    if who == "ex-member":
        Membership.objects.filter(circle=cast.circle, user=alice).delete()
    if who == "blocked":
        Block.objects.create(blocker=bob, blocked=alice)
    said = api_as(asker).post("/api/v1/consents/request", {"artwork_ids": [str(work.pk)], "purpose": "fusion"})
    offer(work)
    again = api_as(asker).post("/api/v1/consents/request", {"artwork_ids": [str(work.pk)], "purpose": "fusion"})
    assert (said.status_code, said.json()) == (again.status_code, again.json())
    assert said.status_code == 404


@pytest.mark.parametrize("scope", ["artwork", "circle"])
def test_a_word_that_stands_needs_no_offer(scope: str, cast: Cast, seen: None) -> None:
    work = silent(cast.bob)
    sharing.share_items(actor=cast.bob, circle_id=cast.circle.pk, artwork_ids=[work.pk])
    what = {"artwork_id": work.pk} if scope == "artwork" else {}
    answering.give_consent(actor=cast.bob, purpose="fusion", scope=scope, circle_id=cast.circle.pk, **what)
    terms: dict[str, Any] = {"purpose": "fusion", "circle": cast.circle}
    assert asking.request_consents(actor=cast.alice, artworks=[work], **terms) == []
    assert policy.require(requester=cast.alice, artworks=[work], **terms)
    with pytest.raises(NotOffered):
        asking.request_consents(actor=cast.alice, artworks=[work], purpose="composition", circle=cast.circle)


def test_whom_it_shows_is_asked_without_an_offer_of_theirs(cast: Cast, seen: None) -> None:
    work = silent(cast.alice, whose="member", subject=cast.bob, subject_email=cast.bob.email)
    [asked] = asking.request_consents(actor=cast.alice, artworks=[work], purpose="fusion", circle=cast.circle)
    assert (asked.granter, asked.role) == (cast.bob, "subject")


def test_taking_the_offer_back_answers_what_waits_with_no_and_leaves_what_was_given(
    cast: Cast, ask: Any, give: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.NOTIFICATION_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    work, other = piece(cast.bob), piece(cast.bob)
    given, waits = give(cast.alice, work), ask(cast.alice, work, circle=cast.circle)
    elsewhere = ask(cast.alice, other)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        take_back(work)
    assert [state_of(each) for each in (given, waits, elsewhere)] == ["granted", "refused", "requested"]
    assert ConsentEvent.objects.of_record(waits.pk).last().reason == "offer taken back"
    sentence = Shown(waits, cast.alice).sentence
    assert sentence.startswith("The answer was no:")
    assert "Bob" not in sentence
    assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]
    assert "Bob" not in mail.outbox[0].body
    assert list(chain.breaks()) == []
    with pytest.raises(NotOffered):
        ask(cast.alice, work, circle=cast.circle)


def test_after_a_new_offer_the_same_may_be_asked_again_but_not_after_a_no(cast: Cast, ask: Any) -> None:
    work = piece(cast.bob)
    asked = ask(cast.alice, work, circle=cast.circle)
    take_back(work)
    offer(work)
    assert ask(cast.alice, work, circle=cast.circle).pk == asked.pk
    assert state_of(asked) == "requested"
    answering.refuse_consent(actor=cast.bob, consent_id=asked.pk)
    take_back(work)
    offer(work)
    terms: dict[str, Any] = {"purpose": "fusion", "circle": cast.circle}
    assert asking.request_consents(actor=cast.alice, artworks=[work], **terms) == []


def test_a_crash_above_leaves_the_offer_and_its_questions(cast: Cast, ask: Any) -> None:
    def crash(ids: list[Any]) -> None:
        raise RuntimeError("the power went")

    work = piece(cast.bob)
    waits = ask(cast.alice, work)
    consequences.offers_ended.then(crash)
    try:
        with pytest.raises(RuntimeError):
            take_back(work)
    finally:
        consequences.offers_ended.forget(crash)
    work.refresh_from_db()
    assert (work.is_consent_ready, state_of(waits)) == (True, "requested")


def test_nobody_takes_back_somebody_elses_offer(cast: Cast, seen: None, ask: Any) -> None:
    work = piece(cast.bob)
    waits = ask(cast.alice, work)
    with pytest.raises(NotFound):
        keeping.edit_artwork(actor=cast.alice, artwork_id=work.pk, changes={"is_consent_ready": False})
    assert state_of(waits) == "requested"


@pytest.mark.django_db(transaction=True)
def test_asking_while_the_offer_is_taken_back_leaves_no_question(
    alice: User, bob: User, circle: Circle, seen: None
) -> None:
    for _ in range(ROUNDS):
        work = piece(bob)

        def ask(what: Artwork = work) -> object:
            return len(asking.request_consents(actor=alice, artworks=[what], purpose="fusion", circle=circle))

        def end(what: Artwork = work) -> object:
            return take_back(what)

        assert at_once(ask, end)[0] in {1, "not_offered"}
        assert not Consent.objects.waiting().exists()
    assert list(chain.breaks()) == []
