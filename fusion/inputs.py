"""Pictures of sources, brought into a job's work folder."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from artworks.models import Artwork
from circles.models import User
from fusion.gate import SourceGone
from fusion.models import FusionArtwork, FusionMask
from fusion.options import rgb
from processing.errors import Cancelled, ServerError
from processing.files import open_stored

WHOLE: Final = ("result.png", "result.jpg", "1024.webp", "1024.jpeg", "512.webp", "256.webp")
SMALL: Final = ("512.webp", "512.jpeg", "1024.webp", "256.webp", "result.jpg")


def request_of(
    sources: Sequence[tuple[Artwork | None, FusionArtwork | None]],
    options: Mapping[str, Any],
    user: User,
    work: Path,
    *,
    is_small: bool = False,
) -> dict[str, Any]:
    """What the pixel room is asked for, without layout and mode; the pictures are written into ``work``."""
    parts = options.get("parts") or [{"shape": "auto", "mask": None}] * len(sources)
    said = [
        _source(named, part, user=user, place=work / str(place), is_small=is_small)
        for place, (named, part) in enumerate(zip(sources, parts, strict=True))
    ]
    kept = {name: value for name, value in options.items() if name != "parts"}
    return kept | {"sources": said, "background": rgb(options["background"])}


def _source(
    named: tuple[Artwork | None, FusionArtwork | None],
    part: Mapping[str, Any],
    *,
    user: User,
    place: Path,
    is_small: bool,
) -> dict[str, Any]:
    """One source as ``processing.imaging.fusion.sources.read_source`` takes it; its files begin with ``place``."""
    artwork, fusion = named
    found = artwork or fusion
    if found is None:
        raise SourceGone()
    picture = _fetch_picture(found, place, is_small)
    shape = _shape(artwork, part["shape"])
    said = {"picture": picture, "mask": None, "shape": shape, "width": found.width, "height": found.height}
    if artwork is None:
        return said | {"pupil": 0.0}
    if part["mask"]:
        said["mask"] = _fetch_mask(artwork, part["mask"], user, place)
    return said | {"pupil": pupil_of(artwork)}


def pupil_of(artwork: Artwork) -> float:
    """Its radius over the limbus'; 0 where none was found."""
    outlines = artwork.geometry
    if artwork.kind != Artwork.Kind.IRIS or not outlines.get("pupil") or not outlines.get("limbus"):
        return 0.0
    pupil, limbus = outlines["pupil"], outlines["limbus"]
    return min(0.9, (pupil["a"] + pupil["b"]) / max(limbus["a"] + limbus["b"], 1e-6))


def _shape(artwork: Artwork | None, wanted: str) -> str:
    if wanted != "auto":
        return wanted
    if artwork is None:
        return "whole"
    return "iris" if artwork.kind == Artwork.Kind.IRIS else "round"


def _fetch_picture(source: Artwork | FusionArtwork, place: Path, is_small: bool) -> str:
    files = {file.name: file.key for file in source.files.all()}  # type: ignore[attr-defined]
    chosen = next((wanted for wanted in (SMALL if is_small else WHOLE) if wanted in files), None)
    if chosen is None:
        raise SourceGone()
    copy = place.with_suffix(Path(chosen).suffix)
    _copy(files[chosen], copy)
    return copy.name


def _fetch_mask(artwork: Artwork, mask_id: str, user: User, place: Path) -> str:
    mask = FusionMask.objects.visible_to(user).filter(pk=mask_id, artwork=artwork).first()
    if mask is None:
        raise Cancelled("The mask brushed by hand is gone.")
    copy = place.with_name(f"{place.name}-mask.png")
    _copy(mask.key, copy)
    return copy.name


def _copy(key: str, to: Path) -> None:
    try:
        with closing(open_stored(key)) as source, to.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    except FileNotFoundError:
        raise ServerError("A picture is missing from the storage.", code="picture_missing") from None
