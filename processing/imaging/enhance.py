"""Any photo, two or four times as large: a built-in method without invented detail, or an installed model.

``shock-backprojection-1``: enlarging by cubic convolution, corrected until shrinking it again gives the photo back
(Irani & Peleg 1991, "Improving resolution by image registration"), then edges made as steep as they were before by one
step of a coherence-enhancing shock filter on the brightness (Weickert 2003), corrected once more. Enlarging and
shrinking by a whole factor are together one small symmetric filter on the photo's own pixels, so the first rounds of
correction are one filter too, applied before enlarging to a fraction of the pixels.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "shock-backprojection-1"
SAMPLED = "cubic-backprojection-1"
"""What a picture is enlarged by when it is only ``corrected`` and then sampled by cubic convolution."""
LARGEST = 8192
"""Pixels: no side of a result is longer."""
ROUNDS = 6
REACH = 16
"""Pixels to either side that a correction looks at."""
TILE = 512
# How far towards its lightest or darkest neighbour a pixel moves, and how sharp a bend of the brightness moves it so.
STEP, BEND = 0.3, 0.5
# Scales in pixels: of an edge, and of the surroundings that say how it runs.
EDGE, SURROUNDINGS = 1.0, 2.0
BESIDE = 12
"""Pixels beside a strip that its steepening looks at."""
FINE = 16
"""Steps of a grey level that a correction is kept in."""


def enlarged(photo: Pixels, width: int, height: int) -> Pixels:
    """``photo`` (H x W x 3 uint8) at ``width`` x ``height``; a smaller size than its own is averaged."""
    size = (width, height)
    factor = max(width / photo.shape[1], height / photo.shape[0])
    if factor <= 1:
        return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    large = np.asarray(cv2.resize(corrected(photo, factor), size, interpolation=cv2.INTER_CUBIC), np.uint8)
    return _agreeing(steepened(large), photo)


def steepened(photo: Pixels) -> Pixels:
    """``photo`` (H x W x 3 uint8), enlarged before, with its edges steeper. Colours keep their differences."""
    result = np.empty_like(photo)
    for top in range(0, len(photo), TILE):
        start = max(top - BESIDE, 0)
        part = photo[start : top + TILE + BESIDE]
        grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
        rows = slice(top - start, top - start + min(TILE, len(photo) - top))
        _add(part[rows], _shock(grey)[rows], result[top : top + TILE])
    return result


def _shock(grey: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """How much darker or lighter each pixel becomes: towards what lies on its side of the edge."""
    soft = cv2.GaussianBlur(grey, (0, 0), EDGE)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
    parts = (across * across, across * down, down * down)
    xx, xy, yy = (cv2.GaussianBlur(part, (0, 0), SURROUNDINGS) for part in parts)
    # Cosine and sine of twice the angle in which brightness changes most.
    length = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) + 1e-6
    cosine, sine = (xx - yy) / length, 2 * xy / length
    bends = (cv2.Sobel(soft, cv2.CV_32F, *order, scale=1 / 4) for order in ((2, 0), (1, 1), (0, 2)))
    xx, xy, yy = bends
    bend = np.tanh(BEND * (0.5 * (xx + yy) + 0.5 * cosine * (xx - yy) + sine * xy))
    around = np.ones((3, 3), np.uint8)
    moved = np.where(bend < 0, cv2.dilate(grey, around) - grey, grey - cv2.erode(grey, around))
    return np.asarray(-STEP * bend * moved, np.float32)


def _agreeing(large: Pixels, photo: Pixels) -> Pixels:
    """``large``, whose brightness shrinks back to that of ``photo``."""
    small = cv2.resize(large, photo.shape[1::-1], interpolation=cv2.INTER_AREA)
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.int16) for picture in (photo, small)]
    missing = cv2.resize(FINE * (greys[0] - greys[1]), large.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    for top in range(0, len(large), TILE):
        rows = large[top : top + TILE]
        _add(rows, np.float32(1 / FINE) * missing[top : top + TILE].astype(np.float32), rows)
    return large


def _add(photo: Pixels, change: "NDArray[np.float32]", result: Pixels) -> None:
    result[:] = np.clip(np.rint(photo + change[..., None]), 0, 255)


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
