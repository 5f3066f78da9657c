"""Two aligned pictures become one: which way is chosen by name, and the result says which way it went."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.fusion.poisson import NothingToClone, cloned
from processing.imaging.fusion.pyramid import multiband
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMOOTH = 5
"""Pixels: masks are smoothed by a Gaussian of this width, or their steps show as stairs."""
FEATHER_SHARE = 0.06
"""Of the shorter side: over so many pixels a feathered edge goes from nothing to all."""


class Mode(StrEnum):
    """Multi-band is recommended: it keeps each iris' own colours. Poisson recolours what is pasted."""

    MULTIBAND = "multiband"
    POISSON = "poisson"
    POISSON_NORMAL = "poisson_normal"
    ALPHA = "alpha"
    FEATHER = "feather"


@dataclass(frozen=True, eq=False)
class Blended:
    """``pixels`` H x W x 3 uint8; ``mode`` is the one that was really used, ``reason`` why it is not the one asked."""

    pixels: Pixels
    mode: Mode
    reason: str = ""


def blend(base: Pixels, over: Pixels, mask: "NDArray[np.uint8]", mode: Mode) -> Blended:
    """``over`` upon ``base`` (both H x W x 3 uint8, aligned), as much as ``mask`` (H x W uint8, 255 all) says.

    A mask that Poisson cannot solve for is blended by its alpha instead, and the result says so.
    """
    if base.shape != over.shape or base.shape[:2] != mask.shape:
        raise ValueError(f"Pictures and mask differ in size: {base.shape}, {over.shape}, {mask.shape}.")
    if not mask.any():
        return Blended(base.copy(), mode)
    if mode in (Mode.POISSON, Mode.POISSON_NORMAL):
        try:
            return Blended(cloned(base, over, mask, mixed=mode is Mode.POISSON), mode)
        except NothingToClone as refusal:
            return Blended(_mixed(base, over, smoothed(mask)), Mode.ALPHA, str(refusal))
    if mode is Mode.MULTIBAND:
        return Blended(multiband(base, over, smoothed(mask)), mode)
    return Blended(_mixed(base, over, feathered(mask) if mode is Mode.FEATHER else smoothed(mask)), mode)


def smoothed(mask: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    """Shares 0..1, the mask's stairs rounded off."""
    return np.asarray(cv2.GaussianBlur(mask, (SMOOTH, SMOOTH), 0) / 255, np.float32)


def feathered(mask: "NDArray[np.uint8]", width: float | None = None) -> "NDArray[np.float32]":
    """Shares 0..1 that rise from the mask's edge inwards over ``width`` pixels, by a smooth step."""
    if width is None:
        width = max(2.0, FEATHER_SHARE * min(mask.shape))
    inside = (mask > 127).astype(np.uint8)
    if inside.all():
        return np.ones(mask.shape, np.float32)
    share = np.clip(cv2.distanceTransform(inside, cv2.DIST_L2, 5) / width, 0, 1)
    return np.asarray(share * share * (3 - 2 * share) * mask / 255, np.float32)


def _mixed(base: Pixels, over: Pixels, share: "NDArray[np.float32]") -> Pixels:
    weight = share[..., None]
    return np.asarray(np.rint(base + (over.astype(np.float32) - base) * weight), np.uint8)
