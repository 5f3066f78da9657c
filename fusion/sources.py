"""What a person names when they choose pictures for a fusion, and what is really used."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from artworks.models import Artwork
from circles.models import User
from fusion.models import FusionArtwork
from photos.models import Photo
from processing.errors import NotFound, Refused

# Best first: what was styled, then what was worked out of a photo, then the photo as it is.
RANKS: Final = ("painterly", "layers", "iris", "enhance", "photo")


class ArtworkNotReady(Refused):
    code = "artwork_not_ready"
    detail = "There is nothing yet that could be fused."
    suggestion = "Make an artwork of this photo first, or wait until it is done."


@dataclass(frozen=True)
class Chosen:
    """Either an artwork or an earlier fusion."""

    artwork: Artwork | None = None
    fusion: FusionArtwork | None = None

    @property
    def pk(self) -> uuid.UUID:
        found = self.artwork or self.fusion
        assert found is not None
        return found.pk


def find_sources(*, actor: User, ids: Sequence[uuid.UUID]) -> list[Chosen]:
    """In the order given: artworks this person may see, their own finished fusions, and for the id of an own photo
    the best artwork of it. NotFound for anything else, ArtworkNotReady for what is not finished, Refused for doubles.
    """
    if len(set(ids)) != len(ids):
        raise Refused("The same picture is named twice.", fields={"source_artwork_ids": ["Name each picture once."]})
    artworks = Artwork.objects.visible_to(actor).select_related("owner", "subject").in_bulk(list(ids))
    fusions = FusionArtwork.objects.editable_by(actor).in_bulk([pk for pk in ids if pk not in artworks])
    found = []
    for pk in ids:
        if pk in artworks:
            found.append(Chosen(artwork=artworks[pk]))
        elif pk in fusions:
            found.append(_finished(fusions[pk]))
        else:
            found.append(Chosen(artwork=_best_of_photo(actor, pk)))
    return found


def parts_of(chosen: Sequence[Chosen]) -> list[Artwork]:
    """Every artwork in them, once: a fusion carries those it was made of."""
    found: dict[uuid.UUID, Artwork] = {}
    for one in chosen:
        for artwork in [one.artwork] if one.artwork else _inside(one.fusion):
            found[artwork.pk] = artwork
    return list(found.values())


def _inside(fusion: FusionArtwork | None) -> list[Artwork]:
    if fusion is None:
        return []
    parts = list(fusion.parts.select_related("artwork__owner", "artwork__subject"))  # type: ignore[attr-defined]
    found = [part.artwork for part in parts if part.artwork is not None]
    if len(found) < len(parts):
        raise ArtworkNotReady("A picture inside that fusion is gone.", suggestion="Choose another one.")
    return found


def _finished(fusion: FusionArtwork) -> Chosen:
    if fusion not in FusionArtwork.objects.ready():
        raise ArtworkNotReady("That fusion is not finished.", suggestion="Wait for it, or choose another picture.")
    return Chosen(fusion=fusion)


def _best_of_photo(actor: User, pk: uuid.UUID) -> Artwork:
    if not Photo.objects.visible_to(actor).in_library().filter(pk=pk, owner=actor).exists():
        raise NotFound()
    made = list(Artwork.objects.editable_by(actor).of_photo(pk).newest_first())
    if not made:
        raise ArtworkNotReady()
    return min(made, key=lambda artwork: RANKS.index(artwork.kind) if artwork.kind in RANKS else len(RANKS))
