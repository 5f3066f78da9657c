"""An artwork's file as something that can be fused: its colours, and which of its pixels belong to it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from processing.imaging import codec
from processing.imaging.fusion.blend import smoothed
from processing.imaging.fusion.fuse import LARGEST
from processing.imaging.fusion.placing import Source
from processing.imaging.iris.artwork import EDGE, FILL
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Where the rim of an iris artwork is half gone: what a placement's diameter means.
RIM = (EDGE[0] + EDGE[1]) / 2
LEAST_SHARE = 0.08
"""Below this share of itself a rim pixel tells nothing about its own colour."""


class Shape(StrEnum):
    """What of a picture takes part when nobody brushed a mask."""

    IRIS = "iris"
    ROUND = "round"
    WHOLE = "whole"


def read_source(work: Path, said: dict[str, Any], edge: int = LARGEST) -> Source:
    """The source described by ``said``: ``picture`` and ``mask`` (or None) are names in ``work``, ``shape`` a Shape,
    ``pupil`` its radius over the limbus'. Raises ImageRefused for a picture that cannot be read."""
    picture = codec.decode(work / said["picture"], edge=edge).pixels
    shape = Shape(said["shape"])
    colours, own = picture[..., :3], picture[..., 3] if picture.shape[2] == 4 else None
    if said.get("mask"):
        alpha = _brushed(work / said["mask"], picture.shape[:2])
    elif own is not None:
        alpha = own
    elif shape is Shape.IRIS:
        colours, alpha = _lifted(colours)
    else:
        alpha = np.full(picture.shape[:2], 255, np.uint8) if shape is Shape.WHOLE else _disc(picture.shape[:2], 1.0)
    is_iris = shape is Shape.IRIS
    return Source(
        np.dstack([colours, alpha]),
        float(said.get("pupil") or 0) / RIM if is_iris else 0.0,
        FILL * RIM if is_iris else 1.0,
    )


def _brushed(path: Path, shape: tuple[int, ...]) -> "NDArray[np.uint8]":
    """A mask painted by hand, of any size: white is part of the picture."""
    mask = codec.decode(path, edge=LARGEST).pixels[..., 0]
    large = cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.rint(smoothed(np.asarray(large, np.uint8)) * 255), np.uint8)


def _lifted(picture: Pixels) -> "tuple[Pixels, NDArray[np.uint8]]":
    """An iris off the plain ground it was laid on: its rim gets its own colour back, as far as it has any left."""
    rows, columns = picture.shape[:2]
    away = _away(rows, columns) / FILL
    t = np.clip((away - EDGE[0]) / (EDGE[1] - EDGE[0]), 0, 1)
    share = (1 - t * t * (3 - 2 * t)).astype(np.float32)
    ground = np.median(picture[:2, :2].reshape(-1, 3), axis=0).astype(np.float32)
    colours = picture.copy()
    rim = (share < 1) & (share > 0)
    of_rim = np.maximum(share[rim], LEAST_SHARE)[:, None]
    colours[rim] = np.clip(np.rint(ground + (picture[rim] - ground) / of_rim), 0, 255)
    return colours, np.asarray(np.rint(share * 255), np.uint8)


def _disc(shape: tuple[int, ...], radius: float) -> "NDArray[np.uint8]":
    """The largest circle in the middle, its rim two pixels soft."""
    rows, columns = shape[:2]
    share = np.clip((radius - _away(rows, columns)) * min(rows, columns) / 4, 0, 1)
    return np.asarray(np.rint(share * 255), np.uint8)


def _away(rows: int, columns: int) -> "NDArray[np.float32]":
    """Of every pixel from the middle, in halves of the shorter side."""
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    half = min(rows, columns) / 2
    return np.hypot(x - (columns - 1) / 2, y - (rows - 1) / 2).astype(np.float32) / np.float32(half)
