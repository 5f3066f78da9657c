"""Whatever ends permissions by itself: people leaving or gone, blocks, deleted artworks, time, a newer notice.

The functions for what other rooms tell run inside those rooms' transactions, which hold what comes before consents in
the order of locks.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from circles.models import Circle, Membership, User
from consent import consequences, records, telling
from consent.circumstances import SERVER, Circumstances
from consent.models import Consent, ConsentQuerySet, Scope, State
from consent.notices import NOTICES, is_current

UNANSWERED: Final = timedelta(days=90)
AT_ONCE: Final = 500
OFFER_ENDED: Final = "offer taken back"


def end_rows(
    consents: Sequence[Consent],
    to: State,
    *,
    reason: str,
    actor: User | None = None,
    how: Circumstances = SERVER,
) -> None:
    """Locked rows end; whatever was made or waits under them is told, in the caller's transaction."""
    given = [consent for consent in consents if consent.state == State.GRANTED]
    waiting = [consent for consent in consents if consent.state == State.REQUESTED]
    for consent in consents:
        records.move(consent, to, actor=actor, how=how, reason=reason)
    if given:
        consequences.withdrawn.happen(given)
    for consent in waiting:
        consequences.refused.happen(consent)
    telling.ended([*given, *waiting])


def end_for_member(circle: Circle, user: User) -> None:
    """Somebody is out of a circle: what they gave it, or asked and were given in it, is void."""
    theirs = Q(granter=user) & (Q(circle=circle) | Q(scope_circle=circle))
    asked = Q(requester=user, circle=circle) & (Q(scope=Scope.WORK) | Q(state=State.REQUESTED) | Q(is_implicit=True))
    _void(theirs | asked | _with_strangers(user), "left", user, Q(circle=circle))


def end_between(blocker: User, blocked: User) -> None:
    """What each gave, or was asked by, the other. What they gave a circle stays the circle's, but not the other's."""
    pairs = Q(granter=blocker, requester=blocked) | Q(granter=blocked, requester=blocker)
    direct = Q(granter=blocker, recipient=blocked) | Q(granter=blocked, recipient=blocker)
    with_circle = Q(circle__isnull=False)
    _void(pairs | direct, "blocked", blocked, Q(granter=blocker) & with_circle)
    _void(pairs | direct, "blocked", blocker, Q(granter=blocked) & with_circle)


def end_for_unshared(circle_id: uuid.UUID, artwork_ids: list[uuid.UUID]) -> None:
    """What was given for everything in a circle covers no longer what was taken out of it."""
    rows = _lock(Q(scope=Scope.CIRCLE, scope_circle=circle_id, state=State.GRANTED))
    if rows:
        consequences.narrowed.happen(rows, None, artwork_ids)


def who_hears(artwork_ids: list[uuid.UUID], people: set[uuid.UUID]) -> None:
    """Adds to ``people`` who asked for these, or was allowed to use them: they are told when the permission ends."""
    asked = Consent.objects.open().about(artwork_ids).filter(requester__isnull=False)
    people.update(asked.values_list("requester", flat=True))


def end_for_artworks(artwork_ids: list[uuid.UUID]) -> None:
    _void(Q(artwork__in=artwork_ids), "artwork deleted")


def end_for_new_subject(artwork_ids: list[uuid.UUID]) -> None:
    """It shows somebody else than was said when people agreed."""
    _void(Q(artwork__in=artwork_ids), "another subject")


def refuse_for_ended_offers(artwork_ids: list[uuid.UUID]) -> None:
    """Their owner wants no questions about these: those that wait are answered with no. What was given stands."""
    for consent in _lock(Q(artwork__in=artwork_ids, role=Consent.Role.OWNER, state=State.REQUESTED)):
        if consent.state == State.REQUESTED:
            records.move(consent, State.REFUSED, actor=consent.granter, reason=OFFER_ENDED)
            consequences.refused.happen(consent)
            telling.answered(consent)


def end_for_account(user: User) -> None:
    """All of a person's words, and all that was given to them, before their rows go."""
    _void(Q(granter=user) | Q(requester=user) | Q(recipient=user), "account deleted")


def expire_consents() -> int:
    """Permissions whose time has come and questions nobody answered; called by the reconciler. Returns how many."""
    now = timezone.now()
    given = _each(lambda: Consent.objects.run_out(now), State.EXPIRED, "time")
    return given + _each(lambda: Consent.objects.waiting().filter(asked_at__lt=now - UNANSWERED), State.EXPIRED, "time")


def supersede_consents() -> int:
    """Words given to an older text; called by the reconciler. Returns how many."""
    current = Q()
    for purpose, notice in NOTICES.items():
        current |= Q(purpose=purpose, notice_version=notice.version)
    return _each(lambda: Consent.objects.open().exclude(current), State.SUPERSEDED, "notice")


def _with_strangers(user: User) -> Q:
    """What a person gave to, or was given by, people they share no circle with any more."""
    known = Membership.objects.filter(circle__in=Membership.objects.of(user).values("circle")).values("user")
    owner = Q(role=Consent.Role.OWNER, is_implicit=False)
    gave = Q(granter=user, recipient__isnull=False) & ~Q(recipient__in=known)
    got = Q(recipient=user) & ~Q(granter__in=known)
    return owner & (gave | got)


def _void(which: Q, reason: str, person: User | None = None, closed_to_them: Q | None = None) -> None:
    """These end; what is ``closed_to_them`` stands for others, but no longer for this person. Locked all at once."""
    ended = set(Consent.objects.open().filter(which).values_list("pk", flat=True))
    closed = Q(state=State.GRANTED) & closed_to_them if closed_to_them is not None else Q(pk__in=[])
    rows = _lock(Q(pk__in=ended) | closed)
    end_rows([row for row in rows if row.pk in ended], State.INVALIDATED, reason=reason)
    left = [row for row in rows if row.pk not in ended]
    if person is not None and left:
        consequences.narrowed.happen(left, person, [])


def _lock(which: Q) -> list[Consent]:
    ids = list(Consent.objects.open().filter(which).values_list("pk", flat=True))
    return list(Consent.objects.open().locked().filter(pk__in=ids))


def _each(which: Callable[[], ConsentQuerySet], to: State, reason: str) -> int:
    """One at a time, in a transaction each, so that nobody waits for a whole sweep."""
    done = 0
    for pk in list(which().values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            row = which().locked().filter(pk=pk).first()
            if row is not None and (to != State.SUPERSEDED or not is_current(row)):
                end_rows([row], to, reason=reason)
                done += 1
    return done
