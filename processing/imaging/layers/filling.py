"""What lies behind something: carried in from what is seen around it."""

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[np.float32]"

LEAST_SIDE = 2


def filled(picture: Pixels, known: "NDArray[np.bool_]") -> Pixels:
    """``picture`` (H x W x 3) with the pixels that are not ``known`` (H x W) filled; the known ones stay. Nothing
    known: as it was.

    Push-pull (Gortler et al. 1996, "The lumigraph"): means over ever larger places, used where finer ones know nothing.
    """
    if known.all() or not known.any():
        return picture.copy()
    weight = known.astype(np.float32)
    levels = [(picture * weight[..., None], weight)]
    while min(levels[-1][1].shape) > LEAST_SIDE:
        colours, weight = levels[-1]
        levels.append((np.asarray(cv2.pyrDown(colours), np.float32), np.asarray(cv2.pyrDown(weight), np.float32)))
    made = _mean(*levels.pop())
    while levels:
        colours, weight = levels.pop()
        beneath = cv2.pyrUp(made, dstsize=weight.shape[::-1])
        made = beneath + (_mean(colours, weight) - beneath) * np.clip(weight, 0, 1)[..., None]
    return np.where(known[..., None], picture, np.clip(np.rint(made), 0, 255)).astype(np.uint8)


def _mean(colours: Field, weight: Field) -> Field:
    return np.asarray(colours / np.maximum(weight, 1e-6)[..., None], np.float32)
