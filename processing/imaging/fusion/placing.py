"""One artwork onto the sheet: scaled, turned, its pupil as wide as the others'."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.fusion.layouts import Placement
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRIP = 128
"""Rows that are worked on at a time."""


@dataclass(frozen=True, eq=False)
class Source:
    """``pixels`` H x W x 4 uint8, straight alpha; ``pupil`` its radius over the limbus', 0 for what is no iris;
    ``limbus`` its radius over half the shorter side."""

    pixels: Pixels
    pupil: float = 0.0
    limbus: float = 1.0


def placed(source: Source, placement: Placement, height: int, width: int) -> Pixels:
    """The source on an empty sheet (H x W x 4), its limbus as wide as the placement's diameter."""
    short = min(height, width)
    rows, columns = source.pixels.shape[:2]
    scale = placement.diameter * short / (min(rows, columns) * source.limbus)
    picture = _averaged(source.pixels, scale)
    scale *= columns / picture.shape[1]
    angle = math.radians(placement.angle)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    x, y = placement.x * short - 0.5, placement.y * short - 0.5
    middle_x, middle_y = (picture.shape[1] - 1) / 2, (picture.shape[0] - 1) / 2
    matrix = np.array([
        [cos, sin, x - cos * middle_x - sin * middle_y],
        [-sin, cos, y + sin * middle_x - cos * middle_y],
    ])  # fmt: skip
    # Premultiplied, or the colour of what is transparent bleeds into the rim.
    moved = cv2.warpAffine(
        _premultiplied(picture), matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )
    return _straight(np.asarray(moved, np.float32))


def with_pupil(source: Source, ratio: float) -> Source:
    """The iris stretched between limbus and pupil until the pupil is ``ratio`` of the limbus (rubber sheet,
    Daugman 1993). What is no iris stays as it is."""
    if not source.pupil or abs(source.pupil - ratio) < 1e-3:
        return source
    rows, columns = source.pixels.shape[:2]
    reach = min(rows, columns) / 2 * source.limbus
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    x, y = x - (columns - 1) / 2, y - (rows - 1) / 2
    radius = np.hypot(x, y) / reach
    inside = radius * (source.pupil / ratio)
    ring = source.pupil + (radius - ratio) * ((1 - source.pupil) / (1 - ratio))
    wanted = np.where(radius < ratio, inside, np.where(radius < 1, ring, radius))
    stretch = np.divide(wanted, radius, out=np.ones_like(radius), where=radius > 1e-6).astype(np.float32)
    at_x, at_y = x * stretch + (columns - 1) / 2, y * stretch + (rows - 1) / 2
    pixels = cv2.remap(source.pixels, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return Source(np.asarray(pixels, np.uint8), ratio, source.limbus)


def _averaged(picture: Pixels, scale: float) -> Pixels:
    """Brought near its size by averaging first: a warp samples, and sampling makes moire."""
    if scale >= 0.75:
        return picture
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    return _straight(np.asarray(cv2.resize(_premultiplied(picture), size, interpolation=cv2.INTER_AREA), np.float32))


def _premultiplied(picture: Pixels) -> "NDArray[np.float32]":
    solid = picture.astype(np.float32)
    solid[..., :3] *= solid[..., 3:] / 255
    return solid


def _straight(solid: "NDArray[np.float32]") -> Pixels:
    """By strips: a sheet of this size in floats is needed once, not four times."""
    straight = np.empty(solid.shape, np.uint8)
    for top in range(0, len(solid), STRIP):
        part = solid[top : top + STRIP]
        alpha = np.clip(part[..., 3:], 0, 255)
        colours = np.divide(part[..., :3] * 255, alpha, out=np.zeros_like(part[..., :3]), where=alpha > 0.5)
        straight[top : top + STRIP] = np.clip(np.rint(np.concatenate([colours, alpha], axis=-1)), 0, 255)
    return straight
