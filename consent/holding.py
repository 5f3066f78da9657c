"""Locks, taken in the one order of this house: people, membership, artwork, consent."""

import uuid
from collections.abc import Iterable

from artworks.models import Artwork
from circles.actions import standing
from circles.models import Circle, Membership, User
from consent.models import Consent


def people(ids: Iterable[uuid.UUID | None]) -> None:
    """Whose account ends meanwhile is waited for; see ``standing.hold_people``."""
    standing.hold_people(*set(ids))


def memberships(user_ids: Iterable[uuid.UUID], circle_ids: Iterable[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """(person, circle) of those who are in these circles, and stay while the caller's transaction lasts."""
    found = Membership.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = found.filter(user_id__in=set(user_ids), circle_id__in=set(circle_ids))
    return set(rows.values_list("user_id", "circle_id"))


def artworks(ids: Iterable[uuid.UUID]) -> list[Artwork]:
    """Those of them that are still there; nobody changes or deletes them while the caller's transaction lasts."""
    found = Artwork.objects.chosen(set(ids)).select_for_update(of=("self",), no_key=True)
    return list(found.order_by("pk"))


def consents(ids: Iterable[uuid.UUID]) -> list[Consent]:
    return list(Consent.objects.locked().filter(pk__in=set(ids)))


def circles_of(user: User) -> list[uuid.UUID]:
    """Not locked: which ones to lock."""
    return list(Circle.objects.visible_to(user).values_list("pk", flat=True))
