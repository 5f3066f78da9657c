"""One 8-bit picture over an opaque one, as every viewer rounds it, and back: which front colour shows what is wanted.

shown = round((alpha * front + (255 - alpha) * below) / 255) (Porter & Duff 1984; in whole numbers as Pillow and the
browsers do). 255 is odd, so that no sum lies half way and there is only one way to round.
"""

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Alpha: TypeAlias = "NDArray[np.uint8]"
"""Height x width, 0 (clear) to 255 (opaque)."""

WHOLE, HALF = 255, 127


def laid_over(front: Pixels, below: Pixels, alpha: Alpha) -> Pixels:
    """What is seen of ``front`` (H x W x 3, straight) with ``alpha`` over the opaque ``below`` (H x W x 3)."""
    share = np.asarray(cv2.merge([alpha, alpha, alpha]), np.uint8)
    # At most 255 * 255 + 127, which sixteen bits hold.
    total = np.multiply(front, share, dtype=np.uint16)
    total += np.multiply(below, cv2.bitwise_not(share), dtype=np.uint16)
    total += HALF
    return np.asarray(total // WHOLE, np.uint8)


def nearest_below(wanted: Pixels, shown: Pixels, alpha: Alpha) -> Pixels:
    """What comes nearest to ``wanted`` (H x W x 3) among all that may lie beneath a front with ``alpha``, so that some
    front colour shows exactly ``shown`` (H x W x 3)."""
    made = wanted.copy()
    cv2.copyTo(shown, (alpha == 0).astype(np.uint8), made)
    partly = _partly(alpha)
    share = alpha.ravel()[partly][:, None].astype(np.int32)
    clear, goal = WHOLE - share, WHOLE * _rows(shown)[partly].astype(np.int32)
    most = (goal + HALF) // clear
    least = -((WHOLE * share - goal + HALF) // clear)
    _rows(made)[partly] = np.clip(np.clip(_rows(wanted)[partly], least, most), 0, WHOLE)
    return made


def front_colours(shown: Pixels, below: Pixels, alpha: Alpha) -> Pixels:
    """The colours that show ``shown`` over ``below``, exactly where ``below`` is what ``nearest_below`` allows; 0 where
    ``alpha`` is 0 and no colour matters."""
    made = np.zeros(shown.shape, np.uint8)
    cv2.copyTo(shown, (alpha == WHOLE).astype(np.uint8), made)
    partly = _partly(alpha)
    share = alpha.ravel()[partly][:, None].astype(np.int32)
    rest = WHOLE * _rows(shown)[partly].astype(np.int32) - (WHOLE - share) * _rows(below)[partly]
    _rows(made)[partly] = np.clip((2 * rest + share) // (2 * share), 0, WHOLE)
    return made


def _partly(alpha: Alpha) -> "NDArray[np.intp]":
    """The places, counted row by row, where neither the front alone is seen nor what is below."""
    return np.flatnonzero((alpha > 0) & (alpha < WHOLE))


def _rows(picture: Pixels) -> Pixels:
    """A contiguous H x W x 3 as (H * W) x 3, the same memory."""
    return picture.reshape(-1, 3)
