"""Multi-band blending: coarse tones mix over a wide seam, fine fibres over a narrow one.

Burt & Adelson 1983, "A multiresolution spline with application to image mosaics".
"""

import math
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[np.float32]"

LEAST_SIDE = 16
"""Pixels: no level of a pyramid is smaller."""
MOST_LEVELS = 6


def multiband(base: Pixels, over: Pixels, weight: Field, levels: int | None = None) -> Pixels:
    """``over`` upon ``base`` (both H x W x 3 uint8, aligned) with ``weight`` (H x W, 0..1) of ``over``.

    ``levels`` bands; by default as many as the picture has room for, at most MOST_LEVELS. Where the weight is 0 or 1
    far from any seam, the pixels are those of ``base`` or ``over``.
    """
    count = levels_of(base.shape[:2]) if levels is None else levels
    # Bands are linear: what is to be added to the base has the bands of both pictures' difference.
    bands = _laplacian(over.astype(np.float32) - base, count)
    added: Field | None = None
    for share in reversed(_gaussian(weight, count)):
        band = bands.pop()
        band *= share[..., None]
        added = band if added is None else band + _doubled(added, band.shape[:2])
    assert added is not None
    return np.asarray(np.clip(np.rint(base + added), 0, 255), np.uint8)


def levels_of(shape: tuple[int, ...]) -> int:
    """How many bands a picture of this height and width has room for: at least 1."""
    return max(1, min(MOST_LEVELS, int(math.log2(max(min(shape[:2]) / LEAST_SIDE, 1))) + 1))


def _gaussian(field: Field, count: int) -> list[Field]:
    found = [np.asarray(field, np.float32)]
    for _ in range(count - 1):
        found.append(np.asarray(cv2.pyrDown(found[-1]), np.float32))
    return found


def _laplacian(picture: Field, count: int) -> list[Field]:
    """What each level has more than the next smaller one; the smallest as it is."""
    levels = _gaussian(picture, count)
    return [one - _doubled(next_, one.shape[:2]) for one, next_ in pairwise(levels)] + levels[-1:]


def _doubled(field: Field, shape: tuple[int, ...]) -> Field:
    return np.asarray(cv2.pyrUp(field, dstsize=(shape[1], shape[0])), np.float32)
