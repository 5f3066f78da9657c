"""The faint glow around a lamp hides nothing: what shines through it is taken from the picture, not guessed.

A lamp lies over the iris as light of a share s: seen = (1 - s) * iris + s * 255 (alpha compositing, Porter & Duff
1984). What is guessed for the iris gives s pixel by pixel; s itself changes smoothly or at the lamp's edge, fibres do
not, so an edge-keeping mean of it (bilateral filter, Tomasi & Manduchi 1998) leaves the fibres to the iris.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.iris.geometry import box_of
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHITE = 255.0
# Shares of light above this hide too much: taken off, they would leave noise and the camera's curve.
MOST = 0.25
# The mean's reach (radii of the iris) and how different shares of one lamp may be.
REACH, SPREAD = 0.02, 0.3
# Beyond the hole nothing is laid over the iris; this far (radii) it is looked at.
MARGIN = 0.06
# What is smooth needs few pixels: larger irises (radius, pixels) are looked at in this size.
LARGEST = 256.0
# Grey levels: clipped pixels tell nothing, and fibres differ from the guess in light rather than in colour; what
# differs in colour is a lens' fringe along the lamp.
CLIPPED, SURE = 253.0, 3.0
COLOURED, FRINGED = 25.0, 10.0


def shone_through(photo: Pixels, guessed: Pixels, hole: "NDArray[np.bool_]", radius: float) -> Pixels:
    """``guessed`` (H x W x 3 RGB, 0..255) with what ``photo`` shows through faint light, in ``hole`` (H x W) only.

    ``radius`` of the iris, pixels. Where the light is stronger, or clipped, the guess stays.
    """
    made = guessed.copy()
    if not hole.any():
        return made
    box = box_of(hole, max(round(MARGIN * radius), 2))
    lit, guess, inside = photo[box].astype(np.float32), guessed[box].astype(np.float32), hole[box]
    share = _share(lit, guess, inside, radius)
    beneath = (lit - WHITE * share[..., None]) / np.maximum(1 - share[..., None], 1 - MOST)
    differ = np.clip(beneath, 0, WHITE) - guess
    trust = np.clip((MOST - share) / (MOST / 2), 0, 1) * np.clip((CLIPPED - lit.max(axis=2)) / SURE, 0, 1)
    trust *= np.clip((COLOURED - np.ptp(differ, axis=2)) / FRINGED, 0, 1)
    mixed = guess + differ * trust[..., None]
    made[box][inside] = np.rint(mixed[inside]).astype(np.uint8)
    return made


def _share(
    lit: "NDArray[np.float32]", guess: "NDArray[np.float32]", inside: "NDArray[np.bool_]", radius: float
) -> "NDArray[np.float32]":
    """H x W, 0..1: how much of each pixel is the lamp's light."""
    room = WHITE - guess
    each = ((lit - guess) * room).sum(axis=2) / np.maximum(np.square(room).sum(axis=2), 1)
    raw = np.clip(each, 0, 1).astype(np.float32) * inside
    shrunk = min(1.0, LARGEST / radius)
    size = (max(1, round(raw.shape[1] * shrunk)), max(1, round(raw.shape[0] * shrunk)))
    small = cv2.resize(raw, size, interpolation=cv2.INTER_AREA) if shrunk < 1 else raw
    even = cv2.bilateralFilter(small, -1, SPREAD, max(REACH * radius * shrunk, 1.5))
    large = cv2.resize(even, raw.shape[::-1], interpolation=cv2.INTER_LINEAR) if shrunk < 1 else even
    return np.asarray(large, np.float32)
