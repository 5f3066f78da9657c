"""``manage.py contact_sheet fusion``: every layout in every mode, and the compositions, to be looked at."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageDraw, ImageFont

from artworks.options import cleaned
from fusion.options import COMPOSITIONS, COUNTS, MODES

if TYPE_CHECKING:
    from processing.imaging.fusion.placing import Source

CELL: Final = 256
GAP: Final = 6
GROUND: Final = (18, 18, 20)
INK: Final = (214, 214, 210)
EYES: Final = 4
SPREAD: Final = ((0.34, 0.42, 0.58, 0), (0.68, 0.62, 0.5, 30), (0.72, 0.22, 0.32, 0), (0.22, 0.82, 0.28, 0))


def every_layout_and_mode(seed: int) -> tuple[Image.Image, str]:
    """Of eyes that nobody has; the same ``seed`` gives the same ones."""
    with tempfile.TemporaryDirectory() as folder:
        eyes = list(_eyes(Path(folder), seed))
        cases = [(layout, count) for layout, (fewest, most) in COUNTS.items() for count in range(fewest, most + 1)]
        rows = [[_fused(eyes[:count], layout, mode) for mode in MODES] for layout, count in cases]
        rows += [_composed(eyes, layout) for layout in COMPOSITIONS]
    return _sheet(rows), f"{len(cases)} layouts in {len(MODES)} modes"


def _eyes(folder: Path, seed: int) -> "Iterator[Source]":
    """The first EYES rendered ones that the studio takes."""
    from processing.imaging.fusion.sources import read_source
    from processing.imaging.iris import pipeline
    from processing.imaging.iris.renderer import render
    from processing.imaging.iris.renderer.configuration import MACRO

    for number in range(seed, seed + EYES):
        work = folder / str(number)
        work.mkdir()
        Image.fromarray(render(number, MACRO).photo).save(work / "original", "PNG")
        request = cleaned("iris", {"size": 512, "use_anyway": True}) | {"source": "original"}
        outlines = pipeline.run(work, request, lambda step, share: None)["geometry"]
        sizes = [outlines[name]["a"] + outlines[name]["b"] for name in ("pupil", "limbus")]
        said = {"picture": "out/result.jpg", "shape": "iris", "pupil": sizes[0] / sizes[1]}
        yield read_source(work, said, edge=2 * CELL)


def _fused(eyes: "Sequence[Source]", layout: str, mode: str) -> tuple[Image.Image, str]:
    from processing.imaging.fusion.blend import Mode
    from processing.imaging.fusion.fuse import Wish, fused
    from processing.imaging.fusion.layouts import Layout, Placement

    places = tuple(Placement(*place) for place in SPREAD[: len(eyes)]) if layout == "free" else ()
    found = fused(list(eyes), Wish(Layout(layout), Mode(mode), side=2 * CELL, placements=places))
    return Image.fromarray(found.pixels), f"{layout} of {len(eyes)}, {found.modes[-1]}"


def _composed(eyes: "Sequence[Source]", layout: str) -> list[tuple[Image.Image, str]]:
    from processing.imaging.fusion.compose import Cells, Fill, Frame, Layout, composed

    looks: list[tuple[int, dict[str, Any]]] = [
        (2, {"cells": Cells.NATURAL}),
        (3, {"cells": Cells.ROUND, "background": (250, 248, 244)}),
        (3, {"cells": Cells.SQUARE, "fill": Fill.REPEAT}),
        (3, {"cells": Cells.ROUND, "fill": Fill.BACKGROUND, "background": (14, 60, 66)}),
        (4, {"cells": Cells.ROUND}),
    ]
    return [
        (
            Image.fromarray(composed([eye.pixels for eye in eyes[:count]], Layout(layout), Frame(16, 24, **look))),
            f"{layout} of {count}, {look['cells']}",
        )
        for count, look in looks
    ]


def _sheet(rows: list[list[tuple[Image.Image, str]]]) -> Image.Image:
    across = max(len(row) for row in rows)
    sheet = Image.new("RGB", (across * (CELL + GAP) + GAP, len(rows) * (CELL + GAP) + GAP), GROUND)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for line, row in enumerate(rows):
        for place, (picture, words) in enumerate(row):
            left, top = GAP + place * (CELL + GAP), GAP + line * (CELL + GAP)
            picture.thumbnail((CELL, CELL - 16))
            sheet.paste(picture, (left + (CELL - picture.width) // 2, top + 16))
            pen.text((left + 2, top), words, INK, font)
    return sheet
