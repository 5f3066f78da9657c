"""Linear light, and how a wall is lit in its photo: what has to stay when its surface changes."""

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.depth.guided import along_edges
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDGE = 512
"""Pixels: light is looked for with this longest edge."""
ALIKE = 12.0
"""L units: larger steps are edges of shadows, smaller ones the wall's own pattern."""
REACH = 1 / 80
"""Of the longest edge: how far the bilateral filter looks."""
GRAIN = 2.5e-3
"""Variance of the photo's lightness (0..1) below which nothing is an edge of a shadow."""
DARKEST, BRIGHTEST = 0.06, 2.6
"""Times the wall's median: beyond, a shadow or a highlight is not the wall's."""


@cache
def _to_linear() -> "NDArray[np.float32]":
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _to_srgb() -> "NDArray[np.uint8]":
    value = np.arange(65536) / 65535
    curve = np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)
    return np.rint(curve * 255).astype(np.uint8)


def linear(pixels: Pixels) -> "NDArray[np.float32]":
    """sRGB as linear light, 0..1, of any shape (IEC 61966-2-1)."""
    return _to_linear()[pixels]


def srgb(light: "NDArray[np.float32]") -> Pixels:
    """Linear light as sRGB; what is beyond 0..1 is cut. ``srgb(linear(x))`` is ``x``."""
    return _to_srgb()[np.rint(np.clip(light, 0, 1) * np.float32(65535)).astype(np.uint16)]


def lightness(photo: Pixels) -> "NDArray[np.float32]":
    """CIE L of ``photo`` (H x W x 3), 0..1."""
    grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2LAB), np.uint8)[..., 0]
    return grey.astype(np.float32) / np.float32(255)


def shading(photo: Pixels, share: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """H x W: how many times as much light as usual falls on each place of the wall (linear light, its median 1).

    Bilateral filter (Tomasi & Manduchi 1998) of the lightness of the wall (``share`` H x W, 0..1, of ``photo``), the
    rest filled from around, brought to full size along the photo's edges.
    """
    height, width = share.shape
    scale = min(1.0, EDGE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    part = np.asarray(cv2.resize(share, size, interpolation=cv2.INTER_AREA), np.float32)
    light = _of_wall(lightness(small), part)
    smooth = cv2.bilateralFilter(light, 0, ALIKE / 100, max(1.0, REACH * max(size)))
    usual = float(np.median(smooth[part > 0.5])) if (part > 0.5).any() else float(np.median(smooth))
    rough = np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    radius = max(1, round(REACH * max(height, width) / 2))
    whole = np.asarray(along_edges(rough, lightness(photo), radius, GRAIN), np.float32)
    least = max(float(_luminance(np.array([usual], np.float32))[0]), 1e-4)
    return np.clip(_luminance(whole) / np.float32(least), DARKEST, BRIGHTEST)


def _of_wall(light: "NDArray[np.float32]", part: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """``light`` where the wall is, elsewhere what the wall around has: windows cast no darkness on their frames."""
    reach = max(2.0, max(light.shape) / 24)
    weight = np.where(part > 0.5, part, 0).astype(np.float32)
    # A trace of everything keeps the quotient defined far from any wall.
    around = cv2.GaussianBlur(weight * light, (0, 0), reach) + np.float32(1e-4) * light.mean()
    mean = around / (cv2.GaussianBlur(weight, (0, 0), reach) + np.float32(1e-4))
    return np.asarray(weight * light + (1 - weight) * mean, np.float32)


def _luminance(light: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Linear luminance (0..1) of CIE L (0..1)."""
    above = ((light + np.float32(0.16)) / np.float32(1.16)) ** 3
    return np.where(light > 0.08, above, light / np.float32(9.033)).astype(np.float32)
