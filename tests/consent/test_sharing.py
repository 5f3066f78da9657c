"""An artwork that shows bob is seen as it is only while bob agrees, whoever made it."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from artworks import subjects
from artworks.actions import keeping
from artworks.actions import sharing as shares
from artworks.models import Artwork
from artworks.subjects import SubjectNotAsked
from circles.actions import blocks, circles, memberships
from circles.models import Circle, FeedItem, Membership, User
from consent import notices, policy, sharing
from consent.actions import answering, asking, ending
from consent.models import Consent, Purpose
from photos.models import CircleShare
from processing.errors import NotFound, Refused
from tests.consent.conftest import Cast, piece
from tests.consent.test_races import at_once

ITEMS = "/api/v1/circles/{}/items"


@pytest.fixture
def of_bob(alice: User, bob: User) -> Artwork:
    """Alice's artwork of bob's eye."""
    return piece(alice, whose="member", subject=bob, title="Bob's eye")


def share(actor: User, artwork: Artwork, circle: Circle) -> CircleShare:
    return shares.share_items(actor=actor, circle_id=circle.pk, artwork_ids=[artwork.pk]).items[0]


def ask(cast: Cast, artwork: Artwork) -> Consent:
    return sharing.ask_to_share(actor=cast.alice, artworks=[artwork], circle=cast.circle)[0]


@pytest.fixture
def agreed(cast: Cast, of_bob: Artwork) -> Consent:
    return answering.grant_consent(actor=cast.bob, consent_id=ask(cast, of_bob).pk)


@pytest.fixture
def shared(cast: Cast, of_bob: Artwork, agreed: Consent) -> CircleShare:
    return share(cast.alice, of_bob, cast.circle)


def test_nothing_that_shows_bob_is_shared_before_he_agreed(cast: Cast, of_bob: Artwork) -> None:
    with pytest.raises(SubjectNotAsked) as refused:
        share(cast.alice, of_bob, cast.circle)
    assert refused.value.extra == {"pending": [str(of_bob.pk)], "can_ask": True}
    asked = ask(cast, of_bob)
    assert (asked.granter, asked.role, asked.purpose, asked.circle) == (cast.bob, "subject", "sharing", cast.circle)
    with pytest.raises(SubjectNotAsked):
        share(cast.alice, of_bob, cast.circle)
    answering.refuse_consent(actor=cast.bob, consent_id=asked.pk)
    with pytest.raises(SubjectNotAsked):
        share(cast.alice, of_bob, cast.circle)
    assert sharing.ask_to_share(actor=cast.alice, artworks=[of_bob], circle=cast.circle) == []
    assert not CircleShare.objects.exists()


def test_once_he_agreed_it_is_seen_there_and_nowhere_else(
    cast: Cast, of_bob: Artwork, agreed: Consent, make_user: Callable[..., User]
) -> None:
    dora = make_user("dora@example.com")
    Membership.objects.create(circle=cast.circle, user=dora)
    other = circles.create_circle(actor=cast.alice, name="The office")
    with pytest.raises(SubjectNotAsked):
        share(cast.alice, of_bob, other)
    share(cast.alice, of_bob, cast.circle)
    assert of_bob in Artwork.objects.visible_to(dora)
    assert of_bob not in Artwork.objects.visible_to(cast.charlie)


def test_one_word_opens_nothing_for_another_artwork_or_another_use(
    cast: Cast, of_bob: Artwork, shared: CircleShare
) -> None:
    again = piece(cast.alice, whose="member", subject=cast.bob)
    with pytest.raises(SubjectNotAsked):
        share(cast.alice, again, cast.circle)
    asked = asking.request_consents(actor=cast.alice, artworks=[of_bob], purpose="fusion", circle=cast.circle)
    assert [(each.purpose, each.state) for each in asked] == [("fusion", "requested")]


def test_taken_back_it_is_gone_in_the_same_transaction(
    cast: Cast, of_bob: Artwork, agreed: Consent, shared: CircleShare, api_as: Any
) -> None:
    assert len(api_as(cast.bob).get(ITEMS.format(cast.circle.pk)).json()["results"]) == 1
    answering.revoke_consent(actor=cast.bob, consent_id=agreed.pk)
    assert api_as(cast.bob).get(ITEMS.format(cast.circle.pk)).json()["results"] == []
    assert api_as(cast.bob).get(f"/api/v1/artworks/{of_bob.pk}").status_code == 404
    assert not FeedItem.objects.filter(verb="shared").exists()
    assert Artwork.objects.filter(pk=of_bob.pk).exists()
    with pytest.raises(SubjectNotAsked):
        share(cast.alice, of_bob, cast.circle)


def _run_out(cast: Cast, artwork: Artwork) -> None:
    Consent.objects.filter(purpose="sharing").update(valid_until=timezone.now() - timedelta(seconds=1))
    ending.expire_consents()


def _newer_text(cast: Cast, artwork: Artwork) -> None:
    Consent.objects.filter(purpose="sharing").update(notice_version="2001-01-01")
    ending.supersede_consents()


@pytest.mark.parametrize(
    "end",
    [
        lambda cast, artwork: memberships.leave_circle(actor=cast.bob, circle_id=cast.circle.pk),
        lambda cast, artwork: blocks.block_person(actor=cast.bob, person_id=cast.alice.pk),
        lambda cast, artwork: blocks.block_person(actor=cast.alice, person_id=cast.bob.pk),
        lambda cast, artwork: keeping.answer_whose_eye(
            actor=cast.alice, artwork_id=artwork.pk, whose="member", email=cast.charlie.email
        ),
        _run_out,
        _newer_text,
    ],
    ids=["he leaves", "he blocks her", "she blocks him", "it shows charlie after all", "time", "a newer text"],
)
def test_whatever_ends_his_word_ends_the_showing(
    cast: Cast, of_bob: Artwork, shared: CircleShare, end: Callable[[Cast, Artwork], object]
) -> None:
    end(cast, of_bob)
    assert not CircleShare.objects.exists()


def test_a_word_given_unasked_does_not_outlive_a_block(cast: Cast, of_bob: Artwork) -> None:
    answering.give_consent(
        actor=cast.bob, purpose="sharing", scope="artwork", artwork_id=of_bob.pk, circle_id=cast.circle.pk
    )
    share(cast.alice, of_bob, cast.circle)
    blocks.block_person(actor=cast.bob, person_id=cast.alice.pk)
    assert not CircleShare.objects.exists()


def test_a_crash_while_hiding_it_takes_nothing_back(
    cast: Cast, agreed: Consent, shared: CircleShare, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(found: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(sharing, "remove_shares", crash)
    with pytest.raises(RuntimeError):
        answering.revoke_consent(actor=cast.bob, consent_id=agreed.pk)
    agreed.refresh_from_db()
    assert (agreed.state, CircleShare.objects.count()) == ("granted", 1)


def test_without_a_room_that_keeps_words_the_answer_is_no(
    cast: Cast, of_bob: Artwork, agreed: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "_keepers", [])
    with pytest.raises(SubjectNotAsked):
        share(cast.alice, of_bob, cast.circle)


def test_the_photo_behind_it_stays_unshared(cast: Cast, of_bob: Artwork, agreed: Consent) -> None:
    with pytest.raises(SubjectNotAsked, match="Artworks were made of this photo"):
        shares.share_items(actor=cast.alice, circle_id=cast.circle.pk, photo_ids=[of_bob.photo_id])


def everything_told(cast: Cast, address: str, api_as: Any, session_of: Callable[[User], Any]) -> list[Any]:
    """What alice can read of an artwork that names ``address``, before and after asking, everywhere; then it goes."""
    artwork = piece(cast.alice, whose="member", subject=None, subject_email=address, title="An eye")
    form = {"artwork": str(artwork.pk), "circle": str(cast.circle.pk)}
    body = {"artwork_ids": [str(artwork.pk)], "purpose": "sharing", "circle_id": str(cast.circle.pk)}
    app, page = api_as(cast.alice), session_of(cast.alice)
    share_it = {"action": "share", "artwork_ids": [str(artwork.pk)]}
    told: list[Any] = []
    for _ in range(2):
        told.append(page.post(reverse("pages:share"), form | {"to": "circle"}))
        told.append(page.post(reverse("pages:share"), form | {"to": "ask"}, follow=True))
        told.append(app.post(ITEMS.format(cast.circle.pk), share_it))
        for purpose in ("sharing", "fusion"):
            told.append(app.post("/api/v1/consents/request", body | {"purpose": purpose}))
        told.append(page.get("/consents?box=received"))
        told += [app.get("/api/v1/consents"), app.get("/api/v1/notifications")]
    keeping.answer_whose_eye(actor=cast.alice, artwork_id=artwork.pk, whose="own")
    told += [app.get("/api/v1/consents"), page.get("/consents?box=received")]
    return [(answer.status_code, like(answer.content.decode(), str(artwork.pk))) for answer in told]


def like(text: str, artwork_id: str) -> str:
    """Without what differs from answer to answer anyway."""
    text = text.replace(artwork_id, "ARTWORK")
    return re.sub(
        r'(nonce=|csrfmiddlewaretoken" value=|"request_id": ?|data-request=|X-CSRFToken[^"]*")"[^"]*"', "", text
    )


def test_whether_an_address_is_known_here_is_not_told(
    cast: Cast,
    api_as: Any,
    session_of: Callable[[User], Any],
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.NOTIFICATION_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        known = everything_told(cast, cast.charlie.email, api_as, session_of)
    assert Consent.objects.filter(granter=cast.charlie).count() == 2, "he was asked all the same"
    assert [message.to for message in mail.outbox] == [[cast.charlie.email]] * 2, "nobody else hears of it"
    with django_capture_on_commit_callbacks(execute=True):
        assert known == everything_told(cast, "nobody@example.com", api_as, session_of)


def test_who_blocked_her_answers_like_an_address_nobody_has(
    cast: Cast, api_as: Any, session_of: Callable[[User], Any]
) -> None:
    blocks.block_person(actor=cast.bob, person_id=cast.alice.pk)
    blocked = everything_told(cast, cast.bob.email, api_as, session_of)
    assert blocked == everything_told(cast, "nobody@example.com", api_as, session_of)
    assert not Consent.objects.filter(granter=cast.bob).exists()


def test_a_stranger_who_goes_without_an_answer_is_not_told_of(
    cast: Cast, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.NOTIFICATION_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    artwork = piece(cast.alice, whose="member", subject=None, subject_email=cast.charlie.email)
    ask(cast, artwork)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        Consent.objects.update(asked_at=timezone.now() - timedelta(days=91))
        ending.expire_consents()
    assert Consent.objects.get().state == "expired"
    assert mail.outbox == []
    [lacking] = policy.missing(requester=cast.alice, artworks=[artwork], purpose="sharing", circle=cast.circle)
    assert lacking.state == "pending"


@pytest.mark.parametrize("address", ["nobody@example.com", "charlie@example.com"])
def test_the_limit_of_open_questions_does_not_tell_who_is_known(
    cast: Cast, of_bob: Artwork, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(asking, "MOST_WAITING", 0)
    with pytest.raises(asking.TooManyQuestions):
        ask(cast, of_bob)
    artwork = piece(cast.alice, whose="member", subject=None, subject_email=address)
    sharing.ask_to_share(actor=cast.alice, artworks=[artwork], circle=cast.circle)
    assert sharing.is_anybody_asked(actor=cast.alice, artworks=[artwork], circle=cast.circle)


def test_a_stranger_is_not_flooded_with_questions_and_it_is_not_told(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_TO_A_STRANGER", 2)
    named = [piece(cast.alice, whose="member", subject=None, subject_email=cast.charlie.email) for _ in range(3)]
    for artwork in named:
        sharing.ask_to_share(actor=cast.alice, artworks=[artwork], circle=cast.circle)
        assert sharing.is_anybody_asked(actor=cast.alice, artworks=[artwork], circle=cast.circle)
    assert Consent.objects.waiting().filter(granter=cast.charlie).count() == 2
    of_bob = [piece(cast.alice, whose="member", subject=cast.bob) for _ in range(3)]
    assert len(sharing.ask_to_share(actor=cast.alice, artworks=of_bob, circle=cast.circle)) == 3


def test_a_stranger_who_agreed_is_told_of(cast: Cast, api_as: Any) -> None:
    artwork = piece(cast.alice, whose="member", subject=None, subject_email=cast.charlie.email)
    asked = ask(cast, artwork)
    assert api_as(cast.alice).get("/api/v1/consents").json()["results"] == []
    answering.grant_consent(actor=cast.charlie, consent_id=asked.pk)
    assert [each["id"] for each in api_as(cast.alice).get("/api/v1/consents").json()["results"]] == [str(asked.pk)]
    assert share(cast.alice, artwork, cast.circle).artwork == artwork


def test_the_builder_names_nobody_whom_a_picture_shows(
    cast: Cast, of_bob: Artwork, session_of: Callable[[User], Any]
) -> None:
    ids = [str(of_bob.pk), str(piece(cast.alice).pk)]
    page = session_of(cast.alice).get("/fusion/asking", {"circle": str(cast.circle.pk), "sources": ids})
    words = " ".join(page.content.decode().split())
    assert "Whoever it shows will be asked" in words
    assert "Bob will be asked" not in words


def test_only_its_owner_asks_and_only_for_a_circle(cast: Cast, of_bob: Artwork, api_as: Any) -> None:
    body = {"artwork_ids": [str(of_bob.pk)], "purpose": "sharing"}
    without = api_as(cast.alice).post("/api/v1/consents/request", body)
    assert (without.status_code, list(without.json()["fields"])) == (400, ["circle_id"])
    his = piece(cast.bob)
    share(cast.bob, his, cast.circle)
    body = {"artwork_ids": [str(his.pk)], "purpose": "sharing", "circle_id": str(cast.circle.pk)}
    foreign = api_as(cast.alice).post("/api/v1/consents/request", body)
    assert (foreign.status_code, list(foreign.json()["fields"])) == (400, ["artwork_ids"])
    with pytest.raises(NotFound):
        sharing.ask_to_share(actor=cast.charlie, artworks=[of_bob], circle=cast.circle)


def test_more_than_one_artwork_for_one_circle_cannot_be_given(cast: Cast, of_bob: Artwork) -> None:
    asked = ask(cast, of_bob)
    with pytest.raises(Refused):
        answering.grant_consent(actor=cast.bob, consent_id=asked.pk, scope="circle")
    for wide in (
        {"scope": "circle", "circle_id": cast.circle.pk},
        {"scope": "artwork", "artwork_id": of_bob.pk, "person_id": cast.alice.pk},
    ):
        with pytest.raises(Refused):
            answering.give_consent(actor=cast.bob, purpose="sharing", **wide)


def test_the_app_asks_and_shares(cast: Cast, of_bob: Artwork, api_as: Any) -> None:
    body = {"action": "share", "artwork_ids": [str(of_bob.pk)]}
    refused = api_as(cast.alice).post(ITEMS.format(cast.circle.pk), body)
    assert (refused.status_code, refused.json()["error"]) == (409, "subject_not_asked")
    assert refused.json()["pending"] == [str(of_bob.pk)]
    wanted = {"artwork_ids": refused.json()["pending"], "purpose": "sharing", "circle_id": str(cast.circle.pk)}
    asked = api_as(cast.alice).post("/api/v1/consents/request", wanted).json()["consents"][0]
    assert asked["granter"] is None
    seen = api_as(cast.bob).get(f"/api/v1/consents/{asked['id']}").json()
    assert seen["sentence"] == "Alice asks to show “Bob's eye” as it is."
    assert seen["notice"]["title"] == notices.NOTICES[Purpose.SHARING].title
    assert api_as(cast.bob).post(f"/api/v1/consents/{asked['id']}/grant").status_code == 200
    assert api_as(cast.alice).post(ITEMS.format(cast.circle.pk), body).json()["changed"] == 1


def test_the_page_asks_and_says_when_it_may_be_shared(
    cast: Cast, of_bob: Artwork, session_of: Callable[[User], Any]
) -> None:
    form, page_of = {"artwork": str(of_bob.pk), "circle": str(cast.circle.pk)}, reverse("pages:share")
    hers, his = session_of(cast.alice), session_of(cast.bob)
    refused = hers.post(page_of, form | {"to": "circle"})
    assert refused.status_code == 409
    assert "Ask for their consent" in refused.content.decode()
    hers.post(page_of, form | {"to": "ask"})
    asked = Consent.objects.get(role="subject")
    page = his.get("/consents").content.decode()
    assert "as it is: it shows you" in " ".join(page.split())
    assert "Everything of mine" not in page
    assert "You asked whoever it shows to let you show" in hers.get("/consents?box=received").content.decode()
    hers.post(page_of, form | {"to": "ask"})
    assert Consent.objects.filter(role="subject").count() == 1
    his.post(f"/consents/{asked.pk}/grant", {})
    received = hers.get("/consents?box=received").content.decode()
    assert "may be seen by the members of The lake house" in received
    assert f"{page_of}?artwork={of_bob.pk}&amp;circle={cast.circle.pk}" in received
    assert hers.post(page_of, form | {"to": "circle"}).status_code == 302
    assert CircleShare.objects.get().artwork == of_bob


def _said_after_asking(cast: Cast, artwork: Artwork, session_of: Callable[[User], Any]) -> str:
    body = {"artwork": str(artwork.pk), "circle": str(cast.circle.pk), "to": "ask"}
    answer = session_of(cast.alice).post("/share", body, follow=True)
    [said] = [str(message) for message in answer.context["messages"]]
    return said


@pytest.mark.parametrize("address", ["nobody@example.com", "charlie@example.com"])
def test_after_asking_the_page_says_the_same_of_known_and_unknown_addresses(
    cast: Cast, session_of: Callable[[User], Any], address: str
) -> None:
    artwork = piece(cast.alice, whose="member", subject=None, subject_email=address)
    assert _said_after_asking(cast, artwork, session_of).startswith("Asked.")


def test_after_a_no_the_page_says_that_nobody_was_asked(
    cast: Cast, of_bob: Artwork, session_of: Callable[[User], Any]
) -> None:
    assert _said_after_asking(cast, of_bob, session_of).startswith("Asked.")
    answering.refuse_consent(actor=cast.bob, consent_id=Consent.objects.get().pk)
    assert _said_after_asking(cast, of_bob, session_of).startswith("Nobody could be asked now")


@pytest.mark.django_db(transaction=True)
def test_sharing_races_taking_back_and_nothing_is_seen_after_that(
    alice: User, bob: User, circle: Circle, make_user: Callable[..., User]
) -> None:
    ended = set()
    for _ in range(30):
        artwork = piece(alice, whose="member", subject=bob)
        given = answering.give_consent(
            actor=bob, purpose="sharing", scope="artwork", artwork_id=artwork.pk, circle_id=circle.pk
        )
        said, state = at_once(
            lambda one=artwork: bool(share(alice, one, circle)),
            lambda one=given: answering.revoke_consent(actor=bob, consent_id=one.pk).state,
        )
        assert state == "withdrawn"
        assert said in {True, "subject_not_asked", "permission_gone"}
        assert not CircleShare.objects.exists()
        ended.add(uuid.UUID(str(given.pk)))
    assert len(ended) == 30
