"""Where the horizon is: where lines that lead away meet, else where above and below differ most."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_LENGTH = 0.05
"""Of the diagonal: shorter segments say little about where they lead."""
TRIES = 400
CLOSE = np.deg2rad(2.0)
"""A line leads to a point when it misses its direction by less."""
ENOUGH = 0.3
"""Of the length of all leading lines: with less that meets in one place, lines say nothing."""
LEVEL, UPRIGHT = np.deg2rad(4.0), np.deg2rad(12.0)
"""Lines this near to level or upright lead nowhere."""
RANGE = (0.1, 0.8)
"""Of the height: a horizon outside is a camera that looks up or down, for which the rest here does not hold."""


def horizon(grey: "NDArray[np.uint8]") -> float:
    """The horizon's row as a share of the height of ``grey`` (H x W)."""
    height, width = grey.shape
    lines = _leading(grey)
    found = _meeting(lines, height, width) if len(lines) >= 2 else None
    return float(np.clip(found / height if found is not None else _parting(grey), *RANGE))


def _leading(grey: "NDArray[np.uint8]") -> "NDArray[np.float64]":
    """n x 4 segments (x, y, x, y) that are long enough and neither level nor upright."""
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    if found is None:
        return np.zeros((0, 4))
    lines = found.reshape(-1, 4).astype(np.float64)
    along = lines[:, 2:] - lines[:, :2]
    slope = np.arctan2(np.abs(along[:, 1]), np.abs(along[:, 0]))
    long = np.linalg.norm(along, axis=1) > LEAST_LENGTH * np.hypot(*grey.shape)
    return np.asarray(lines[long & (slope > LEVEL) & (slope < np.pi / 2 - UPRIGHT)])


def _meeting(lines: "NDArray[np.float64]", height: int, width: int) -> float | None:
    """The row where most of the lines' length meets in one point (RANSAC, Fischler & Bolles 1981)."""
    random = np.random.default_rng(0)
    ends = np.concatenate([lines.reshape(-1, 2, 2), np.ones((len(lines), 2, 1))], axis=2)
    straight = np.cross(ends[:, 0], ends[:, 1])
    middle, along = ends.mean(axis=1)[:, :2], lines[:, 2:] - lines[:, :2]
    length = np.linalg.norm(along, axis=1)
    best, row = ENOUGH * length.sum(), None
    for one, other in random.integers(0, len(lines), (TRIES, 2)):
        x, y, scale = np.cross(straight[one], straight[other])
        if abs(scale) < 1e-9 or not (-width < x / scale < 2 * width and 0 < y / scale < height):
            continue
        away = np.array([x, y]) / scale - middle
        miss = np.abs(away[:, 0] * along[:, 1] - away[:, 1] * along[:, 0])
        close = miss < np.sin(CLOSE) * length * np.maximum(np.linalg.norm(away, axis=1), 1)
        if close.sum() > 2 and length[close].sum() > best:
            best, row = length[close].sum(), y / scale
    return row


def _parting(grey: "NDArray[np.uint8]") -> float:
    """The row, as a share, that parts the picture into two as even halves as can be (Otsu 1979, on rows)."""
    light = grey.mean(axis=1)
    height = len(light)
    rows = np.arange(1, height)
    above = np.cumsum(light)[:-1] / rows
    below = (light.sum() - np.cumsum(light)[:-1]) / (height - rows)
    between = rows * (height - rows) * (above - below) ** 2
    if not between.any():
        return 0.5
    return float((1 + between.argmax()) / height)
