"""A wall painted over by hand: what was stroked stays as it was stroked, and what looks alike beside it follows."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from processing.imaging import codec, enlarging
from processing.imaging.facade import pipeline
from processing.imaging.facade.wall import correction
from processing.imaging.headers import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

THINNEST = 1 / 200
"""Of the longer side: what differs in thinner lines is an edge drawn in another size, and no stroke."""


def follow(work: Path, request: dict[str, Any]) -> None:
    """Correct ``work / request["mask"]``, in place, by how it differs from ``work / request["mask_before"]``.

    Both are pictures of the wall (white), of any size; the file becomes as large as the photo is worked on.
    Raises ImageRefused for what is no picture.
    """
    limits = Limits.of(request)
    photo = enlarging.on_white(codec.decode(work / request["source"], limits, pipeline.LARGEST).pixels)
    before, after = (_grey(work / request[name], limits, photo.shape) for name in ("mask_before", "mask"))
    keep, drop = (_strokes(one) for one in ((after > 0.5) & (before <= 0.5), (after <= 0.5) & (before > 0.5)))
    share = correction.corrected(photo, after, keep, drop)
    encoded, data = cv2.imencode(".png", np.rint(share * 255).astype(np.uint8))
    if not encoded:
        raise RuntimeError("The mask could not be encoded.")
    (work / request["mask"]).write_bytes(data.tobytes())


def _grey(path: Path, limits: Limits, shape: tuple[int, ...]) -> "NDArray[np.float32]":
    found = cv2.cvtColor(enlarging.on_white(codec.decode(path, limits, pipeline.LARGEST).pixels), cv2.COLOR_RGB2GRAY)
    size = cv2.resize(found, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(size, np.float32) / np.float32(255)


def _strokes(differs: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    wide = max(3, round(max(differs.shape) * THINNEST)) | 1
    return cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((wide, wide), np.uint8)) > 0
