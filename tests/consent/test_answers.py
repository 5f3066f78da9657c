"""Asking, agreeing, refusing, taking back; and everything that ends a permission by itself."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from artworks.actions import keeping, sharing
from circles.actions import blocks, circles, memberships
from circles.actions.accounts import delete_account
from circles.models import Circle, Membership, User
from consent import consequences, notices, policy
from consent.actions import answering, asking, ending
from consent.models import Consent, ConsentEvent, State
from consent.policy import PermissionGone
from photos.models import CircleShare
from processing import reconciler
from processing.errors import NotFound, Refused
from tests.consent.conftest import Cast, piece


@pytest.fixture
def heard() -> Any:
    """What rooms above are told, in order."""
    told: list[tuple[str, Any]] = []

    def granted(consent: Consent) -> None:
        told.append(("granted", consent.pk))

    def refused(consent: Consent) -> None:
        told.append(("refused", consent.pk))

    def withdrawn(consents: list[Consent]) -> None:
        told.append(("withdrawn", [each.pk for each in consents]))

    for registry, function in ((consequences.granted, granted), (consequences.refused, refused)):
        registry.then(function)
    consequences.withdrawn.then(withdrawn)
    yield told
    consequences.granted.forget(granted)
    consequences.refused.forget(refused)
    consequences.withdrawn.forget(withdrawn)


@pytest.fixture
def narrowed() -> Any:
    """What rooms above are told of permissions that stand, but not for all."""
    told: list[Any] = []

    def hear(consents: list[Consent], person: User | None, artwork_ids: list[uuid.UUID]) -> None:
        told.append(([each.pk for each in consents], person, artwork_ids))

    consequences.narrowed.then(hear)
    yield told
    consequences.narrowed.forget(hear)


def state_of(consent: Consent) -> str:
    consent.refresh_from_db()
    return consent.state


def test_many_are_asked_in_one_go(alice: User, bob: User, charlie: User, circle: Circle, seen: None) -> None:
    Membership.objects.create(circle=circle, user=charlie)
    works = [piece(bob), piece(bob), piece(charlie), piece(alice)]
    asked = asking.request_consents(actor=alice, artworks=works, purpose="fusion", circle=circle, message="Please")
    assert {(each.granter, each.artwork_id) for each in asked} == {(work.owner, work.pk) for work in works[:3]}
    assert {(each.state, each.circle, each.recipient, each.message) for each in asked} == {
        ("requested", circle, None, "Please")
    }
    again = asking.request_consents(actor=alice, artworks=works, purpose="fusion", circle=circle)
    assert {each.pk for each in again} == {each.pk for each in asked}
    assert ConsentEvent.objects.count() == 3


def test_a_question_for_one_work_says_so(alice: User, bob: User, ask: Any) -> None:
    work = uuid.uuid4()
    asked = ask(alice, piece(bob), work=work)
    assert (asked.scope, asked.work_id) == ("work", work)


def test_nobody_asks_for_what_they_cannot_see(charlie: User, bob: User, circle: Circle) -> None:
    with pytest.raises(NotFound):
        asking.request_consents(actor=charlie, artworks=[piece(bob)], purpose="fusion")


def test_nobody_asks_for_a_circle_they_are_not_in(charlie: User, bob: User, circle: Circle, seen: None) -> None:
    with pytest.raises(NotFound):
        asking.request_consents(actor=charlie, artworks=[piece(bob)], purpose="fusion", circle=circle)


def test_an_owner_outside_the_circle_cannot_be_asked_for_it(
    alice: User, charlie: User, circle: Circle, seen: None
) -> None:
    with pytest.raises(asking.OwnerNotInCircle):
        asking.request_consents(actor=alice, artworks=[piece(charlie)], purpose="fusion", circle=circle)


def test_questions_have_an_end(alice: User, bob: User, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_WAITING", 1)
    ask(alice, piece(bob))
    with pytest.raises(asking.TooManyQuestions):
        ask(alice, piece(bob))
    assert Consent.objects.count() == 1


def test_agreeing_is_told_and_twice_is_once(alice: User, bob: User, ask: Any, heard: Any) -> None:
    asked = ask(alice, piece(bob))
    until = timezone.now() + timedelta(days=7)
    given = answering.grant_consent(actor=bob, consent_id=asked.pk, valid_until=until)
    answering.grant_consent(actor=bob, consent_id=asked.pk)
    assert (given.state, given.epoch, given.valid_until) == ("granted", 2, until)
    assert heard == [("granted", asked.pk)]


def test_refusing_is_told_and_may_be_thought_over(alice: User, bob: User, ask: Any, heard: Any) -> None:
    asked = ask(alice, piece(bob))
    answering.refuse_consent(actor=bob, consent_id=asked.pk)
    answering.refuse_consent(actor=bob, consent_id=asked.pk)
    answering.grant_consent(actor=bob, consent_id=asked.pk)
    assert heard == [("refused", asked.pk), ("granted", asked.pk)]
    with pytest.raises(answering.AlreadyGiven):
        answering.refuse_consent(actor=bob, consent_id=asked.pk)


def test_who_refused_is_not_asked_the_same_again_for_a_month(alice: User, bob: User, ask: Any, seen: None) -> None:
    work = piece(bob)
    asked = ask(alice, work)
    answering.refuse_consent(actor=bob, consent_id=asked.pk)
    again = {"actor": alice, "artworks": [work], "purpose": "fusion"}
    assert asking.request_consents(**again) == []
    Consent.objects.update(changed_at=timezone.now() - asking.ASKED_AGAIN_AFTER - timedelta(minutes=1))
    assert [(each.pk, each.state, each.epoch) for each in asking.request_consents(**again)] == [
        (asked.pk, "requested", 3)
    ]


def test_taking_back_is_told_and_twice_is_once(alice: User, bob: User, give: Any, heard: Any) -> None:
    given = give(alice, piece(bob))
    answering.revoke_consent(actor=bob, consent_id=given.pk)
    answering.revoke_consent(actor=bob, consent_id=given.pk)
    assert heard == [("granted", given.pk), ("withdrawn", [given.pk])]


def test_what_was_not_given_cannot_be_taken_back(alice: User, bob: User, ask: Any) -> None:
    with pytest.raises(answering.NothingGiven):
        answering.revoke_consent(actor=bob, consent_id=ask(alice, piece(bob)).pk)


@pytest.mark.parametrize("verb", [answering.grant_consent, answering.refuse_consent, answering.revoke_consent])
def test_nobody_answers_for_somebody_else(alice: User, bob: User, charlie: User, give: Any, verb: Any) -> None:
    given = give(alice, piece(bob))
    for other in (alice, charlie):
        with pytest.raises(NotFound):
            verb(actor=other, consent_id=given.pk)
    assert state_of(given) == "granted"


def test_more_than_was_asked_can_be_given(alice: User, bob: User, circle: Circle, ask: Any, heard: Any) -> None:
    first, second = piece(bob), piece(bob)
    asked = ask(alice, first, work=uuid.uuid4(), circle=circle)
    wide = answering.grant_consent(actor=bob, consent_id=asked.pk, scope="artwork")
    assert (wide.scope, wide.artwork, wide.work_id) == ("artwork", first, None)
    assert state_of(asked) == "superseded"
    other = ask(alice, second, work=uuid.uuid4(), circle=circle)
    all_of_mine = answering.grant_consent(actor=bob, consent_id=other.pk, scope="circle")
    assert (all_of_mine.scope, all_of_mine.artwork, all_of_mine.scope_circle) == ("circle", None, circle)
    assert heard == [("granted", wide.pk), ("granted", all_of_mine.pk)]


def test_less_cannot_be_called_more(alice: User, bob: User, ask: Any) -> None:
    asked = ask(alice, piece(bob))
    for scope in ("work", "circle"):
        with pytest.raises(Refused):
            answering.grant_consent(actor=bob, consent_id=asked.pk, scope=scope)


@pytest.mark.parametrize("days", [-1, 0, 4000])
def test_a_time_is_to_come_and_not_beyond_all_measure(alice: User, bob: User, ask: Any, days: int) -> None:
    asked = ask(alice, piece(bob))
    with pytest.raises(Refused):
        answering.grant_consent(actor=bob, consent_id=asked.pk, valid_until=timezone.now() + timedelta(days=days))


def test_an_answer_to_an_older_text_is_not_taken(alice: User, bob: User, ask: Any) -> None:
    with pytest.raises(answering.NoticeChanged):
        answering.grant_consent(actor=bob, consent_id=ask(alice, piece(bob)).pk, notice_version="2020-01-01")


def test_a_question_about_something_gone_cannot_be_answered(alice: User, bob: User, ask: Any) -> None:
    work = piece(bob)
    asked = ask(alice, work)
    keeping.delete_artwork(actor=bob, artwork_id=work.pk)
    for verb in (answering.grant_consent, answering.refuse_consent):
        with pytest.raises(answering.NoLongerAsked):
            verb(actor=bob, consent_id=asked.pk)


def test_one_who_left_gives_nothing_to_the_circle_any_more(alice: User, bob: User, circle: Circle, ask: Any) -> None:
    asked = ask(alice, piece(bob), circle=circle)
    memberships.leave_circle(actor=bob, circle_id=circle.pk)
    with pytest.raises(answering.NoLongerAsked):
        answering.grant_consent(actor=bob, consent_id=asked.pk)


def test_giving_unasked(alice: User, bob: User, charlie: User, circle: Circle) -> None:
    work = piece(bob)
    given = answering.give_consent(
        actor=bob, purpose="fusion", scope="artwork", artwork_id=work.pk, circle_id=circle.pk
    )
    assert (given.state, given.circle, given.requester) == ("granted", circle, None)
    wide = answering.give_consent(actor=bob, purpose="fusion", scope="circle", circle_id=circle.pk)
    assert (wide.scope_circle, wide.artwork) == (circle, None)
    for wrong in (
        {"scope": "artwork", "artwork_id": piece(alice).pk, "circle_id": circle.pk},
        {"scope": "artwork", "artwork_id": work.pk, "person_id": charlie.pk},
        {"scope": "artwork", "artwork_id": work.pk},
        {"scope": "artwork", "artwork_id": work.pk, "person_id": alice.pk, "circle_id": circle.pk},
        {"scope": "artwork", "artwork_id": work.pk, "circle_id": uuid.uuid4()},
        {"scope": "circle", "person_id": alice.pk},
    ):
        with pytest.raises(Refused):
            answering.give_consent(actor=bob, purpose="fusion", **wrong)


def test_time_ends_it(alice: User, bob: User, give: Any, ask: Any, heard: Any) -> None:
    given, asked = give(alice, piece(bob), until=timezone.now() + timedelta(hours=1)), ask(alice, piece(bob))
    assert ending.expire_consents() == 0
    Consent.objects.filter(pk=given.pk).update(valid_until=timezone.now())
    Consent.objects.filter(pk=asked.pk).update(asked_at=timezone.now() - ending.UNANSWERED - timedelta(minutes=1))
    assert ending.expire_consents() == 2
    assert (state_of(given), state_of(asked)) == ("expired", "expired")
    assert heard[1:] == [("withdrawn", [given.pk]), ("refused", asked.pk)]
    assert ending.expire_consents() == 0


def test_a_newer_text_ends_it(alice: User, bob: User, give: Any, heard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    work = piece(bob)
    given = give(alice, work)
    assert ending.supersede_consents() == 0
    newer = notices.Notice("fusion", "2027-01-01", "Another text", ("All new.",))
    monkeypatch.setitem(notices.NOTICES, "fusion", newer)
    assert ending.supersede_consents() == 1
    assert state_of(given) == "superseded"
    assert heard[-1] == ("withdrawn", [given.pk])
    asked = asking.request_consents(actor=alice, artworks=[work], purpose="fusion")
    assert [(each.pk != given.pk, each.notice_version) for each in asked] == [(True, "2027-01-01")]


def test_the_reconciler_does_both() -> None:
    names = set(reconciler._chores)
    assert {"consent.actions.ending.expire_consents", "consent.actions.ending.supersede_consents"} <= names
    assert reconciler._chores["consent.actions.ending.expire_consents"].seconds <= 30


@pytest.mark.parametrize("who", ["owner leaves", "owner removed", "asker leaves", "circle deleted"])
def test_leaving_ends_what_a_person_gave_or_was_given(
    alice: User, bob: User, circle: Circle, give: Any, who: str
) -> None:
    Membership.objects.filter(circle=circle).update(role="owner")
    to_circle, to_her = give(alice, piece(bob), circle=circle), give(alice, piece(bob))
    for_one = give(alice, piece(bob), circle=circle, work=uuid.uuid4())
    acts = {
        "owner leaves": lambda: memberships.leave_circle(actor=bob, circle_id=circle.pk),
        "owner removed": lambda: memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=bob.pk),
        "asker leaves": lambda: memberships.leave_circle(actor=alice, circle_id=circle.pk),
        "circle deleted": lambda: circles.delete_circle(actor=alice, circle_id=circle.pk),
    }
    acts[who]()
    assert (state_of(to_her), state_of(for_one)) == ("invalidated", "invalidated")
    assert state_of(to_circle) == ("granted" if who == "asker leaves" else "invalidated")


def test_those_who_share_another_circle_lose_nothing_between_them(
    alice: User, bob: User, circle: Circle, give: Any
) -> None:
    other = circles.create_circle(actor=alice, name="The office")
    Membership.objects.create(circle=other, user=bob)
    to_her = give(alice, piece(bob))
    memberships.leave_circle(actor=bob, circle_id=circle.pk)
    assert state_of(to_her) == "granted"


def test_a_block_ends_what_is_between_two(alice: User, bob: User, circle: Circle, give: Any, ask: Any) -> None:
    to_her, asked = give(alice, piece(bob)), ask(alice, piece(bob))
    to_him = give(bob, piece(alice))
    blocks.block_person(actor=bob, person_id=alice.pk)
    assert {state_of(each) for each in (to_her, asked, to_him)} == {"invalidated"}
    for ended in (to_her, asked):
        with pytest.raises(answering.NoLongerAsked):
            answering.grant_consent(actor=bob, consent_id=ended.pk)


def test_after_a_block_neither_asks_the_other_and_it_is_not_told(cast: Cast, seen: None) -> None:
    blocks.block_person(actor=cast.bob, person_id=cast.alice.pk)
    for one, other in ((cast.alice, cast.bob), (cast.bob, cast.alice)):
        asked = {"artworks": [piece(other)], "purpose": "fusion", "circle": cast.circle}
        assert asking.request_consents(actor=one, **asked) == []
        assert policy.missing(requester=one, **asked)[0].state == "absent"
    with pytest.raises(Refused):
        answering.give_consent(
            actor=cast.bob, purpose="fusion", scope="artwork", artwork_id=piece(cast.bob).pk, person_id=cast.alice.pk
        )


@pytest.mark.parametrize("how", ["blocked", "left"])
def test_what_a_circle_was_given_stays_for_the_others(cast: Cast, narrowed: Any, how: str) -> None:
    Membership.objects.create(circle=cast.circle, user=cast.charlie)
    work = piece(cast.bob)
    given = answering.give_consent(
        actor=cast.bob, purpose="fusion", scope="artwork", artwork_id=work.pk, circle_id=cast.circle.pk
    )
    ask = {"artworks": [work], "purpose": "fusion", "circle": cast.circle}
    permissions = policy.require(requester=cast.charlie, **ask)
    if how == "blocked":
        blocks.block_person(actor=cast.charlie, person_id=cast.bob.pk)
    else:
        memberships.leave_circle(actor=cast.charlie, circle_id=cast.circle.pk)
    assert state_of(given) == "granted"
    assert narrowed == [([given.pk], cast.charlie, [])]
    assert policy.missing(requester=cast.charlie, **ask)
    assert policy.missing(requester=cast.alice, **ask) == []
    with pytest.raises(PermissionGone), transaction.atomic():
        policy.hold(permissions=permissions, requester=cast.charlie, circle=cast.circle)


def test_all_of_mine_in_a_circle_covers_what_is_shared_there_and_no_longer_what_was_taken_out(
    cast: Cast, narrowed: Any
) -> None:
    work = piece(cast.bob)
    given = answering.give_consent(actor=cast.bob, purpose="fusion", scope="circle", circle_id=cast.circle.pk)
    ask = {"requester": cast.alice, "artworks": [work], "purpose": "fusion", "circle": cast.circle}
    assert policy.missing(**ask)[0].state == "absent"
    sharing.share_items(actor=cast.bob, circle_id=cast.circle.pk, artwork_ids=[work.pk])
    share = CircleShare.objects.get(artwork=work)
    permissions = policy.require(**ask)
    with transaction.atomic():
        policy.hold(permissions=permissions, requester=cast.alice, circle=cast.circle)
    sharing.unshare_items(actor=cast.bob, circle_id=cast.circle.pk, share_ids=[share.pk])
    assert policy.missing(**ask)[0].state == "absent"
    assert narrowed == [([given.pk], None, [work.pk])]
    with pytest.raises(PermissionGone), transaction.atomic():
        policy.hold(permissions=permissions, requester=cast.alice, circle=cast.circle)


def test_deleting_the_artwork_ends_it(alice: User, bob: User, give: Any, heard: Any) -> None:
    work = piece(bob)
    given = give(alice, work)
    keeping.delete_artwork(actor=bob, artwork_id=work.pk)
    assert state_of(given) == State.INVALIDATED
    assert (given.artwork, given.artwork_ref) == (None, work.pk)
    assert heard[-1] == ("withdrawn", [given.pk])


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_deleting_an_account_ends_all_of_it(alice: User, bob: User, give: Any, heard: Any, who: str) -> None:
    given = give(alice, piece(bob))
    delete_account(actor={"alice": alice, "bob": bob}[who])
    assert heard[-1] == ("withdrawn", [given.pk])
    assert not Consent.objects.exists()
    assert ConsentEvent.objects.of_record(given.pk).last().event == "invalidated"


def test_deleting_the_account_of_one_it_shows_ends_their_word(cast: Cast, ask: Any, heard: Any) -> None:
    """They need not be in any circle: nobody else would notice that they went."""
    work = piece(cast.bob, whose="member", subject=cast.charlie, subject_email=cast.charlie.email)
    ask(cast.alice, work)
    word = Consent.objects.get(granter=cast.charlie)
    answering.grant_consent(actor=cast.charlie, consent_id=word.pk)
    delete_account(actor=cast.charlie)
    assert heard == [("granted", word.pk), ("withdrawn", [word.pk])]
    assert ConsentEvent.objects.of_record(word.pk).last().reason == "account deleted"


def test_what_happens_above_happens_in_the_same_transaction(alice: User, bob: User, give: Any) -> None:
    given = give(alice, piece(bob))

    def fail(consents: list[Consent]) -> None:
        raise RuntimeError("the fusion could not be hidden")

    consequences.withdrawn.then(fail)
    try:
        with pytest.raises(RuntimeError):
            answering.revoke_consent(actor=bob, consent_id=given.pk)
    finally:
        consequences.withdrawn.forget(fail)
    assert state_of(given) == "granted"
    assert ConsentEvent.objects.of_record(given.pk).count() == 2
