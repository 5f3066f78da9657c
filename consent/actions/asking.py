"""Asking for consent: everybody who must agree, in one go."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from artworks.models import Artwork
from circles.models import Block, Circle, User
from consent import holding, offers, policy, records, telling
from consent.actions import ending
from consent.circumstances import SERVER, Circumstances
from consent.models import Consent, ConsentEvent, Purpose, Scope, State
from consent.notices import is_current
from consent.policy import Need
from processing.errors import Conflict, NotFound, Refused

ASKED_AGAIN_AFTER: Final = timedelta(days=30)
MOST_WAITING: Final = 200
MOST_TO_A_STRANGER: Final = 20


class TooManyQuestions(Conflict):
    code = "too_many_questions"
    detail = f"{MOST_WAITING} of your questions wait for an answer already."
    suggestion = "Wait until some are answered."


class OwnerNotInCircle(Conflict):
    code = "owner_not_in_circle"
    detail = "Somebody whose artwork this needs is not in that circle."
    suggestion = "Choose a circle that all of them are in, or another artwork."


def request_consents(
    *,
    actor: User,
    artworks: Iterable[Artwork],
    purpose: str,
    circle: Circle | None = None,
    work: uuid.UUID | None = None,
    message: str = "",
    how: Circumstances = SERVER,
) -> list[Consent]:
    """Ask everybody whose word is missing; returns every question that is open now, those asked before included.

    With ``work`` the question is for this one work, else for each time. Who refused or took it back is not asked the
    same again for a month. NotFound when the actor cannot see an artwork, or is not in the circle; NotOffered.
    """
    chosen = list(artworks)
    visible = set(Artwork.objects.visible_to(actor).chosen(each.pk for each in chosen).values_list("pk", flat=True))
    if any(each.pk not in visible for each in chosen):
        raise NotFound()
    _refuse_odd(actor, chosen, purpose, circle)
    with transaction.atomic():
        needs = _lock(actor, policy.needs_of(chosen), circle)
        closed = offers.not_offered(needs, requester=actor, purpose=purpose, circle=circle, work=work)
        if closed:
            raise offers.NotOffered(closed)
        terms = _terms(purpose, circle, work, actor)
        answers = [_ask(actor, need, terms, message[:300], how) for need in needs]
        questions = [consent for consent, _ in answers if consent is not None]
        _refuse_too_many(actor)
        telling.asked([consent for consent, is_new in answers if consent is not None and is_new], actor)
    return questions


def _refuse_odd(actor: User, artworks: Sequence[Artwork], purpose: str, circle: Circle | None) -> None:
    """To be seen as it is, something is one's own and shows another member, and it is a circle that sees it."""
    if purpose != Purpose.SHARING:
        return
    if circle is None:
        raise Refused(fields={"circle_id": ["Name the circle that shall see it."]})
    if any(each.owner_id != actor.pk for each in artworks):
        raise Refused(fields={"artwork_ids": ["Only its owner shares an artwork as it is."]})


def _lock(actor: User, needs: Sequence[Need], circle: Circle | None) -> list[Need]:
    """Those somebody else must answer, in the order in which their records are locked."""
    theirs = [need for need in needs if need.person_id not in (None, actor.pk)]
    people = {actor.pk, *(need.person_id for need in theirs if need.person_id)}
    holding.people(people)
    if circle is not None:
        inside = {person for person, _ in holding.memberships(people, [circle.pk])}
        if actor.pk not in inside:
            raise NotFound()
        if any(need.role == Consent.Role.OWNER and need.person_id not in inside for need in theirs):
            raise OwnerNotInCircle()
    there = {artwork.pk: artwork for artwork in holding.artworks(need.artwork.pk for need in needs)}
    if any(need.artwork.pk not in there for need in needs):
        raise NotFound()
    holding.consents(Consent.objects.open().about(there).values_list("pk", flat=True))
    held = [replace(need, artwork=there[need.artwork.pk]) for need in theirs]
    return sorted(held, key=lambda need: (need.artwork.pk, str(need.person_id)))


def _terms(purpose: str, circle: Circle | None, work: uuid.UUID | None, actor: User) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "scope": Scope.WORK if work else Scope.ARTWORK,
        "work_id": work,
        "circle": circle,
        "recipient": None if circle else actor,
    }


def _ask(
    actor: User, need: Need, terms: dict[str, Any], message: str, how: Circumstances
) -> tuple[Consent | None, bool]:
    """The question of this need while it is open, and whether it was asked just now; None when it is answered."""
    where = {"purpose": terms["purpose"], "circle": terms["circle"], "work": terms["work_id"]}
    if not policy.missing_of([need], requester=actor, **where):
        return None, False
    assert need.person_id is not None
    if Block.objects.between_many(actor, [need.person_id]).exists():
        # Nobody is asked by whom they blocked, and it is not told: it stays unanswered.
        return None, False
    if _is_stranger_asked_enough(actor, need):
        return None, False
    granter = User.objects.get(pk=need.person_id)
    fields = terms | {"granter": granter, "role": need.role, "artwork": need.artwork, "requester": actor}
    found, is_new = _open_question(actor, fields | {"message": message}, how)
    if is_new or found.state == State.REQUESTED:
        return found, is_new
    if found.changed_at > timezone.now() - ASKED_AGAIN_AFTER and not _may_be_asked_again(found):
        return None, False
    again: dict[str, Any] = {"requester": actor, "message": message, "asked_at": timezone.now(), "valid_until": None}
    return records.move(found, State.REQUESTED, actor=actor, how=how, **again), True


def _open_question(actor: User, fields: dict[str, Any], how: Circumstances) -> tuple[Consent, bool]:
    """The record, or a new one; one that was given for too short, or to an older text, has ended by now."""
    found, is_new = records.find_or_open(actor=actor, state=State.REQUESTED, how=how, **fields)
    if found.state == State.GRANTED and not found.is_given:
        ending.end_rows([found], State.EXPIRED, reason="time")
    if not is_current(found):
        ending.end_rows([found], State.SUPERSEDED, reason="notice")
        return records.find_or_open(actor=actor, state=State.REQUESTED, how=how, **fields)
    return found, is_new


def _may_be_asked_again(found: Consent) -> bool:
    """Time ended it, or taking an offer back did, and now it is offered again."""
    last = ConsentEvent.objects.filter(record_id=found.pk, sequence=found.sequence)
    return found.state == State.EXPIRED or last.filter(reason=ending.OFFER_ENDED).exists()


def _is_stranger_asked_enough(actor: User, need: Need) -> bool:
    """Whom a picture shows may be somebody the actor does not know: they are not flooded, and it is not told either."""
    if need.role != Consent.Role.SUBJECT or need.person_id is None or policy.knows(actor, need.person_id):
        return False
    waiting = Consent.objects.waiting().filter(requester=actor, granter=need.person_id)
    return waiting.count() >= MOST_TO_A_STRANGER


def _refuse_too_many(actor: User) -> None:
    """Only those the actor is told of count: the limit would say which addresses are known here."""
    if Consent.objects.received_by(actor).waiting().filter(requester=actor).count() > MOST_WAITING:
        raise TooManyQuestions()
