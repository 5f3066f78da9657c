"""Lashes: tapering curves on both lids, and the shadow they throw on the eye."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.iris.geometry import Points
from processing.imaging.iris.renderer.colour import Colours, grey, mixed, rgb, thrice
from processing.imaging.iris.renderer.noise import Field, Random, pick
from processing.imaging.iris.renderer.scene import Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

BENDS = np.linspace(0, 1, 7)[:, None]


@dataclass(frozen=True)
class Row:
    """One lid's lashes. Lengths in radii; ``droop`` 0 lifts them off the eye, 1 lets them hang over it."""

    count: int
    length: float
    droop: float
    thickness: float
    strength: int
    upper: bool


def grown(random: Random, scene: Scene, picture: Colours) -> Colours:
    """The picture with shadow and lashes."""
    hairs = np.zeros((scene.height, scene.width), np.uint8)
    for row in _rows(random, scene):
        _drawn(random, scene, row, hairs)
    blur = scene.radius * pick(random, (0.0, 0.03))
    cover = _soft(hairs, max(blur, 0.4))
    down = np.array(
        [[1, 0, scene.radius * random.normal(0, 0.03)], [0, 1, scene.radius * pick(random, (0.05, 0.3))]], np.float32
    )
    fallen = cv2.warpAffine(hairs, down, (scene.width, scene.height))
    shadow = _soft(fallen, max(scene.radius * 0.05, 0.8)) * np.float32(pick(random, (0, 0.45)))
    shadow = np.where(np.maximum(scene.above, scene.beneath) < 0, shadow, 0)
    return mixed(picture * thrice(1 - shadow), _colour(random, scene), cover)


def _rows(random: Random, scene: Scene) -> list[Row]:
    density = pick(random, scene.configuration.lashes)
    thickness = pick(random, (0.012, 0.035))
    strength = int(random.integers(110, 256))
    droop = float(np.clip(random.normal(0.25, 0.38), 0, 1))
    upper = Row(int(40 + 150 * density), pick(random, (0.35, 1.25)), droop, thickness, strength, True)
    lower = Row(int(12 + 80 * density), pick(random, (0.15, 0.5)), 0.0, thickness * 0.8, strength - 40, False)
    return [upper, lower]


def _drawn(random: Random, scene: Scene, row: Row, hairs: "NDArray[np.uint8]") -> None:
    t = random.uniform(-0.95, 0.97, row.count)
    clump = np.round(t * 9) / 9
    t = t + (clump - t) * pick(random, (0.0, 0.7))
    for place in t:
        path = scene.in_photo(_hair(random, scene, row, float(place)))
        _tapering(hairs, path, row, scene.radius, random.uniform(0.55, 1.0))


def _hair(random: Random, scene: Scene, row: Row, t: float) -> Points:
    """Root, belly, tip: a quadratic curve in radii."""
    lid = scene.opening
    x = lid.middle + t * lid.half
    away = -1.0 if row.upper else 1.0
    y = float(np.interp(x, lid.x, lid.upper if row.upper else lid.lower)) + away * random.uniform(0, 0.05)
    length = row.length * random.uniform(0.45, 1.15) * (1 - 0.3 * abs(t))
    fan = t * 0.75 + random.normal(0, 0.14)
    root = np.array([x, y])
    lifted = np.array([np.sin(fan), away * np.cos(fan)])
    hanging = np.array([np.sin(fan * 0.8), 0.85])
    tip = root + length * (lifted * (1 - row.droop) + hanging * row.droop)
    belly = root + length * 0.5 * np.array([np.sin(fan) * 0.8, away * (0.15 - 0.5 * row.droop)])
    return (1 - BENDS) ** 2 * root + 2 * BENDS * (1 - BENDS) * belly + BENDS**2 * tip


def _tapering(hairs: "NDArray[np.uint8]", path: Points, row: Row, radius: float, weight: float) -> None:
    """Thinner than a pixel is drawn as a fainter pixel."""
    corners = np.round(path * 8).astype(np.int32)
    for part, share in ((corners[:3], 1.0), (corners[2:5], 0.75), (corners[4:], 0.4)):
        wide = row.thickness * radius * share
        value = int(row.strength * weight * min(wide, 1.0) ** 0.5)
        cv2.polylines(hairs, [part], False, (value,), max(1, round(wide)), cv2.LINE_AA, shift=3)


def _soft(mask: Field, sigma: float) -> Field:
    return cv2.GaussianBlur(mask, (0, 0), sigma).astype(np.float32) / 255


def _colour(random: Random, scene: Scene) -> Colours:
    dark = pick(random, (0.02, 0.16))
    if scene.infrared or random.random() < 0.7:
        return grey(dark)
    return rgb(0.5, 0.36, 0.22) * np.float32(pick(random, (0.3, 1.1)))
