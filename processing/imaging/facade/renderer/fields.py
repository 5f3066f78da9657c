"""Random fields and numbers that every part of a drawn street is made of."""

from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[Any]"
"""Height x width, float32."""
Colours: TypeAlias = "NDArray[Any]"
"""Height x width x 3, float32, RGB about 0..1."""
Colour: TypeAlias = "NDArray[Any]"
Random: TypeAlias = np.random.Generator


def pick(random: Random, among: tuple[float, float]) -> float:
    """Between the two; the first where the second is less, as in a part too small for what goes into it."""
    return float(random.uniform(among[0], max(among)))


def smooth(random: Random, height: int, width: int, cell: float) -> Field:
    """Blobs about ``cell`` pixels wide, zero mean and unit spread."""
    rows, columns = max(int(height / cell) + 2, 2), max(int(width / cell) + 2, 2)
    coarse = random.standard_normal((rows, columns), np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR))


def tinted(hue: float, saturation: float, value: float) -> Colour:
    """RGB 0..1 of a hue in degrees."""
    one = np.array([[[hue % 360, saturation, value]]], np.float32)
    return np.asarray(cv2.cvtColor(one, cv2.COLOR_HSV2RGB)[0, 0], np.float32)
