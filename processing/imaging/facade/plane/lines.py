"""Straight lines of a photo and the points in which they meet."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDGE = 1280
"""Pixels: lines are looked for with this longest edge."""
LARGER = 2.0
"""Times: small photos are made larger first, or their windows are too small for straight lines."""
LEAST_LENGTH = 0.02
"""Of the diagonal: shorter lines say little about where they lead."""
MOST = 700
"""The longest lines are kept, so that ivy and gravel do not drown a wall."""
TRIES = 600
CLOSE = np.deg2rad(1.6)
"""A line leads to a point when it misses its direction by less."""
ROUNDS = 6


@dataclass(frozen=True, eq=False)
class Lines:
    """n segments: ``middle`` and ``along`` (of length 1) n x 2, ``length`` n; half diagonals from the middle."""

    middle: "NDArray[np.float64]"
    along: "NDArray[np.float64]"
    length: "NDArray[np.float64]"

    def __len__(self) -> int:
        return len(self.length)

    def where(self, these: "NDArray[np.bool_]") -> "Lines":
        return Lines(self.middle[these], self.along[these], self.length[these])

    def miss(self, points: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """k x n: by what angle (radians, 0 to pi/2) each segment misses each of ``points`` (k x 3, homogeneous)."""
        x = points[:, None, 0] - points[:, None, 2] * self.middle[None, :, 0]
        y = points[:, None, 1] - points[:, None, 2] * self.middle[None, :, 1]
        off = np.abs(x * self.along[None, :, 1] - y * self.along[None, :, 0])
        return np.asarray(np.arcsin(np.clip(off / np.maximum(np.hypot(x, y), 1e-12), 0, 1)))

    def straight(self) -> "NDArray[np.float64]":
        """n x 3: the homogeneous lines, their normals of length 1."""
        normal = np.stack([-self.along[:, 1], self.along[:, 0]], axis=1)
        return np.concatenate([normal, -(normal * self.middle).sum(axis=1, keepdims=True)], axis=1)


def half_diagonal(height: int, width: int) -> float:
    """Pixels in one unit of Lines."""
    return float(np.hypot(height, width)) / 2


def lines_of(grey: "NDArray[np.uint8]") -> Lines:
    """The longest straight lines of ``grey`` (H x W): LSD (Grompone von Gioi et al. 2010)."""
    scale = min(LARGER, EDGE / max(grey.shape))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way) if scale != 1 else grey
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(small)[0]
    if found is None:
        return Lines(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))
    height, width = small.shape
    # Pixel centres lie at whole numbers; the middle of the picture is half a pixel before its half.
    ends = found.reshape(-1, 2, 2).astype(np.float64) - [(width - 1) / 2, (height - 1) / 2]
    ends /= half_diagonal(height, width)
    along = ends[:, 1] - ends[:, 0]
    length = np.linalg.norm(along, axis=1)
    longest = np.argsort(-length, kind="stable")[:MOST]
    longest = longest[length[longest] > 2 * LEAST_LENGTH]
    return Lines(ends.mean(axis=1)[longest], along[longest] / length[longest, None], length[longest])


def meeting(lines: Lines, seed: int = 0) -> "NDArray[np.float64] | None":
    """The point (3, homogeneous, length 1) to which most of the lines' length leads; None for fewer than two lines.

    RANSAC (Fischler & Bolles 1981) with the soft score of MSAC (Torr & Zisserman 2000), then weighted least squares of
    the angles by which the lines miss the point.
    """
    if len(lines) < 2:
        return None
    straight = lines.straight()
    pairs = np.random.default_rng(seed).integers(0, len(lines), (TRIES, 2))
    points = np.cross(straight[pairs[:, 0]], straight[pairs[:, 1]])
    norms = np.linalg.norm(points, axis=1)
    points = points[norms > 1e-9] / norms[norms > 1e-9, None]
    if not len(points):
        return None
    score = np.maximum(0, 1 - (lines.miss(points) / CLOSE) ** 2) @ lines.length
    point = points[score.argmax()]
    for _ in range(ROUNDS):
        point = _refined(lines, straight, point)
    return point


def _refined(lines: Lines, straight: "NDArray[np.float64]", point: "NDArray[np.float64]") -> "NDArray[np.float64]":
    miss = lines.miss(point[None])[0]
    if (miss < CLOSE).sum() < 2:
        return point
    away = np.hypot(*(point[:2, None] - point[2] * lines.middle.T))
    # The angle is the line's value at the point over the way there; longer lines know their direction better.
    weight = np.maximum(0, 1 - (miss / CLOSE) ** 2) * lines.length**1.5 / np.maximum(away, 1e-6)
    return np.asarray(np.linalg.svd(straight * weight[:, None], full_matrices=False)[2][-1])
