"""A photo as an artwork, as it is: upright, in sRGB, without a word of metadata. Runs in the sandbox child, pure.

Nothing is improved: what fusions and circles take is a picture of its own, so that the original never leaves its owner.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from processing.imaging import codec, enhance, enlarging, renditions
from processing.imaging.headers import Limits

VERSION = 1
"""Rises whenever the same photo would give another picture."""
STEPS = (("load", 60), ("save", 100))
"""Names, and the progress at which each ends."""
NAME = "as-it-is"

Report = Callable[[str, float], None]


def run(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """``work / request["source"]`` re-encoded, no side beyond ``enhance.LARGEST``.

    Writes ``result.jpg`` and its renditions to ``work / "out"``; the result is JSON-able. Raises ImageRefused for what
    is the picture's fault.
    """
    began = time.perf_counter()
    report("load", 0.0)
    found = codec.decode(work / request["source"], Limits.of(request), enhance.LARGEST)
    pixels = enlarging.on_white(found.pixels)
    loaded = time.perf_counter()
    report("save", 0.0)
    files = enlarging.save(pixels, found, work / "out")
    return {
        "version": VERSION,
        "engine": NAME,
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "photo_width": found.width,
        "photo_height": found.height,
        "renditions": files,
        "renderer_version": renditions.RENDERER_VERSION,
        "seconds": {"load": round(loaded - began, 3), "save": round(time.perf_counter() - loaded, 3)},
    }
