"""What the sandbox runs: artworks in, one picture with its renditions out."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

from processing.imaging import codec, renditions
from processing.imaging.errors import decoding
from processing.imaging.fusion import compose
from processing.imaging.fusion.blend import Mode
from processing.imaging.fusion.compose import Cells, Fill, Frame
from processing.imaging.fusion.fuse import LARGEST, Wish, fused
from processing.imaging.fusion.layouts import Layout, Placement
from processing.imaging.fusion.sources import Shape, read_source
from processing.imaging.types import Decoded, Format, Header, Pixels

Report = Callable[[str, float], None]
VERSION: Final = 1
QUALITY: Final = 90
PREVIEW_SIDE: Final = 512
PREVIEW_QUALITY: Final = 85


def run_fusion(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """``request``: ``sources`` (as ``read_source`` takes them), ``mode``, ``layout``, ``placements``, ``size`` (longer
    side, pixels), ``background`` (RGB), ``is_preview``. Writes ``out/result.jpg`` and, unless it is a preview, the
    renditions. The answer says size, the modes really used and why, and the seconds of each step."""
    clock = _Clock(report)
    side = PREVIEW_SIDE if request["is_preview"] else min(int(request["size"]), LARGEST)
    sources = []
    for number, said in enumerate(request["sources"]):
        # No artwork is laid larger than the sheet.
        sources.append(read_source(work, said, edge=side))
        report("load", (number + 1) / len(request["sources"]))
    clock.lap("load")
    wish = Wish(
        Layout(request["layout"]),
        Mode(request["mode"]),
        side,
        _colour(request),
        tuple(Placement(**place) for place in request["placements"]),
    )
    found = fused(sources, wish, lambda share: report("blend", share))
    clock.lap("blend")
    facts = {"modes": [mode.value for mode in found.modes], "reasons": [reason for reason in found.reasons if reason]}
    return _saved(work / "out", found.pixels, clock, request["is_preview"]) | facts


def run_composition(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """As ``run_fusion``, with ``layout``, ``gap``, ``border``, ``cells``, ``fill`` instead of mode and placements;
    each source also says ``width`` and ``height`` of the artwork itself."""
    clock = _Clock(report)
    frame = Frame(
        int(request["gap"]), int(request["border"]), _colour(request), Cells(request["cells"]), Fill(request["fill"])
    )
    layout = compose.Layout(request["layout"])
    sizes = [(int(said["width"]), int(said["height"])) for said in request["sources"]]
    limit = min(int(request["size"]), LARGEST)
    sizes = compose.within(sizes, layout, frame, limit)
    if request["is_preview"]:
        sizes, frame = compose.smaller(sizes, layout, frame, PREVIEW_SIDE)
    pictures = []
    for number, (said, size) in enumerate(zip(request["sources"], sizes, strict=True)):
        pictures.append(_sized(_cell_of(work, said, max(size)), size))
        report("load", (number + 1) / len(sizes))
    clock.lap("load")
    sheet = compose.composed(pictures, layout, frame)
    clock.lap("blend")
    return _saved(work / "out", sheet, clock, request["is_preview"])


def _cell_of(work: Path, said: dict[str, Any], edge: int) -> Pixels:
    """An iris without its ground, so that the composition's shows; anything else as it is."""
    if said["shape"] == Shape.IRIS:
        return read_source(work, said, edge=edge).pixels
    return codec.decode(work / said["picture"], edge=edge).pixels


def run_preview(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Either of them, as ``request["fusion_type"]`` says."""
    run = run_composition if request["fusion_type"] == "composition" else run_fusion
    return run(work, request, report)


def _sized(picture: Pixels, size: compose.Size) -> Pixels:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _saved(out: Path, sheet: Pixels, clock: "_Clock", is_preview: bool) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    quality = PREVIEW_QUALITY if is_preview else QUALITY
    with decoding():
        Image.fromarray(sheet).save(out / "result.jpg", "JPEG", quality=quality, optimize=True, progressive=True)
    height, width = sheet.shape[:2]
    if not is_preview:
        across, down = codec.fit(width, height, codec.LONGEST_EDGE)
        small = _sized(sheet, (across, down))
        levels = renditions.pyramid(Decoded(small, Header(Format.JPEG, width, height), width, height))
        renditions.write(levels, out, done=lambda share: clock.report("save", share))
    clock.lap("save")
    return {"version": VERSION, "width": width, "height": height, "seconds": clock.seconds}


def _colour(request: dict[str, Any]) -> tuple[int, int, int]:
    red, green, blue = request["background"]
    return int(red), int(green), int(blue)


class _Clock:
    """Says that a step ended, and how long it took."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.seconds: dict[str, float] = {}
        self._since = time.monotonic()

    def lap(self, step: str) -> None:
        now = time.monotonic()
        self.seconds[step], self._since = round(now - self._since, 3), now
        self.report(step, 1.0)
