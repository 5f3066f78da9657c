"""How likely each pixel of an eye shows a lamp: sixteen measures of it and its surroundings, weighed by a tiny network.

Its 305 weights were learnt from pairs of rendered eyes that differ by their lamps only (training/iris/lamps.py).
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging import weights as shipped
from processing.imaging.iris.geometry import IRIS, Mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[np.float32]"

WEIGHTS = Path(__file__).parent / "weights" / "lamps-1.json"
RADIUS = 110
"""Pixels: the radius of the limbus at which lamps are looked for."""
# The brightest light: everything from this percentile on, if it is so many grey levels above the iris.
BRIGHTEST, LEAST_RISE = 99.7, 30.0


def likelihood(photo: "NDArray[np.uint8]", eye: Mask) -> Field:
    """H x W in 0..1 for ``photo`` (H x W x 3) with a limbus of RADIUS pixels; ``eye`` as in ``geometry.Mask``."""
    found = np.zeros(eye.shape, np.float32)
    inside = eye > 0
    layers = _layers()
    values = measures(photo, eye)[inside]
    for number, (weights, bias) in enumerate(layers):
        values = values @ weights + bias
        if number < len(layers) - 1:
            values = np.maximum(values, 0)
    found[inside] = 1 / (1 + np.exp(-values[:, 0]))
    return found


def nearness(photo: "NDArray[np.uint8]", eye: Mask) -> Field:
    """H x W: how far each pixel is on the way from the iris' own colour (0) to that of the brightest broad light in
    the eye (1). Channels count by how well they tell the two apart (Fisher 1936)."""
    ring, inside = eye == IRIS, eye > 0
    soft = cv2.GaussianBlur(photo, (0, 0), 0.6).astype(np.float32)
    broad = cv2.morphologyEx(soft, cv2.MORPH_OPEN, _disc(2))
    own = np.median(broad[ring], axis=0)
    scatter = np.maximum(1.4826 * np.median(np.abs(broad[ring] - own), axis=0), 4.0)
    grey = broad.mean(axis=2)
    way = broad[inside & (grey >= np.percentile(grey[inside], BRIGHTEST))].mean(axis=0) - own
    if way.mean() < LEAST_RISE:
        return np.zeros(eye.shape, np.float32)
    weights = np.maximum(way, 0) / np.square(scatter)
    return np.asarray((soft - own) @ (weights / float(weights @ way)), np.float32)


@lru_cache(maxsize=1)
def _layers() -> "list[tuple[Field, Field]]":
    return load()


def load(path: Path = WEIGHTS) -> "list[tuple[Field, Field]]":
    """Weights and bias of each layer. Raises WeightsDamaged unless the file has the SHA-256 written beside it."""
    told = json.loads(shipped.read(path))
    return [(np.array(one["weights"], np.float32), np.array(one["bias"], np.float32)) for one in told]


def measures(photo: "NDArray[np.uint8]", eye: Mask) -> Field:
    """H x W x 16, about -1..1 each: colour against the iris' own, height over surroundings of several sizes, and what
    is the same for the whole eye."""
    ring, inside = eye == IRIS, eye > 0
    soft = cv2.GaussianBlur(photo, (0, 0), 0.6).astype(np.float32)
    colours = soft[ring]
    own = np.median(colours, axis=0)
    scatter = np.maximum(1.4826 * np.median(np.abs(colours - own), axis=0), 4.0)
    grey = soft.mean(axis=2)
    grey[~inside] = own.mean()
    middle = float(own.mean())
    opened = cv2.morphologyEx(grey, cv2.MORPH_OPEN, _disc(2))
    broad = [cv2.morphologyEx(grey, cv2.MORPH_OPEN, _disc(size)) for size in (8, 24)]
    near = cv2.blur(grey, (17, 17))
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    top = float(np.percentile(opened[inside], 99.5))
    rise = max(top - middle, 10.0)
    plain = [float(np.median(np.abs(grey[ring] - middle))) / 32, middle / 128 - 1, top / 128 - 1]
    return np.dstack([
        *np.moveaxis((soft - own) / (275 - own), 2, 0),
        np.clip(((soft - own) / scatter).mean(axis=2) / 8, -1, 2),
        soft.min(axis=2) / 128 - 1,
        soft.max(axis=2) / 128 - 1,
        (grey - broad[0]) / 64,
        (grey - broad[1]) / 64,
        (opened - middle) / 64,
        (grey - middle) / rise,
        (grey - near) / 64,
        cv2.dilate(slope, _disc(3)) / 256,
        cv2.blur(opened, (5, 5)) / 128 - 1,
        *(np.full(grey.shape, one, np.float32) for one in plain),
    ]).astype(np.float32)  # fmt: skip


def _disc(radius: int) -> "cv2.typing.MatLike":
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
