"""Random fields: the stuff skin, fibres and rooms are made of. Float32, about zero mean and unit spread."""

from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[Any]"
"""Height x width, float32."""
Random: TypeAlias = np.random.Generator


def pick(random: Random, among: tuple[float, float]) -> float:
    """A number of the range, each as likely as the other."""
    return float(random.uniform(*among))


def smooth(random: Random, height: int, width: int, cell: float) -> Field:
    """Blobs about ``cell`` pixels wide."""
    rows, columns = max(int(height / cell) + 2, 2), max(int(width / cell) + 2, 2)
    coarse = random.standard_normal((rows, columns), np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def cloud(random: Random, height: int, width: int, cell: float, octaves: int = 4) -> Field:
    """Blobs of several sizes, halving from ``cell`` on; each weighs less than the one before."""
    field, weight, spread = np.zeros((height, width), np.float32), 1.0, 0.0
    for _ in range(octaves):
        field += weight * smooth(random, height, width, max(cell, 1.0))
        spread += weight * weight
        cell, weight = cell / 2, weight * 0.6
    return field / np.float32(np.sqrt(spread))


def ring(random: Random, height: int, width: int, down: int, around: int) -> Field:
    """``down`` x ``around`` blobs over height x width whose right edge continues at the left one."""
    coarse = random.standard_normal((max(down, 2), max(around, 3)), np.float32)
    wrapped = np.concatenate([coarse[:, -2:], coarse, coarse[:, :2]], axis=1)
    step = width / coarse.shape[1]
    large = cv2.resize(wrapped, (round(wrapped.shape[1] * step), height), interpolation=cv2.INTER_CUBIC)
    return large[:, round(2 * step) :][:, :width]


def line(random: Random, length: int, knots: int) -> Field:
    """A wobbling line: ``length`` values through ``knots`` random ones."""
    return smooth(random, 2, length, length / max(knots, 1))[0]


def looked_up(field: Field, x: Field, y: Field) -> Field:
    """``field`` at column x, row y, endlessly repeated."""
    return cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def step(x: Field, least: float, most: float) -> Field:
    """0 below ``least``, 1 above ``most``, soft between."""
    t = np.clip((x - np.float32(least)) / np.float32(most - least), 0, 1).astype(np.float32)
    return t * t * (3 - 2 * t)
