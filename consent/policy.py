"""The only way in: whether these artworks may be used, by whom, for what, and where the result is seen.

Asked at submit and at claim (``require``), and inside the publishing transaction (``hold``). Everybody an artwork
belongs to or shows must have agreed, and a piece made of others carries the permissions of all of them.

``work`` is the id of the one work it is for: it opens permissions of the scope "only this one work", which nothing
else does. ``circle`` is where the result will be seen; without it only the requester sees it.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from artworks.models import Artwork
from circles.models import Block, Circle, Membership, User
from consent import holding, records
from consent.models import Consent, Purpose, Scope, State
from consent.notices import is_current
from photos.models import CircleShare
from processing.errors import AureoleError, Conflict

__all__ = [
    "ConsentRequired",
    "Missing",
    "Permission",
    "PermissionGone",
    "Purpose",
    "hold",
    "missing",
    "missing_of",
    "require",
]

ABSENT = "absent"
PENDING = "pending"


@dataclass(frozen=True)
class Permission:
    """What a job remembers: this word (``consent_id``), as it was then (``epoch``), on this artwork."""

    consent_id: uuid.UUID
    epoch: int
    artwork_id: uuid.UUID

    def as_json(self) -> dict[str, Any]:
        return {"consent_id": str(self.consent_id), "epoch": self.epoch, "artwork_id": str(self.artwork_id)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Permission":
        return cls(uuid.UUID(found["consent_id"]), int(found["epoch"]), uuid.UUID(found["artwork_id"]))


@dataclass(frozen=True)
class Missing:
    """A word that is not there. ``subject_id`` is the person to be asked (None: nobody here yet), not to be shown.

    ``state``: "absent" (not asked yet), "pending", "refused", "withdrawn" or "expired". Somebody who is shown, has
    said nothing and is in no circle of the requester's is "pending", asked or not, like an address nobody here has.
    """

    artwork_id: uuid.UUID
    subject_id: uuid.UUID | None
    state: str
    role: str = Consent.Role.OWNER


class ConsentRequired(Conflict):
    """Not everybody has agreed yet; ``missing`` says what is open."""

    code = "consent_required"
    detail = "Not everybody whose artwork this needs has agreed yet."
    suggestion = "Ask for their consent, or choose other artworks."

    def __init__(self, found: Sequence[Missing]) -> None:
        self.missing = list(found)
        super().__init__(extra={"pending": sorted({str(each.artwork_id) for each in found})})


class PermissionGone(AureoleError):
    """What was allowed when the work began is so no longer; whose word it was is not told."""

    code = "permission_gone"
    family = "quality_issue"
    status = 409
    detail = "A permission this needs is no longer there."
    suggestion = "Choose other artworks, or ask again."


def missing(
    *,
    requester: User,
    artworks: Iterable[Artwork],
    purpose: str,
    circle: Circle | None = None,
    work: uuid.UUID | None = None,
) -> list[Missing]:
    """Whose word is not there; nothing is written. One's own artworks never miss one's own word."""
    needs = [need for need in needs_of(artworks) if need.person_id != requester.pk]
    return missing_of(needs, requester=requester, purpose=purpose, circle=circle, work=work)


def missing_of(
    needs: Sequence["Need"], *, requester: User, purpose: str, circle: Circle | None, work: uuid.UUID | None
) -> list[Missing]:
    """Which of these needs no word stands for."""
    ask = _Asked(requester, purpose, circle, work)
    found = _find(ask, needs)
    return [_missing(ask, need) for need in needs if need not in found]


def require(
    *,
    requester: User,
    artworks: Iterable[Artwork],
    purpose: str,
    circle: Circle | None = None,
    work: uuid.UUID | None = None,
) -> list[Permission]:
    """Every permission this needs, to be remembered and held later; ConsentRequired when one is not there.

    What people allow themselves is recorded as well.
    """
    ask = _Asked(requester, purpose, circle, work)
    needs = needs_of(artworks)
    with transaction.atomic():
        found = _find(ask, [need for need in needs if need.person_id != requester.pk])
        open_needs = [need for need in needs if need.person_id != requester.pk and need not in found]
        if open_needs:
            raise ConsentRequired([_missing(ask, need) for need in open_needs])
        found |= _own_words(ask, [need for need in needs if need.person_id == requester.pk])
    return [Permission(found[need].pk, found[need].epoch, need.artwork.pk) for need in needs]


def hold(*, permissions: Iterable[Permission], requester: User, circle: Circle | None = None) -> None:
    """Inside the publishing transaction: nothing of this changes until it ends. PermissionGone when something did.

    Locks people, memberships, artworks and consents, each in the order of their ids.
    """
    held = list(permissions)
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("Permissions are held inside a transaction.")
    granters = set(Consent.objects.filter(pk__in=[each.consent_id for each in held]).values_list("granter", flat=True))
    holding.people({requester.pk, *granters})
    inside = holding.memberships({requester.pk, *granters}, _circles_to_hold(requester, circle))
    artworks = {artwork.pk: artwork for artwork in holding.artworks(each.artwork_id for each in held)}
    consents = {consent.pk: consent for consent in holding.consents(each.consent_id for each in held)}
    if circle is not None and (requester.pk, circle.pk) not in inside:
        raise PermissionGone()
    if Block.objects.between_many(requester, granters).exists():
        raise PermissionGone()
    if any(each.artwork_id not in artworks for each in held):
        raise PermissionGone()
    _check_words(held, consents, circle, requester, inside)
    _check_everybody(held, consents, artworks.values())


Resolver = Callable[[Artwork], Iterable[Artwork]]


def made_of(resolver: Resolver) -> Resolver:
    """Have ``resolver`` say which artworks one was made of (nothing for a plain one): it carries their permissions."""
    if resolver not in _resolvers:
        _resolvers.append(resolver)
    return resolver


def needs_of(artworks: Iterable[Artwork]) -> list["Need"]:
    """Everybody who must agree, for each artwork and everything it was made of."""
    whole = _with_sources(artworks)
    absent = {each.subject_email for each in whole if _names_nobody(each)}
    joined = dict(User.objects.filter(email__in=absent, is_active=True).values_list("email", "pk")) if absent else {}
    needs: list[Need] = []
    for artwork in whole:
        needs.append(Need(artwork, artwork.owner_id, Consent.Role.OWNER))
        subject = joined.get(artwork.subject_email) if _names_nobody(artwork) else artwork.subject_id
        if _names_nobody(artwork) or (subject and subject != artwork.owner_id):
            needs.append(Need(artwork, subject, Consent.Role.SUBJECT))
    return needs


@dataclass(frozen=True)
class Need:
    """One person's word on one artwork; nobody when the member named for it is not here."""

    artwork: Artwork
    person_id: uuid.UUID | None
    role: str


@dataclass(frozen=True)
class _Asked:
    requester: User
    purpose: str
    circle: Circle | None
    work: uuid.UUID | None

    def recipients(self) -> Q:
        """For the circle that sees it; or for this person, or a circle they are in, when nobody else will."""
        if self.circle is not None:
            return Q(circle=self.circle)
        return Q(recipient=self.requester) | Q(circle__in=Membership.objects.of(self.requester).values("circle"))

    def for_whom(self) -> dict[str, Any]:
        return {"recipient": None, "circle": self.circle} if self.circle else {"recipient": self.requester}


_resolvers: list[Resolver] = []


def _names_nobody(artwork: Artwork) -> bool:
    """Another member is shown, named by an address nobody here had."""
    return artwork.whose == Artwork.Whose.MEMBER and artwork.subject_id is None


def _with_sources(artworks: Iterable[Artwork]) -> list[Artwork]:
    waiting, whole = list(artworks), {}
    while waiting:
        artwork = waiting.pop(0)
        if artwork.pk not in whole:
            whole[artwork.pk] = artwork
            waiting += [source for resolver in _resolvers for source in resolver(artwork)]
    return list(whole.values())


def _find(ask: _Asked, needs: Sequence[Need]) -> dict[Need, Consent]:
    """The word that stands for each need, where there is one; only a circle's members use what it was given."""
    if ask.circle is not None and not Membership.objects.of(ask.requester).filter(circle=ask.circle).exists():
        return {}
    given = [consent for consent in _candidates(ask, needs) if consent.is_given and is_current(consent)]
    return {need: consent for need in needs for consent in reversed(given) if _covers(consent, need)}


def _candidates(ask: _Asked, needs: Sequence[Need]) -> list[Consent]:
    """Every open record that could be meant; the one changed last comes first."""
    artwork_ids = {need.artwork.pk for need in needs}
    works = Q(scope=Scope.ARTWORK) | Q(scope=Scope.WORK, work_id=ask.work) if ask.work else Q(scope=Scope.ARTWORK)
    what = (works & Q(artwork__in=artwork_ids)) | Q(scope=Scope.CIRCLE)
    people = {need.person_id for need in needs if need.person_id}
    found = Consent.objects.open().filter(what, ask.recipients(), purpose=ask.purpose, granter__in=people)
    found = found.filter(~Block.objects.against(ask.requester, "granter"))
    return list(found.newest_first()) if people else []


def _covers(consent: Consent, need: Need) -> bool:
    if consent.granter_id != need.person_id:
        return False
    if consent.scope == Scope.CIRCLE:
        return lies_in(consent.scope_circle_id, need.artwork)
    return consent.artwork_id == need.artwork.pk


def lies_in(circle_id: uuid.UUID | None, artwork: Artwork) -> bool:
    """Whether it is shared into this circle."""
    return CircleShare.objects.filter(membership__circle=circle_id, artwork=artwork).exists()


def _missing(ask: _Asked, need: Need) -> Missing:
    if need.person_id is None:
        # Told like somebody who has not answered: whether that address is known here is nobody's business.
        return Missing(need.artwork.pk, None, PENDING, need.role)
    found = next((consent for consent in _candidates(ask, [need]) if _covers(consent, need)), None)
    has_answered = found is not None and found.answered_at is not None
    is_untold = need.role == Consent.Role.SUBJECT and not has_answered and not knows(ask.requester, need.person_id)
    word = _word(found) if found is not None else ABSENT
    return Missing(need.artwork.pk, need.person_id, PENDING if is_untold else word, need.role)


def knows(requester: User, person_id: uuid.UUID) -> bool:
    """Whether both share a circle: else nothing tells that the address somebody was named by is known here."""
    return Membership.objects.known_to(requester).filter(user_id=person_id).exists()


def _word(consent: Consent) -> str:
    if consent.state == State.REQUESTED:
        return PENDING
    if consent.state != State.GRANTED:
        return str(consent.state)
    return str(State.EXPIRED) if not consent.is_given else ABSENT


def _own_words(ask: _Asked, needs: Sequence[Need]) -> dict[Need, Consent]:
    """Those that exist are locked at once and new ones are made in one order, so that nobody waits in a circle."""
    mine = Consent.objects.open().filter(granter=ask.requester, is_implicit=True, purpose=ask.purpose)
    holding.consents(mine.filter(artwork__in=[need.artwork.pk for need in needs]).values_list("pk", flat=True))
    return {need: _own(ask, need) for need in sorted(needs, key=lambda need: need.artwork.pk)}


def _own(ask: _Asked, need: Need) -> Consent:
    """One's own word, given by the act itself."""
    fields = {
        "granter": ask.requester,
        "requester": ask.requester,
        "role": need.role,
        "artwork": need.artwork,
        "scope": Scope.ARTWORK,
        "purpose": ask.purpose,
        "is_implicit": True,
        **ask.for_whom(),
    }
    found, is_new = records.find_or_open(actor=ask.requester, state=State.GRANTED, **fields)
    if is_new or (found.is_given and is_current(found)):
        return found
    return records.move(found, State.GRANTED, actor=ask.requester, reason="own", valid_until=None)


def _circles_to_hold(requester: User, circle: Circle | None) -> list[uuid.UUID]:
    return [circle.pk] if circle else holding.circles_of(requester)


def _check_words(
    held: Sequence[Permission],
    consents: Mapping[uuid.UUID, Consent],
    circle: Circle | None,
    requester: User,
    inside: set[tuple[uuid.UUID, uuid.UUID]],
) -> None:
    for each in held:
        consent = consents.get(each.consent_id)
        if consent is None or consent.epoch != each.epoch or not (consent.is_given and is_current(consent)):
            raise PermissionGone()
        if not _is_for(consent, requester, circle) or not _are_inside(consent, requester, inside):
            raise PermissionGone()


def _is_for(consent: Consent, requester: User, circle: Circle | None) -> bool:
    if circle is not None:
        return consent.circle_id == circle.pk
    return consent.circle_id is not None or consent.recipient_id == requester.pk


def _are_inside(consent: Consent, requester: User, inside: set[tuple[uuid.UUID, uuid.UUID]]) -> bool:
    """A word for a circle holds among its members: who uses it, and whose the artwork is."""
    if consent.circle_id is None:
        return True
    people = {requester.pk} | ({consent.granter_id} if consent.role == Consent.Role.OWNER else set())
    return all((person, consent.circle_id) in inside for person in people)


def _check_everybody(
    held: Sequence[Permission], consents: Mapping[uuid.UUID, Consent], artworks: Iterable[Artwork]
) -> None:
    """Whoever must agree now has: an artwork may have come to show somebody else meanwhile."""
    words = {(each.artwork_id, consents[each.consent_id].granter_id) for each in held}
    for need in needs_of(artworks):
        if (need.artwork.pk, need.person_id) not in words:
            raise PermissionGone()
    if any(not _covers(consents[each.consent_id], need) for each, need in _pairs(held, consents, artworks)):
        raise PermissionGone()


def _pairs(
    held: Sequence[Permission], consents: Mapping[uuid.UUID, Consent], artworks: Iterable[Artwork]
) -> list[tuple[Permission, Need]]:
    known = {artwork.pk: artwork for artwork in artworks}
    return [
        (each, Need(known[each.artwork_id], consents[each.consent_id].granter_id, consents[each.consent_id].role))
        for each in held
    ]
