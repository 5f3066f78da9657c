"""Gradient-domain cloning: the pasted picture keeps its edges and takes the light of the place it comes to.

Perez, Gangnet & Blake 2003, "Poisson image editing". The equation is OpenCV's (``cv2.seamlessClone``: forward
differences of both pictures, the mask shrunk by three pixels, the background at the box's rim as boundary), solved by
sine transforms, whose eigenvalues it has on a rectangle: a fraction of OpenCV's time and memory, the same picture.
"""

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[np.float32]"

# OpenCV's own: gradients at the mask's very rim mix both pictures.
SHRUNK_BY = 3
LEAST_SIDE = 8
# Rows at a time: what is read again is still near.
STRIP = 48
VISIBLE = 1.01
"""Grey levels."""


class NothingToClone(ValueError):
    """The mask leaves too little to solve for: thinner than the rim that is taken off it, or outside the picture."""


def cloned(base: Pixels, over: Pixels, mask: "NDArray[np.uint8]", mixed: bool = True) -> Pixels:
    """``over`` cloned into ``base`` (both H x W x 3 uint8, aligned) where ``mask`` (H x W uint8) is above 127.

    ``mixed`` keeps the stronger of both pictures' edges (MIXED_CLONE), else those of ``over`` alone (NORMAL_CLONE).
    Pixels outside the mask's box are those of ``base``. Raises NothingToClone for a mask that is empty or too thin.
    """
    inside = mask > 127
    box = _box(inside)
    weight = _shrunk(inside[box])
    if not weight.any():
        raise NothingToClone("The mask is thinner than the rim that cloning takes off it.")
    within = np.where(inside[box], np.uint8(255), np.uint8(0))
    outside = ~within
    solve = _Solver(weight.shape)
    channels = []
    for planes in zip(cv2.split(base[box]), cv2.split(over[box]), strict=True):
        here, there = (np.asarray(plane, np.uint8) for plane in planes)
        change = solve(_missing(here, there & within, weight, mixed))
        # Outside, what differs by less than a grey level is the arithmetic's noise.
        noise = cv2.bitwise_and(cv2.inRange(change, (-VISIBLE,), (VISIBLE,)), outside)
        change[noise > 0] = 0
        channels.append(cv2.add(here, change, dtype=cv2.CV_8U))
    result = base.copy()
    result[box] = cv2.merge(channels)
    return result


def _box(inside: "NDArray[np.bool_]") -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if rows.size < LEAST_SIDE or columns.size < LEAST_SIDE:
        raise NothingToClone("The mask is empty, or a few pixels thin.")
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _shrunk(inside: "NDArray[np.bool_]") -> "NDArray[np.uint8]":
    """255 inside, 0 elsewhere."""
    kernel = np.ones((3, 3), np.uint8)
    # Beyond the box there is nothing of the mask: its rim shrinks too.
    thin = cv2.erode(
        inside.astype(np.uint8), kernel, iterations=SHRUNK_BY, borderType=cv2.BORDER_CONSTANT, borderValue=(0,)
    )
    return np.asarray(255 * thin, np.uint8)


def _missing(part: "NDArray[np.uint8]", pasted: "NDArray[np.uint8]", weight: "NDArray[np.uint8]", mixed: bool) -> Field:
    """The divergence that has to be added to that of ``part``: gradients of ``pasted`` instead of its own."""
    divergence = np.empty(part.shape, np.float32)
    for top in range(0, len(part), STRIP):
        start = max(top - 1, 0)
        rows = slice(start, top + STRIP + 1)
        found = _missing_rows(part[rows].astype(np.float32), pasted[rows].astype(np.float32), weight[rows], mixed)
        divergence[top : top + STRIP] = found[top - start : top - start + STRIP]
    return divergence


def _missing_rows(part: Field, pasted: Field, weight: "NDArray[np.uint8]", mixed: bool) -> Field:
    """Right but for the first and the last row, where they have neighbours elsewhere."""
    down, across = _forward(part)
    pasted_down, pasted_across = _forward(pasted)
    chosen = weight
    if mixed:
        stronger = cv2.compare(cv2.absdiff(pasted_across, pasted_down), cv2.absdiff(across, down), cv2.CMP_GT)
        chosen = np.asarray(cv2.bitwise_and(stronger, weight), np.uint8)
    changes = [
        cv2.copyTo(np.subtract(theirs, own, out=own), chosen, np.zeros_like(own))
        for theirs, own in ((pasted_across, across), (pasted_down, down))
    ]
    divergence = np.asarray(cv2.add(changes[0], changes[1]), np.float32)
    divergence[:, 1:] -= changes[0][:, :-1]
    divergence[1:] -= changes[1][:-1]
    return divergence


def _forward(field: Field) -> tuple[Field, Field]:
    down, across = np.empty_like(field), np.empty_like(field)
    np.subtract(field[1:], field[:-1], out=down[:-1])
    np.subtract(field[:, 1:], field[:, :-1], out=across[:, :-1])
    down[-1], across[:, -1] = 0, 0
    return down, across


class _Solver:
    """Fields with a given divergence that are 0 along their edge (DST-I, Press et al. 1992, 19.4)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        down, across = (_eigenvalues(length - 2) for length in shape[:2])
        self.inverse = 1 / (down[:, None] + across[None])

    def __call__(self, divergence: Field) -> Field:
        from scipy import fft

        spectrum = fft.dstn(divergence[1:-1, 1:-1], type=1)
        spectrum *= self.inverse
        solution = np.zeros_like(divergence)
        solution[1:-1, 1:-1] = fft.idstn(spectrum, type=1, overwrite_x=True)
        return solution


def _eigenvalues(length: int) -> Field:
    """Of the second difference with both ends held."""
    return (2 * np.cos(np.pi * np.arange(1, length + 1) / (length + 1)) - 2).astype(np.float32)
