"""The faint glow around a lamp hides nothing: what shines through it is taken from the picture, not guessed.

A lamp of colour C lies over the iris as light of a share s: seen = (1 - s) * iris + s * C (alpha compositing, Porter &
Duff 1984). What is guessed for the iris gives C, and s pixel by pixel. Along a lamp's edge s stays the same while
fibres change; so s is the mean over pixels nearby that are as bright as this one (a bilateral grid, Chen, Paris &
Durand 2007), and the fibres are left to the iris. A mean across the edge would draw a dark line along it.
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
MOST = 0.3
# How far (radii of the iris) a pixel looks for others that are as bright.
REACH = 0.04
# Steps of brightness from nothing to white; how far (pixels) brightness itself is evened before.
STEPS, EVENED = 8, 1.15
# Shares that tell the colour of the light: fainter ones drown in fibres; clipped pixels (grey levels) tell nothing.
TELLING, CLIPPED = (0.03, 0.6), 250.0
# Beyond the hole nothing is laid over the iris; this far (radii) it is looked at.
MARGIN = 0.06
# What is smooth needs few pixels: larger irises (radius, pixels) are looked at in this size.
LARGEST = 256.0
# Grey levels: fibres differ from the guess in light rather than in colour; what differs in colour is a lens' fringe
# along the lamp.
COLOURED, FRINGED = 25.0, 10.0
LEAST = 1e-5


def shone_through(photo: Pixels, guessed: Pixels, hole: "NDArray[np.bool_]", radius: float) -> Pixels:
    """``guessed`` (H x W x 3 RGB, 0..255) with what ``photo`` shows through faint light, in ``hole`` (H x W) only.

    ``radius`` of the iris, pixels. Where the light is stronger the guess stays.
    """
    made = guessed.copy()
    if not hole.any():
        return made
    box = box_of(hole, max(round(MARGIN * radius), 2))
    lit, guess, inside = photo[box].astype(np.float32), guessed[box].astype(np.float32), hole[box]
    share, added = _light(lit, guess, radius)
    beneath = (lit - added) / np.maximum(1 - share[..., None], 1 - MOST)
    differ = np.clip(beneath, 0, WHITE) - guess
    trust = np.clip((MOST - share) / (MOST / 2), 0, 1) * np.clip((COLOURED - np.ptp(differ, axis=2)) / FRINGED, 0, 1)
    mixed = guess + differ * trust[..., None]
    made[box][inside] = np.rint(mixed[inside]).astype(np.uint8)
    return made


def _light(
    lit: "NDArray[np.float32]", guess: "NDArray[np.float32]", radius: float
) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """How much of each pixel is the lamp's light (H x W, 0..1), and that light (H x W x 3, 0..255)."""
    whole = lit.shape[1::-1]
    shrunk = min(1.0, LARGEST / radius)
    size = (max(1, round(whole[0] * shrunk)), max(1, round(whole[1] * shrunk)))
    lit, guess = (np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.float32) for each in (lit, guess))
    reach = max(REACH * radius * shrunk, 2.0)
    colour = _colour(lit, guess, reach)
    share = np.clip(_evened(_raw(lit, guess, colour), reach), 0, 1)
    large = np.asarray(cv2.resize(share, whole, interpolation=cv2.INTER_LINEAR), np.float32)
    return large, np.asarray(cv2.resize(share[..., None] * colour, whole, interpolation=cv2.INTER_LINEAR), np.float32)


def _raw(
    lit: "NDArray[np.float32]", guess: "NDArray[np.float32]", colour: "NDArray[np.float32] | float"
) -> "NDArray[np.float32]":
    """H x W, 0..1: the share of the light, pixel by pixel."""
    room = np.maximum(colour - guess, 1)
    return np.clip(((lit - guess) * room).sum(axis=2) / np.square(room).sum(axis=2), -1, 1)


def _colour(lit: "NDArray[np.float32]", guess: "NDArray[np.float32]", reach: float) -> "NDArray[np.float32]":
    """H x W x 3, the strongest channel 255: the light's colour, from where it is neither too faint nor clipped."""
    share = _raw(lit, guess, WHITE)
    telling = (share > TELLING[0]) & (share < TELLING[1]) & (lit.max(axis=2) < CLIPPED)
    added = (lit - (1 - share[..., None]) * guess) * telling[..., None]
    total, shares = _blurred(added, reach), _blurred(share * telling, reach)
    colour = total / np.maximum(total.max(axis=2), LEAST)[..., None] * WHITE
    return np.where(shares[..., None] > LEAST, colour, WHITE).astype(np.float32)


def _evened(raw: "NDArray[np.float32]", reach: float) -> "NDArray[np.float32]":
    """H x W: ``raw``, each pixel the mean over those within ``reach`` (pixels) that are as bright."""
    level = STEPS * np.clip(_blurred(raw, EVENED), 0, 1)
    even = np.zeros_like(raw)
    for step in range(STEPS + 1):
        alike = np.clip(1 - np.abs(level - step), 0, 1)
        if alike.any():
            even += alike * _blurred(raw * alike, reach) / np.maximum(_blurred(alike, reach), LEAST)
    return even


def _blurred(plane: "NDArray[np.float32]", sigma: float) -> "NDArray[np.float32]":
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
