"""What lies behind something: carried in from what is seen around it, its tone and its grain."""

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[np.float32]"
Mask: TypeAlias = "NDArray[np.bool_]"

COARSE, COARSE_SHARE = 4, 1 / 270
"""Pixels, and of the longest edge, whichever is more: what is wider than this is tone and flows into a hole, what is
finer is grain and is mirrored into it."""
REACH = 3
NEAR = 0.03
"""Of the longest edge: as far as things move before a ground. Beyond it lies only what is seen when a layer is hidden:
tone grows even there, and grain fades."""
SURE = 64
"""Of 255: how much of a coarse pixel must be known for its tone to be."""


def filled(picture: Pixels, known: Mask, hole: Mask) -> Pixels:
    """``picture`` (H x W x 3) with the pixels of ``hole`` filled from the ``known`` ones (both H x W); the others
    stay. Nothing known, or no hole: as it was.

    Tone flows in at a quarter of the size or less (Telea 2004, "An image inpainting technique based on the fast
    marching method"), grain is mirrored at the nearest known pixel.
    """
    made = picture.copy()
    if hole.any() and known.any():
        tone = _tone(picture, known)
        cv2.copyTo(tone, hole.astype(np.uint8), made)
        _add_grain(made, picture, tone, known, hole)
    return made


def _tone(picture: Pixels, known: Mask) -> Pixels:
    height, width = known.shape
    coarse = max(COARSE, round(max(height, width) * COARSE_SHARE))
    size = (-(-width // coarse), -(-height // coarse))
    open_to = known.astype(np.uint8)
    weight = np.asarray(cv2.resize(255 * open_to, size, interpolation=cv2.INTER_AREA), np.uint8)
    lit = cv2.resize(cv2.copyTo(picture, open_to), size, interpolation=cv2.INTER_AREA)
    means = np.asarray(cv2.divide(lit, cv2.merge([weight] * 3), scale=255), np.uint8)
    unsure = weight < min(SURE, int(weight.max()))
    flown = cv2.inpaint(means, unsure.astype(np.uint8), REACH, cv2.INPAINT_TELEA).astype(np.float32)
    even = np.rint(_evened(flown, unsure, max(1.0, NEAR * max(size)))).astype(np.uint8)
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _evened(tone: Field, unsure: Mask, reach: float) -> Field:
    """Streaks of what flowed far spread: ever softer from ``reach`` pixels off what is sure."""
    off = np.asarray(cv2.distanceTransform(unsure.astype(np.uint8), cv2.DIST_L2, 5), np.float32)[..., None] / reach
    for softer in (1, 4):
        soft = cv2.GaussianBlur(tone, (0, 0), softer * reach / 2)
        tone = tone + (soft - tone) * np.clip(off / softer - 0.5, 0, 1)
    return np.asarray(tone, np.float32)


def _add_grain(made: Pixels, picture: Pixels, tone: Pixels, known: Mask, hole: Mask) -> None:
    """To the pixels of the hole what ``picture`` differs from its tone as far beyond the nearest known pixel as each is
    before it; nothing where nothing is known there either, or far off."""
    height, width = known.shape
    off, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = np.zeros(int(labels.max()) + 1, np.int32)
    places[labels[known]] = np.flatnonzero(known)
    reach = NEAR * max(height, width)
    here = np.flatnonzero(hole & (off < 2 * reach))
    nearest = places[labels.ravel()[here]]
    row = (2 * (nearest // width) - here // width).clip(0, height - 1)
    beyond = row * width + (2 * (nearest % width) - here % width).clip(0, width - 1)
    share = np.clip(2 - off.ravel()[here] / reach, 0, 1) * known.ravel()[beyond]
    pixels, tones, grained = (one.reshape(-1, 3) for one in (picture, tone, made))
    grain = (pixels[beyond].astype(np.float32) - tones[beyond]) * share[:, None].astype(np.float32)
    grained[here] = np.clip(np.rint(grained[here] + grain), 0, 255)
