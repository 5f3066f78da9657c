"""Small regions of one colour each, and which of them lie side by side."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy.sparse import csr_array

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL = 12
"""Pixels between the seeds."""
STEP = 1.0
"""Every step to a neighbour costs this much besides the difference of colour (Lab units)."""


@dataclass(frozen=True, eq=False)
class Regions:
    """``labels`` H x W int32, 0 to n - 1; ``colours`` n x 3 (Lab); ``rows`` n: the mean row of each, in pixels."""

    labels: "NDArray[np.int32]"
    colours: "NDArray[np.float32]"
    rows: "NDArray[np.float32]"

    def __len__(self) -> int:
        return len(self.rows)

    def along(self, row: int) -> "NDArray[np.int32]":
        """The regions in one row of pixels."""
        return np.unique(self.labels[row])

    def neighbours(self) -> csr_array:
        """n x n: what it costs to go from one region to one beside it."""
        pairs = [(self.labels[:, :-1], self.labels[:, 1:]), (self.labels[:-1], self.labels[1:])]
        ends = np.concatenate([np.stack([one.ravel(), other.ravel()]) for one, other in pairs], axis=1)
        ends = np.unique(np.sort(ends[:, ends[0] != ends[1]], axis=0), axis=1)
        cost = np.linalg.norm(self.colours[ends[0]] - self.colours[ends[1]], axis=1) + STEP
        both = (np.concatenate([ends[0], ends[1]]), np.concatenate([ends[1], ends[0]]))
        return csr_array((np.concatenate([cost, cost]), both), shape=(len(self), len(self)))


def waterpixels(picture: Pixels) -> Regions:
    """Regions of ``picture`` (H x W x 3), grown from a grid of seeds until they meet at edges.

    Machairas et al. 2014, "Waterpixels"; flooding after Meyer 1992, as OpenCV has it.
    """
    height, width = picture.shape[:2]
    lab = cv2.cvtColor(cv2.bilateralFilter(picture, 5, 30, 3), cv2.COLOR_RGB2Lab)
    seeds = np.zeros((height, width), np.int32)
    rows, columns = (np.arange(min(CELL, side) // 2, side, CELL) for side in (height, width))
    seeds[np.ix_(rows, columns)] = np.arange(1, len(rows) * len(columns) + 1).reshape(len(rows), len(columns))
    flooded = np.asarray(cv2.watershed(np.ascontiguousarray(lab), seeds), np.int32)
    # Where floods meet, and along the frame, nobody's pixels are left: they go to a neighbour.
    labels = _spread(flooded) - 1
    count = np.maximum(np.bincount(labels.ravel()), 1)
    colours = [np.bincount(labels.ravel(), lab[..., band].ravel()) / count for band in range(3)]
    places = np.bincount(labels.ravel(), np.repeat(np.arange(height), width)) / count
    return Regions(labels, np.stack(colours, axis=1).astype(np.float32), places.astype(np.float32))


def _spread(labels: "NDArray[np.int32]") -> "NDArray[np.int32]":
    known = (labels > 0).astype(np.uint8)
    if not known.any():
        return np.ones_like(labels)
    _, nearest = cv2.distanceTransformWithLabels(1 - known, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    of_pixel = np.zeros(int(nearest.max()) + 1, np.int32)
    of_pixel[nearest[known > 0]] = labels[known > 0]
    return of_pixel[nearest]
