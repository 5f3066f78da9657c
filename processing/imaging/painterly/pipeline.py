"""A photo in a painter's style, the whole way from its file to the artwork's. Runs in the sandbox child, pure."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from processing.imaging import codec, enlarging, headers, renditions
from processing.imaging.errors import decoding
from processing.imaging.headers import Limits
from processing.imaging.painterly.learnt import painter_of
from processing.imaging.painterly.painting import PAINTERS, Painter, painted
from processing.imaging.types import Decoded

VERSION = 1
"""Rises whenever the same photo and options would give another painting."""
STEPS = (("load", 5), ("paint", 90), ("save", 100))
"""Names, and the progress at which each ends."""
MOST = 12_900_000
"""Pixels of a painting: a photo of more is painted smaller, in the same shape, and the result says how large."""
LONGEST = 8192
LOOK = 512
"""Pixels: the longest edge of a quick look."""
LOOK_QUALITY = 85

Report = Callable[[str, float], None]


def run(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Paint ``work / request["source"]`` in ``request["style"]`` (one of PAINTERS, or an installed model's) as strongly
    as ``request["strength"]`` (0..1), with the chances of ``request["seed"]``.

    Writes ``result.jpg`` and its renditions to ``work / "out"``; the result is JSON-able. With ``request["preview"]``
    a small ``result.jpg`` alone, its longest edge "edge" or LOOK pixels. "models" and the limits as in
    ``iris.pipeline.run``. Raises ImageRefused for what is the picture's fault, ModelMissing for a style that is not
    installed, ValueError for another strength or style.
    """
    strength, is_look = float(request["strength"]), bool(request.get("preview"))
    engine, painter = engine_of(request["style"], request)
    laps = [time.perf_counter()]
    report("load", 0.0)
    found = loaded(work / request["source"], request, int(request.get("edge") or LOOK) if is_look else LONGEST)
    photo = enlarging.on_white(found.pixels)
    laps.append(time.perf_counter())
    report("paint", 0.0)
    painting = painted(photo, painter, strength, int(request["seed"]), lambda share: report("paint", share))
    laps.append(time.perf_counter())
    report("save", 0.0)
    if is_look:
        save_look(Image.fromarray(painting), work / "out")
    files = [] if is_look else enlarging.save(painting, found, work / "out")
    laps.append(time.perf_counter())
    return {
        "version": VERSION,
        "engine": engine,
        "style": request["style"],
        "width": photo.shape[1],
        "height": photo.shape[0],
        "photo_width": found.width,
        "photo_height": found.height,
        "is_smaller": (photo.shape[1], photo.shape[0]) != (found.width, found.height),
        "renditions": files,
        "renderer_version": renditions.RENDERER_VERSION,
        "seconds": {name: round(laps[at + 1] - laps[at], 3) for at, (name, _) in enumerate(STEPS)},
    }


def engine_of(style: str, request: dict[str, Any]) -> tuple[str, Painter]:
    """The name of the method behind a style, and the method."""
    return PAINTERS[style] if style in PAINTERS else painter_of(style, request)


def loaded(source: Path, request: dict[str, Any], longest: int) -> Decoded:
    """The photo, no side above ``longest`` and no more than MOST pixels. Raises ImageRefused."""
    limits = Limits.of(request)
    with source.open("rb") as file, decoding():
        header = headers.read(file, limits)
    shrink = min(1.0, (MOST / (header.width * header.height)) ** 0.5)
    edge = min(longest, max(1, int(max(header.width, header.height) * shrink)))
    return codec.decode(source, limits, edge)


def save_look(picture: Image.Image, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    picture.save(folder / "result.jpg", "JPEG", quality=LOOK_QUALITY)
