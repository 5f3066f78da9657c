"""What the builder shows: pictures to choose from, layouts and modes as pictures, and who will be asked."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from artworks.models import Artwork
from circles.models import Circle, User
from consent import policy
from consent.policy import Purpose
from fusion import options
from fusion.forms import COMPOSITIONS, FUSION_LAYOUTS, MODES
from fusion.models import FusionArtwork
from fusion.sources import find_sources, parts_of
from processing.errors import AureoleError

SHOWN: Final = 60
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
    """An artwork, or an own finished fusion, that may be chosen."""

    pk: uuid.UUID
    title: str
    owner: str
    is_mine: bool
    is_fusion: bool
    is_iris: bool
    picture: str
    width: int
    height: int

    @property
    def whose(self) -> str:
        return "Yours" if self.is_mine else f"{self.owner}’s"


@dataclass(frozen=True)
class Asked:
    """Somebody who will be asked, for these of the pictures."""

    name: str
    titles: tuple[str, ...]
    ids: str


def layouts() -> list[Choice]:
    return [Choice(value, label, f"img/fusion/{value}.webp", *options.COUNTS[value]) for value, label in FUSION_LAYOUTS]


def modes() -> list[Choice]:
    return [Choice(value, label, f"img/fusion/{value}.webp", words=WORDS[value]) for value, label in MODES]


def compositions() -> list[Choice]:
    return [Choice(value, label, f"img/fusion/{value}.webp") for value, label in COMPOSITIONS]


def pickables(user: User, chosen: Sequence[uuid.UUID]) -> list[Pickable]:
    """The newest this person may choose; what is chosen already comes first, in its order."""
    found = {one.pk: one for one in (*_artworks(user, chosen), *_fusions(user, chosen))}
    first = [found.pop(pk) for pk in chosen if pk in found]
    return first + list(found.values())


def asked_for(*, actor: User, fusion_type: str, ids: Sequence[uuid.UUID], circle: Circle | None) -> list[Asked]:
    """Whose consent is missing for these pictures, by name; nobody is asked by this."""
    try:
        artworks = parts_of(find_sources(actor=actor, ids=ids))
    except AureoleError:
        return []
    absent = policy.missing(
        requester=actor,
        artworks=artworks,
        purpose=Purpose(fusion_type),
        circle=circle,
        work=None,
    )
    by_id = {artwork.pk: artwork for artwork in artworks}
    people = User.objects.in_bulk({one.subject_id for one in absent if one.subject_id})
    found = []
    for subject_id in dict.fromkeys(one.subject_id for one in absent):
        mine = [one for one in absent if one.subject_id == subject_id]
        name = people[subject_id].public_name if subject_id in people else "Whoever it shows"
        titles = tuple(str(by_id[one.artwork_id]) for one in mine)
        found.append(Asked(name, titles, " ".join(str(one.artwork_id) for one in mine)))
    return found


def _artworks(user: User, chosen: Sequence[uuid.UUID]) -> Iterable[Pickable]:
    visible = Artwork.objects.visible_to(user).select_related("owner")
    newest = list(visible.not_made_again().newest_first()[:SHOWN])
    known = {artwork.pk for artwork in newest}
    newest += list(visible.chosen([pk for pk in chosen if pk not in known]))
    for artwork in newest:
        yield Pickable(
            artwork.pk, str(artwork), artwork.owner.public_name, artwork.owner_id == user.pk, False,
            artwork.kind == Artwork.Kind.IRIS, reverse("artworks-thumb", args=[artwork.pk, 256, "webp"]),
            artwork.width, artwork.height,
        )  # fmt: skip


def _fusions(user: User, chosen: Sequence[uuid.UUID]) -> Iterable[Pickable]:
    mine = FusionArtwork.objects.editable_by(user).ready()
    newest = list(mine.newest_first()[:SHOWN])
    known = {fusion.pk for fusion in newest}
    newest += list(mine.filter(pk__in=[pk for pk in chosen if pk not in known]))
    for fusion in newest:
        yield Pickable(
            fusion.pk, str(fusion), user.public_name, True, True, False,
            reverse("fusion-thumb", args=[fusion.pk, 256, "webp"]), fusion.width, fusion.height,
        )  # fmt: skip
