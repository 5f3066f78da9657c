"""What goes onto a contact sheet: artworks of the library, or eyes rendered for the occasion."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import default_storage
from PIL import Image

from artworks.models import Artwork
from artworks.options import cleaned
from photos.models import Rendition
from processing.imaging.contact_sheet import Compared, Row
from processing.imaging.errors import ImageRefused

LOOKED_AT: Final = 256
PAINTED: Final = 1024
OTHERS: Final[dict[str, Callable[[int], tuple[Image.Image, str]]]] = {}
"""Sheets of rooms above, by their kind: of the first eye's seed, the sheet and what is on it in words."""
THUMB: Final = f"{LOOKED_AT}.webp"


def rows_of_library(*, limit: int) -> list[Row]:
    """The newest iris artworks of everybody here; those whose files are missing are left out."""
    found = Artwork.objects.of_kind("iris").newest_first().select_related("photo").prefetch_related("files")
    return [row for artwork in found[:limit] if (row := _row(artwork)) is not None]


def rows_rendered(*, number: int, first: int = 0) -> Iterator[Row]:
    """Eyes that nobody has, through the real pipeline; the same ``first`` gives the same eyes."""
    for seed in range(first, first + number):
        yield _rendered(seed)


def rows_painted(folder: Path, strength: float, seed: int, limit: int) -> list[Compared]:
    """Each photo of a folder, at PAINTED pixels, in every style that is built in; what is no picture is left out."""
    # A command of its own may load OpenCV; the web process, which imports this module, may not.
    from processing.imaging import codec, enlarging
    from processing.imaging.painterly.painting import PAINTERS, painted

    rows = []
    for path in sorted(path for path in folder.iterdir() if path.is_file())[:limit]:
        try:
            photo = enlarging.on_white(codec.decode(path, edge=PAINTED).pixels)
        except ImageRefused:
            continue
        made = [painted(photo, painter, strength, seed) for _, painter in PAINTERS.values()]
        rows.append(Compared([Image.fromarray(one) for one in (photo, *made)], [path.stem, *PAINTERS]))
    return rows


def _row(artwork: Artwork) -> Row | None:
    files = {file.name: file.key for file in artwork.files.all()}  # type: ignore[attr-defined]
    rendition = Rendition.objects.filter(photo=artwork.photo_id, size=LOOKED_AT, format="jpeg").first()
    try:
        return Row(
            photo=_opened(rendition.key if rendition else files[THUMB]),
            mask=_opened(files["mask.png"]) if rendition else None,
            artwork=_opened(files[THUMB]),
            caption=f"{artwork.engine} {artwork.confidence or 0:.2f} {_numbers(artwork.gate)}",
        )
    except (FileNotFoundError, KeyError):
        return None


def _opened(key: str) -> Image.Image:
    with default_storage.open(key, "rb") as stream:
        picture = Image.open(stream)
        picture.load()
        return picture


def _rendered(seed: int) -> Row:
    # A command of its own may load OpenCV; the web process, which imports this module, may not.
    from processing.imaging.iris import pipeline
    from processing.imaging.iris.renderer import render
    from processing.imaging.iris.renderer.configuration import MACRO

    photo = Image.fromarray(render(seed, MACRO).photo)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        photo.save(work / "original", "PNG")
        request = cleaned("iris", {"size": 1024}) | {"source": "original"}
        row = Row(photo, None, None, f"seed {seed}: ")
        try:
            result = pipeline.run(work, request, lambda step, share: None)
        except ImageRefused as error:
            return replace(row, caption=row.caption + error.detail)
        art, mask = (Image.open(work / "out" / name) for name in ("result.jpg", "mask.png"))
        art.load()
        mask.load()
    told = f"{row.caption}{result['engine']} {result['confidence']:.2f} {_numbers(result['gate'])}"
    return Row(photo, mask, art, told)


def _numbers(gate: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in gate.items() if isinstance(value, int | float))
