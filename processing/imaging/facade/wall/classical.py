"""The wall without a network: the colours that fill the middle of the photo, cut out by GrabCut."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "colour-modes-2"
# GrabCut looks at a photo of this longest edge.
LONGEST = 320
COLOURS = 6
ROUNDS = 2
# Openings are narrower than this share of the photo, and darker than the wall by at least so many of 255.
WIDEST, DARKER = 0.1, 8


def find(photo: Pixels) -> "NDArray[np.float32]":
    """H x W, 0..1: how much of each pixel of ``photo`` (H x W x 3 RGB uint8) is wall.

    Colours by k-means in Lab (Lloyd 1982); those common in the middle of the photo and rare at its upper rim are
    house. GrabCut (Rother, Kolmogorov & Blake 2004) draws its border; dark boxes in it are openings. A photo of one
    colour is wall throughout: nothing in it says otherwise.
    """
    height, width = photo.shape[:2]
    scale = min(1.0, LONGEST / max(height, width))
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.asarray(cv2.resize(photo[..., :3], size, interpolation=cv2.INTER_AREA), np.uint8)
    wall = (_cut(small, _likelihood(small)) & ~_openings(small)).astype(np.float32)
    return np.clip(cv2.resize(wall, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1).astype(np.float32)


def _likelihood(photo: Pixels) -> "NDArray[np.float32]":
    height, width = photo.shape[:2]
    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2LAB).astype(np.float32)
    # Shadows lie on walls too: lightness counts half.
    values = np.ascontiguousarray((lab * np.array([0.5, 1, 1], np.float32)).reshape(-1, 3))
    if len(np.unique(values, axis=0)) <= COLOURS:
        return np.ones((height, width), np.float32)
    cv2.setRNGSeed(7)
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, found, _ = cv2.kmeans(values, COLOURS, np.empty(0), until, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    labels = found.reshape(height, width).astype(np.int32)
    middle = _share(labels[height // 6 : height - height // 8, width // 8 : width - width // 8])
    upper = _share(labels[: max(height // 16, 1)])
    score = middle / (middle + 0.4 * upper + 0.02)
    return np.asarray(score[labels], np.float32)


def _openings(photo: Pixels) -> "NDArray[np.bool_]":
    """Boxes darker than what surrounds them: Otsu's threshold (1979) of the black top-hat, without what is thin."""
    grey = cv2.GaussianBlur(cv2.cvtColor(photo, cv2.COLOR_RGB2LAB)[..., 0], (0, 0), 1)
    wide = max(int(max(grey.shape) * WIDEST) | 1, 3)
    darker = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((wide, wide), np.uint8))
    least, _ = cv2.threshold(darker, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    solid = cv2.morphologyEx((darker > max(least, DARKER)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    found = np.zeros(grey.shape, bool)
    for left, top, across, down, area in boxes[1:]:
        longer, shorter = max(across, down), min(across, down)
        if 2 * area > across * down and 4 * longer < max(grey.shape) and longer < 5 * shorter:
            found[top : top + down, left : left + across] = True
    return found


def _share(labels: "NDArray[np.int32]") -> "NDArray[np.float64]":
    return np.asarray(np.bincount(labels.ravel(), minlength=COLOURS) / max(labels.size, 1))


def _cut(photo: Pixels, likely: "NDArray[np.float32]") -> "NDArray[np.bool_]":
    soft = cv2.GaussianBlur(likely, (0, 0), 1.2)
    seeds = np.where(soft > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if min(photo.shape[:2]) < 8 or len(np.unique(seeds)) < 2:
        return np.asarray(soft > 0.5)
    cv2.setRNGSeed(7)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    try:
        cv2.grabCut(photo[..., ::-1].copy(), seeds, None, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    except cv2.error:
        return np.asarray(soft > 0.5)
    return np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD))
