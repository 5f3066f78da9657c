"""One house of a street: those beside it that the network is less sure of are left out."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEAM = 0.006
"""Of the longest edge: houses that hang together by less than this are two."""
AS_SURE = 0.9
"""A neighbour is left out when the network is less sure of it than this part of how sure it is of the house."""
BESIDE = 0.5
"""What shares more than this part of its width with the house stands above or below, and belongs to it."""


def alone(found: "NDArray[np.float32]", sure: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """``found`` (H x W, 0..1, what is house) without neighbours; ``sure`` (H x W) is how sure the network is."""
    wide = max(3, round(max(found.shape) * SEAM)) | 1
    core = cv2.erode((found > 0.5).astype(np.uint8), np.ones((wide, wide), np.uint8))
    count, found_numbers, boxes, _ = cv2.connectedComponentsWithStats(core)
    numbers = np.asarray(found_numbers, np.int32)
    sums = np.bincount(numbers.ravel(), sure.ravel(), count)
    sums[0] = 0
    means = sums / np.maximum(boxes[:, cv2.CC_STAT_AREA], 1)
    house = int(sums.argmax())
    left, across = boxes[:, cv2.CC_STAT_LEFT], boxes[:, cv2.CC_STAT_WIDTH]
    shared = np.minimum(left + across, left[house] + across[house]) - np.maximum(left, left[house])
    is_neighbour = (means < AS_SURE * means[house]) & (shared < BESIDE * across)
    is_neighbour[[0, house]] = False
    return _without(found, numbers, is_neighbour) if is_neighbour.any() else found


def _without(
    found: "NDArray[np.float32]", numbers: "NDArray[np.int32]", is_neighbour: "NDArray[np.bool_]"
) -> "NDArray[np.float32]":
    """What was eroded away goes with whom it is nearer to."""
    theirs = is_neighbour[numbers]
    ours = (numbers > 0) & ~theirs
    to_us, to_them = (cv2.distanceTransform((~one).astype(np.uint8), cv2.DIST_L2, 3) for one in (ours, theirs))
    return np.where(to_them < to_us, 0, found).astype(np.float32)
