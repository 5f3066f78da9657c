"""A person's brush on the wall mask: what they stroke is taken as said, what looks like it follows."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST = 480
"""GrabCut sees the photo at most this long: its time grows with the pixels, and strokes are no finer."""
ROUNDS = 2
# How far from a stroke the mask may change, in shares of the longest edge: what lies farther was not meant.
REACH = 0.12


def corrected(
    photo: Pixels, share: "NDArray[np.float32]", keep: "NDArray[np.bool_]", drop: "NDArray[np.bool_]"
) -> "NDArray[np.float32]":
    """``share`` (H x W, 0..1) after strokes: ``keep`` (H x W bool) is wall, ``drop`` is none and wins over ``keep``.

    Around the strokes GrabCut (Rother, Kolmogorov & Blake 2004) decides anew; elsewhere nothing changes. The same in
    gives the same out. Raises ValueError unless all four have the photo's height and width.
    """
    height, width = photo.shape[:2]
    if any(layer.shape != (height, width) for layer in (share, keep, drop)):
        raise ValueError("The mask and the strokes must be as large as the photo.")
    keep = keep & ~drop
    if not (keep.any() or drop.any()):
        return share.copy()
    scale = min(1.0, LONGEST / max(height, width))
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.asarray(cv2.resize(photo[..., :3], size, interpolation=cv2.INTER_AREA), np.uint8)
    before = cv2.resize(share, size, interpolation=cv2.INTER_AREA) > 0.5
    strokes = [cv2.resize(one.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.2 for one in (keep, drop)]
    after, near = _cut(small, before, *strokes)
    changed = np.where(after != before, near, 0).astype(np.float32)
    weight = cv2.resize(changed, (width, height), interpolation=cv2.INTER_LINEAR)
    wanted = cv2.resize(after.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    answer = share * (1 - weight) + wanted * weight
    answer[keep], answer[drop] = 1, 0
    return np.clip(answer, 0, 1).astype(np.float32)


def _cut(
    photo: Pixels, wall: "NDArray[np.bool_]", keep: "NDArray[np.bool_]", drop: "NDArray[np.bool_]"
) -> "tuple[NDArray[np.bool_], NDArray[np.bool_]]":
    """What is wall now, and where it may have changed."""
    stroked = (keep | drop).astype(np.uint8)
    away = cv2.distanceTransform(1 - stroked, cv2.DIST_L2, 3)
    near = away <= REACH * max(photo.shape[:2])
    seeds = np.where(wall, cv2.GC_FGD, cv2.GC_BGD).astype(np.uint8)
    seeds[near] = np.where(wall[near], cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    seeds[keep], seeds[drop] = cv2.GC_FGD, cv2.GC_BGD
    by_hand = np.where(keep, True, np.where(drop, False, wall))
    there = np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if min(photo.shape[:2]) < 8 or there.all() or not there.any():
        return by_hand, near
    cv2.setRNGSeed(7)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    try:
        cv2.grabCut(photo[..., ::-1].copy(), seeds, None, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    except cv2.error:
        return by_hand, near
    return np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD)), near
