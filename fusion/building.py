"""What the builder shows: pictures to choose from, layouts and modes as pictures, and who will be asked."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from artworks.models import Artwork
from artworks.querysets import ArtworkQuerySet
from circles.models import Circle, User
from consent import offers, policy
from consent.models import Consent
from consent.policy import Missing, Purpose
from fusion import options
from fusion.forms import COMPOSITIONS, FUSION_LAYOUTS, MODES
from fusion.models import FusionArtwork, FusionPart
from fusion.sources import find_sources, parts_of
from processing.errors import AureoleError

SHOWN: Final = 60
CLOSED_SHOWN: Final = 12
WORDS: Final = {
    "multiband": "Keeps each picture's own colours; recommended.",
    "feather": "A soft edge.",
    "alpha": "One ends where the other begins.",
    "poisson": "Keeps the stronger fibres of both, in the first one's light.",
    "poisson_normal": "The second one in the first one's light.",
}


@dataclass(frozen=True)
class Choice:
    """A layout or mode with its picture; for ``fewest`` to ``most`` artworks."""

    value: str
    label: str
    picture: str
    fewest: int = options.FEWEST
    most: int = options.MOST
    words: str = ""


@dataclass(frozen=True)
class Pickable:
    """An artwork, or an own finished fusion, that may be chosen; ``is_closed``: it is, or holds, another's that is not
    offered."""

    pk: uuid.UUID
    title: str
    owner: str
    is_mine: bool
    is_fusion: bool
    is_iris: bool
    picture: str
    width: int
    height: int
    is_closed: bool = False

    @property
    def whose(self) -> str:
        if self.is_mine:
            return "Yours, with one not offered" if self.is_closed else "Yours"
        return f"{self.owner}’s, not offered" if self.is_closed else f"{self.owner}’s"


@dataclass(frozen=True)
class Asked:
    """Somebody who will be asked, for these of the pictures; without a name whoever they show."""

    name: str
    titles: tuple[str, ...]
    ids: str


@dataclass(frozen=True)
class Asking:
    """``closed``: of these pictures nothing can be made, because their owners have not offered them."""

    people: Sequence[Asked] = ()
    closed: Sequence[Asked] = ()


def layouts() -> list[Choice]:
    return [Choice(value, label, f"img/fusion/{value}.webp", *options.COUNTS[value]) for value, label in FUSION_LAYOUTS]


def modes() -> list[Choice]:
    return [Choice(value, label, f"img/fusion/{value}.webp", words=WORDS[value]) for value, label in MODES]


def compositions() -> list[Choice]:
    return [Choice(value, label, f"img/fusion/{value}.webp") for value, label in COMPOSITIONS]


def pickables(user: User, chosen: Sequence[uuid.UUID]) -> list[Pickable]:
    """The newest this person may choose; what is chosen already comes first, in its order, what is closed last."""
    found = {one.pk: one for one in (*_artworks(user, chosen), *_fusions(user, chosen))}
    first = [found.pop(pk) for pk in chosen if pk in found and not found[pk].is_closed]
    return first + sorted(found.values(), key=lambda one: one.is_closed)


def asked_for(*, actor: User, fusion_type: str, ids: Sequence[uuid.UUID], circle: Circle | None) -> Asking:
    """Whose consent is missing for these pictures, by name; nobody is asked by this."""
    try:
        artworks = parts_of(find_sources(actor=actor, ids=ids))
    except AureoleError:
        return Asking()
    terms: dict[str, Any] = {"requester": actor, "purpose": Purpose(fusion_type), "circle": circle}
    closed = offers.not_offered(policy.needs_of(artworks), **terms)
    if closed:
        return Asking(closed=_by_owner(closed, _titles(actor, closed)))
    return Asking(people=_by_person(policy.missing(artworks=artworks, **terms), _titles(actor, artworks)))


def _titles(user: User, artworks: Sequence[Artwork]) -> dict[uuid.UUID, str]:
    """What is inside a fusion may no longer be seen by who made it."""
    visible = Artwork.objects.visible_to(user).chosen(artwork.pk for artwork in artworks)
    seen = set(visible.values_list("pk", flat=True))
    return {artwork.pk: str(artwork) if artwork.pk in seen else "a picture you do not see" for artwork in artworks}


def _by_owner(artworks: Sequence[Artwork], titles: Mapping[uuid.UUID, str]) -> list[Asked]:
    names: dict[str, list[str]] = {}
    for artwork in artworks:
        names.setdefault(artwork.owner.public_name, []).append(titles[artwork.pk])
    return [Asked(name, tuple(mine), "") for name, mine in names.items()]


def _by_person(absent: Sequence[Missing], titles: Mapping[uuid.UUID, str]) -> list[Asked]:
    """Whoever a picture shows has no name here: that is its owner's to tell, and an address is nobody's to test."""
    people = User.objects.in_bulk({one.subject_id for one in absent if one.role == Consent.Role.OWNER})
    whose = {one: people.get(one.subject_id) if one.role == Consent.Role.OWNER else None for one in absent}
    found = []
    for person in dict.fromkeys(whose.values()):
        mine = [one for one in absent if whose[one] == person]
        name = person.public_name if person else ""
        words = tuple(titles[one.artwork_id] for one in mine)
        found.append(Asked(name, words, " ".join(str(one.artwork_id) for one in mine)))
    return found


def _artworks(user: User, chosen: Sequence[uuid.UUID]) -> Iterable[Pickable]:
    visible = Artwork.objects.visible_to(user).select_related("owner")
    silent = _newest(visible.not_offered_to(user), chosen)
    closed = _closed(user, silent)
    allowed = [artwork for artwork in silent if artwork.pk not in closed]
    others = [artwork for artwork in silent if artwork.pk in closed][:CLOSED_SHOWN]
    for artwork in (*_newest(visible.offered_to(user), chosen), *allowed, *others):
        yield Pickable(
            artwork.pk, str(artwork), artwork.owner.public_name, artwork.owner_id == user.pk, False,
            artwork.kind == Artwork.Kind.IRIS, reverse("artworks-thumb", args=[artwork.pk, 256, "webp"]),
            artwork.width, artwork.height, artwork.pk in closed,
        )  # fmt: skip


def _newest(found: ArtworkQuerySet, chosen: Sequence[uuid.UUID]) -> list[Artwork]:
    """With those chosen already, however old."""
    newest = list(found.not_made_again().newest_first()[:SHOWN])
    known = {artwork.pk for artwork in newest}
    return newest + list(found.chosen(pk for pk in chosen if pk not in known))


def _closed(user: User, artworks: Sequence[Artwork]) -> set[uuid.UUID]:
    """Those of them that their owners allow this person neither for a fusion nor for a composition, wherever seen."""
    needs = policy.needs_of(artworks)
    kinds = (Purpose.FUSION, Purpose.COMPOSITION)
    found = [{one.pk for one in offers.not_offered(needs, requester=user, purpose=kind)} for kind in kinds]
    return found[0] & found[1]


def _fusions(user: User, chosen: Sequence[uuid.UUID]) -> Iterable[Pickable]:
    mine = FusionArtwork.objects.editable_by(user).ready()
    newest = list(mine.newest_first()[:SHOWN])
    known = {fusion.pk for fusion in newest}
    newest += list(mine.filter(pk__in=[pk for pk in chosen if pk not in known]))
    closed = _with_closed_parts(user, newest)
    for fusion in newest:
        yield Pickable(
            fusion.pk, str(fusion), user.public_name, True, True, False,
            reverse("fusion-thumb", args=[fusion.pk, 256, "webp"]), fusion.width, fusion.height, fusion.pk in closed,
        )  # fmt: skip


def _with_closed_parts(user: User, fusions: Sequence[FusionArtwork]) -> set[uuid.UUID]:
    rows = FusionPart.objects.filter(fusion__in=fusions, artwork__in=Artwork.objects.not_offered_to(user))
    parts = list(rows.select_related("artwork__owner"))
    closed = _closed(user, [part.artwork for part in parts if part.artwork is not None])
    return {part.fusion_id for part in parts if part.artwork_id in closed}
