"""Colours of rendered pictures: sRGB as shown, 0..1."""

from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

from processing.imaging.iris.renderer.noise import Field, Random

if TYPE_CHECKING:
    from numpy.typing import NDArray

Colours: TypeAlias = "NDArray[Any]"
"""Height x width x 3, or three numbers for one colour."""


def rgb(red: float, green: float, blue: float) -> Colours:
    return np.array([red, green, blue], np.float32)


def grey(value: float) -> Colours:
    return np.full(3, value, np.float32)


def between(random: Random, least: Colours, most: Colours) -> Colours:
    """One colour, each channel anywhere in its range."""
    return random.uniform(least, most).astype(np.float32)


def thrice(field: Field) -> Colours:
    """The same field for red, green and blue."""
    plane = np.ascontiguousarray(field, np.float32)
    return cv2.merge([plane, plane, plane])


def mixed(one: Colours, other: Colours, share: Field) -> Colours:
    """``share`` (H x W, 0..1) of ``other`` over ``one``."""
    # numpy is slow where the innermost axis has three entries only; three equal planes are not.
    if other.ndim == 1:
        other = cv2.merge([np.full(share.shape, value, np.float32) for value in other])
    return one + (other - one) * thrice(share)
