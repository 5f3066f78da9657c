"""``geometric-cues-1``: how near things are by where they stand.

On level ground nearness (one over the distance) grows evenly from the horizon to the lower edge: that is geometry. What
stands on the ground is as near as the ground it stands on; what ends above the horizon is far. This is no estimate of
depth by looks, and it says so by its name.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from processing.imaging.depth.guided import along_edges
from processing.imaging.depth.horizon import horizon
from processing.imaging.depth.regions import Regions, waterpixels
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "geometric-cues-1"
EDGE = 320
"""Pixels: cues are looked for with this longest edge."""
GROUND = 40.0
"""Lab units along the way from the lower edge: what differs more in all is no longer the same ground."""
ALIKE = 9.0
"""Lab units: neighbours that differ less belong to one thing."""
LEAST_STANDING = 0.12
"""Of a thing's area lies below the horizon, or it is sky that something has run into."""
SMOOTHED = 1 / 60
"""Reach of the last smoothing, of the longest edge."""


def nearness(picture: Pixels) -> "NDArray[np.float32]":
    """H x W, 0 (far) to 1 (at the lower edge) for ``picture`` (H x W x 3)."""
    height, width = picture.shape[:2]
    scale = min(1.0, EDGE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    regions = waterpixels(small)
    near = _of_regions(regions, horizon(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)))
    rough = np.asarray(cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    return np.clip(along_edges(rough, guide, max(1, round(SMOOTHED * max(height, width)))), 0, 1)


def _of_regions(regions: Regions, level: float) -> "NDArray[np.float32]":
    """H x W: nearness of the ground by its row, of everything else by the lowest row in which it is seen."""
    height = len(regions.labels)
    first = level * height
    by_row = np.clip((np.arange(height, dtype=np.float32) - first) / max(height - first, 1), 0, 1)
    ways = regions.neighbours()
    ground = _ground(regions, ways, first)
    things = _things(ways, ground)
    lowest = np.zeros(int(things.max()) + 1, np.int64)
    np.maximum.at(lowest, things[regions.labels], np.arange(height)[:, None])
    of_pixel = things[regions.labels]
    below = np.bincount(of_pixel[int(first) :].ravel(), minlength=len(lowest)) / np.bincount(of_pixel.ravel())
    lowest[below < LEAST_STANDING] = 0
    near = by_row[lowest][of_pixel]
    return np.where(ground[regions.labels], by_row[:, None], near).astype(np.float32)


def _things(ways: csr_array, ground: "NDArray[np.bool_]") -> "NDArray[np.int32]":
    """For each region the thing it belongs to: neighbours of nearly one colour, none of them ground."""
    ends = ways.tocoo()
    one, other = ends.coords
    together = (ends.data < ALIKE) & ~ground[one] & ~ground[other]
    joined = csr_array((ends.data[together], (one[together], other[together])), shape=ways.shape)
    return np.asarray(connected_components(joined, directed=False)[1], np.int32)


def _ground(regions: Regions, ways: csr_array, first: float) -> "NDArray[np.bool_]":
    """Which regions are ground: below the horizon, and leading to the lower edge in small steps of colour."""
    far = dijkstra(ways, indices=regions.along(-1), min_only=True)
    ground = (far < GROUND) & (regions.rows > first)
    ground[regions.along(-1)] = True
    return np.asarray(ground)
