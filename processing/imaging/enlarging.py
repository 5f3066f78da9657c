"""Any photo, two or four times as large: the whole way from its file to the artwork's. Runs in the sandbox child, pure.

The method is ``processing.imaging.enhance``, or an installed model, which invents detail and is named in the result.
"""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from processing.imaging import codec, enhance, renditions
from processing.imaging.catalog import Purpose
from processing.imaging.errors import Code, ImageRefused, decoding
from processing.imaging.headers import Limits
from processing.imaging.models.choosing import Chosen, choose
from processing.imaging.sessions import sessions_of
from processing.imaging.types import Decoded, Pixels

VERSION = 2
"""Rises whenever the same photo and options would give another picture."""
STEPS = (("load", 10), ("enhance", 90), ("save", 100))
"""Names, and the progress at which each ends."""
FACTORS = (2, 4)
QUALITY = 95
TILE = 256
MARGIN = 34
"""Pixels that tiles share: no model of the catalogue looks farther. Graphs made for small tiles share less."""

Report = Callable[[str, float], None]
Upscale = Callable[[Pixels], Pixels]


def run(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Enlarge ``work / request["source"]`` ``request["enhance"]`` times (FACTORS), no side beyond ``enhance.LARGEST``.

    Writes ``result.jpg`` and its renditions to ``work / "out"``; the result is JSON-able. "models" and the limits as
    in ``iris.pipeline.run``. Raises ImageRefused for what is the picture's fault, ValueError for another factor.
    """
    factor = int(request["enhance"])
    if factor not in FACTORS:
        raise ValueError(f"enhance is one of {FACTORS}, not {factor}.")
    seconds, began = {}, time.perf_counter()
    report("load", 0.0)
    found = codec.decode(work / request["source"], Limits.of(request), enhance.LARGEST)
    photo = on_white(found.pixels)
    width, height = target(photo.shape[1], photo.shape[0], factor)
    seconds["load"], began = _lap(began)
    report("enhance", 0.0)
    large, engine = _enlarged(photo, width, height, request, lambda share: report("enhance", share))
    seconds["enhance"], began = _lap(began)
    report("save", 0.0)
    files = save(large, found, work / "out")
    seconds["save"], _ = _lap(began)
    return {
        "version": VERSION,
        "engine": engine,
        "width": width,
        "height": height,
        "photo_width": found.width,
        "photo_height": found.height,
        "renditions": files,
        "renderer_version": renditions.RENDERER_VERSION,
        "seconds": seconds,
    }


def target(width: int, height: int, factor: int) -> tuple[int, int]:
    """Width and height of the result in pixels. Raises ImageRefused when the photo is as large as that already."""
    scale = min(factor, enhance.LARGEST / max(width, height))
    if scale <= 1:
        raise ImageRefused(
            Code.ALREADY_LARGE,
            f"The photo is {width} × {height} pixels; nothing is enlarged beyond {enhance.LARGEST} a side.",
            "It needs no enlarging. Choose a smaller photo, or cut out the part that matters.",
        )
    return max(1, round(width * scale)), max(1, round(height * scale))


def by_tiles(photo: Pixels, upscale: Upscale, tile: int, done: Callable[[float], None]) -> Pixels:
    """``photo`` (H x W x 3) four times as large by ``upscale``, whose tiles are at most ``tile`` pixels a side."""
    height, width = photo.shape[:2]
    margin = min(MARGIN, tile // 4)
    inner = tile - 2 * margin
    large = np.empty((4 * height, 4 * width, 3), np.uint8)
    for top in range(0, height, inner):
        for left in range(0, width, inner):
            above, beside = max(top - margin, 0), max(left - margin, 0)
            part = photo[above : top + inner + margin, beside : left + inner + margin]
            made = upscale(np.ascontiguousarray(part))
            rows, columns = min(inner, height - top), min(inner, width - left)
            y, x = 4 * (top - above), 4 * (left - beside)
            large[4 * top : 4 * (top + rows), 4 * left : 4 * (left + columns)] = made[
                y : y + 4 * rows, x : x + 4 * columns
            ]
        done(min(1.0, (top + inner) / height))
    return large


def installed(request: dict[str, Any]) -> Chosen[Any] | None:
    """The model that enlarges, when one is installed and ``request["models"]`` says where; else None."""
    if not request.get("models"):
        return None
    chosen = choose(Purpose.UPSCALE, sessions_of(request), (enhance.NAME, enhance.enlarged))
    return chosen if chosen.is_model else None


def by_model(
    chosen: Chosen[Any], photo: Pixels, width: int, height: int, done: Callable[[float], None] = lambda share: None
) -> Pixels:
    """``photo`` (H x W x 3) at ``width`` x ``height``. A model always gives four times the size: what is more than
    wanted is averaged away, and what would exceed ``enhance.LARGEST`` is averaged before."""
    limit = chosen.use.tile_limit()
    small = enhance.LARGEST / (4 * max(photo.shape[:2]))
    if small < 1:
        photo = enhance.enlarged(photo, max(1, int(photo.shape[1] * small)), max(1, int(photo.shape[0] * small)))
    return enhance.enlarged(by_tiles(photo, chosen.use, min(TILE, limit or TILE), done), width, height)


def _enlarged(
    photo: Pixels, width: int, height: int, request: dict[str, Any], done: Callable[[float], None]
) -> tuple[Pixels, str]:
    chosen = installed(request)
    if chosen is None:
        return enhance.enlarged(photo, width, height), enhance.NAME
    return by_model(chosen, photo, width, height, done), chosen.engine


def on_white(pixels: Pixels) -> Pixels:
    """H x W x 3: what was transparent is white."""
    return np.asarray(renditions.on_white(Image.fromarray(pixels)), np.uint8)


def save(large: Pixels, found: Decoded, folder: Path) -> list[dict[str, Any]]:
    """``large`` (H x W x 3) as ``result.jpg`` and its renditions in ``folder``, without any metadata; JSON-able."""
    folder.mkdir(parents=True, exist_ok=True)
    with decoding():
        Image.fromarray(large).save(folder / "result.jpg", "JPEG", quality=QUALITY, subsampling=0)
    height, width = large.shape[:2]
    size = codec.fit(width, height, codec.LONGEST_EDGE)
    small = np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), np.uint8)
    levels = renditions.pyramid(Decoded(small, found.header, width, height))
    return [dataclasses.asdict(file) for file in renditions.write(levels, folder)]


def _lap(began: float) -> tuple[float, float]:
    now = time.perf_counter()
    return round(now - began, 3), now
