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
    part = base[box].astype(np.float32)
    weight = _shrunk(inside[box])
    if not weight.any():
        raise NothingToClone("The mask is thinner than the rim that cloning takes off it.")
    pasted = np.where(inside[box][..., None], over[box], 0).astype(np.float32)
    result = base.copy()
    for channel in range(3):
        here = np.ascontiguousarray(part[..., channel])
        solved = _solved(here, _divergence(here, np.ascontiguousarray(pasted[..., channel]), weight, mixed))
        # Outside, what differs by less than a grey level is the arithmetic's noise.
        moved = inside[box] | (np.abs(solved - here) >= VISIBLE)
        result[box][..., channel] = np.where(moved, np.clip(np.rint(solved), 0, 255), here)
    return result


def _box(inside: "NDArray[np.bool_]") -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if rows.size < LEAST_SIDE or columns.size < LEAST_SIDE:
        raise NothingToClone("The mask is empty, or a few pixels thin.")
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _shrunk(inside: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    kernel = np.ones((3, 3), np.uint8)
    # Beyond the box there is nothing of the mask: its rim shrinks too.
    thin = cv2.erode(
        inside.astype(np.uint8), kernel, iterations=SHRUNK_BY, borderType=cv2.BORDER_CONSTANT, borderValue=(0,)
    )
    return np.asarray(thin > 0)


def _divergence(part: Field, pasted: Field, weight: "NDArray[np.bool_]", mixed: bool) -> Field:
    """Of the gradients that the solution shall have."""
    down, across = _forward(part)
    pasted_down, pasted_across = _forward(pasted)
    chosen = weight
    if mixed:
        chosen = weight & (np.abs(pasted_across - pasted_down) > np.abs(across - down))
    np.copyto(across, pasted_across, where=chosen)
    np.copyto(down, pasted_down, where=chosen)
    across[:, 1:] -= across[:, :-1].copy()
    down[1:] -= down[:-1].copy()
    return across + down


def _forward(field: Field) -> tuple[Field, Field]:
    down, across = np.zeros_like(field), np.zeros_like(field)
    np.subtract(field[1:], field[:-1], out=down[:-1])
    np.subtract(field[:, 1:], field[:, :-1], out=across[:, :-1])
    return down, across


def _solved(rim: Field, divergence: Field) -> Field:
    """The field with that divergence and the values of ``rim`` along its edge (DST-I, Press et al. 1992, 19.4)."""
    from scipy import fft

    inner = divergence[1:-1, 1:-1]
    inner[0] -= rim[0, 1:-1]
    inner[-1] -= rim[-1, 1:-1]
    inner[:, 0] -= rim[1:-1, 0]
    inner[:, -1] -= rim[1:-1, -1]
    spectrum = fft.dstn(inner, type=1, overwrite_x=True)
    spectrum /= _eigenvalues(inner.shape[0])[:, None] + _eigenvalues(inner.shape[1])[None]
    solution = rim.copy()
    solution[1:-1, 1:-1] = fft.idstn(spectrum, type=1, overwrite_x=True)
    return solution


def _eigenvalues(length: int) -> Field:
    """Of the second difference with both ends held."""
    return (2 * np.cos(np.pi * np.arange(1, length + 1) / (length + 1)) - 2).astype(np.float32)
