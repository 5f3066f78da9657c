"""``edge-aware-detail-1``: the wall's own relief and grain, laid over its new surface. No model, nothing invented."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.depth.guided import along_edges
from processing.imaging.facade.light import lightness
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "edge-aware-detail-1"
USUAL_SEED = 42
RELIEF = 0.55
"""Of the fine differences of lightness in the photo that come back on the new surface."""
CRISPNESS = 0.35
REACH = 1 / 200
"""Of the longest edge: how fine a detail is."""
FAINT = 0.012
"""Lightness (0..1): finer differences are noise or the old wall's grain, not relief."""
STRIP = 256


def refined(made: Pixels, photo: Pixels, alpha: "NDArray[np.float32]", seed: int = USUAL_SEED) -> Pixels:
    """``made`` (H x W x 3) with the relief of ``photo`` and as much grain, where ``alpha`` (H x W, 0..1) was painted.

    Details are what a guided filter (He, Sun & Tang 2010) takes away, so that no edge gets a halo. ``seed`` draws the
    grain and nothing else; what was not painted stays as it is.
    """
    if not alpha.any():
        return made.copy()
    radius = max(1, round(REACH * max(photo.shape)))
    relief = _fine(lightness(photo), radius)
    change = RELIEF * np.sign(relief) * np.maximum(0, np.abs(relief) - np.float32(FAINT))
    change += CRISPNESS * _fine(lightness(made), radius)
    change += _grain(photo, made, alpha, seed)
    change *= alpha * np.float32(255)
    result = made.copy()
    for top in range(0, len(made), STRIP):
        rows = slice(top, top + STRIP)
        result[rows] = np.clip(np.rint(made[rows].astype(np.float32) + change[rows, :, None]), 0, 255)
    return result


def noise_of(light: "NDArray[np.float32]", where: "NDArray[np.bool_]") -> float:
    """Standard deviation of the noise in ``light`` (H x W) at ``where`` (Immerkær 1996, with the median)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.median(np.abs(cv2.filter2D(light, -1, kernel)[where])) / 0.6745 / 6)


def _fine(light: "NDArray[np.float32]", radius: int) -> "NDArray[np.float32]":
    return np.asarray(light - along_edges(light, light, radius, 4e-3), np.float32)


def _grain(photo: Pixels, made: Pixels, alpha: "NDArray[np.float32]", seed: int) -> "NDArray[np.float32]":
    """So much noise as the photo has more than the new surface, at most two hundredths."""
    where = alpha > 0.5
    if not where.any():
        return np.zeros(alpha.shape, np.float32)
    had, has = noise_of(lightness(photo), where), noise_of(lightness(made), where)
    missing = min(0.02, max(0.0, had**2 - has**2) ** 0.5)
    return np.random.default_rng(seed).standard_normal(alpha.shape, np.float32) * np.float32(missing)
