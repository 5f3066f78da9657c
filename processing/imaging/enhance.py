"""Any photo, two or four times as large: a built-in method without invented detail, or an installed model.

``cubic-backprojection-1``: enlarging by cubic convolution, corrected until shrinking it again gives the photo back
(Irani & Peleg 1991, "Improving resolution by image registration"). Enlarging and shrinking by a whole factor are
together one small symmetric filter on the photo's own pixels, so all rounds of correction are one filter too, applied
before enlarging to a fraction of the pixels.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "cubic-backprojection-1"
LARGEST = 8192
"""Pixels: no side of a result is longer."""
ROUNDS = 6
REACH = 16
"""Pixels to either side that a correction looks at."""
TILE = 512


def enlarged(photo: Pixels, width: int, height: int) -> Pixels:
    """``photo`` (H x W x 3 uint8) at ``width`` x ``height``; a smaller size than its own is averaged."""
    size = (width, height)
    factor = max(width / photo.shape[1], height / photo.shape[0])
    if factor <= 1:
        return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(corrected(photo, factor), size, interpolation=cv2.INTER_CUBIC), np.uint8)


def corrected(photo: Pixels, factor: float) -> Pixels:
    """The photo, as large as it was, that shrinks back to the one given after cubic enlarging by ``factor`` (> 1)."""
    kernel = _correction(max(2, round(factor)))
    height = photo.shape[0]
    result = np.empty_like(photo)
    for top in range(0, height, TILE):
        start, stop = max(top - REACH, 0), min(top + TILE + REACH, height)
        part = cv2.sepFilter2D(photo[start:stop], cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REPLICATE)
        rows = min(TILE, height - top)
        result[top : top + rows] = np.clip(np.rint(part[top - start : top - start + rows]), 0, 255)
    return result


@lru_cache(maxsize=16)
def _correction(factor: int) -> "NDArray[np.float32]":
    """All rounds of correction along one axis as one filter of 2 * REACH + 1 weights."""
    length = 4 * REACH + 1
    one = np.zeros((1, length), np.float32)
    one[0, length // 2] = 1
    large = cv2.resize(one, (length * factor, 1), interpolation=cv2.INTER_CUBIC)
    remaining = one[0] - large.reshape(length, factor).mean(axis=1)
    total, rest = np.zeros(length), one[0].astype(np.float64)
    for _ in range(ROUNDS + 1):
        total += rest
        rest = np.convolve(rest, remaining, "same")
    weights = total[length // 2 - REACH : length // 2 + REACH + 1]
    return np.asarray(weights / weights.sum(), np.float32)
