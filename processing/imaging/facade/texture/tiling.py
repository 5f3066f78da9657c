"""How a texture lies on a wall: how wide one tile is, and where the tiles begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from processing.imaging.errors import Code, ImageRefused
from processing.imaging.facade.plane.rectify import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

USUAL = 24.0
"""Tiles across a wall."""
FEWEST, MOST = 0.25, 500.0
NARROWEST, WIDEST = 0.1, 10.0
SAMPLED = 200
"""Rows and columns in which the wall's extent is looked for."""
STRAY = 0.5
"""Per cent of the wall's pixels on each side that do not count for its extent."""
LEAST_WALL = 0.01
"""Of the photo."""


@dataclass(frozen=True)
class Tiling:
    """One tile, in the wall's units: ``left`` and ``bottom`` of the first, ``width`` and ``height`` of all.

    ``across``: how many of them lie side by side on the wall. ``metres``: the wall's width, when a reference told it.
    """

    left: float
    bottom: float
    width: float
    height: float
    across: float
    metres: float | None = None


def tiling(
    plane: Plane,
    share: "NDArray[np.float32]",
    texture_shape: tuple[int, ...],
    *,
    across: float = USUAL,
    aspect: float | None = None,
    reference: Mapping[str, Any] | None = None,
) -> Tiling:
    """Tiles of a texture of ``texture_shape`` (H, W, ...) so wide that ``across`` fill the wall (``share`` H x W).

    ``aspect`` makes them that many times as wide for their height as the texture is. With a ``reference`` (two
    ``points`` in pixels of the photo as it lies here, the ``metres`` between them on the wall, and the ``tile_metres``
    that a tile is wide) ``across`` follows from it. Raises ImageRefused for what cannot be, ValueError for a number out
    of range.
    """
    if not FEWEST <= across <= MOST:
        raise ValueError(f"real_world_scale is from {FEWEST} to {MOST}, not {across}.")
    if aspect is not None and not NARROWEST <= aspect <= WIDEST:
        raise ValueError(f"aspect is from {NARROWEST} to {WIDEST}, not {aspect}.")
    left, right, bottom = _extent(plane, share)
    width, metres = (right - left) / across, None
    if reference:
        unit = metre(plane, reference)
        width, metres = float(reference["tile_metres"]) * unit, (right - left) / unit
        across = (right - left) / width
        if not FEWEST / 4 <= across <= 4 * MOST:
            raise _no_reference("The reference length makes tiles that are too small or too large to be seen.")
    height = width * texture_shape[0] / texture_shape[1] / (aspect or 1.0)
    return Tiling(left, bottom, width, height, across, metres)


def metre(plane: Plane, reference: Mapping[str, Any]) -> float:
    """One metre in the wall's units, by the reference length that a person drew."""
    metres, tile = float(reference["metres"]), float(reference["tile_metres"])
    ends = plane.to_wall(np.asarray(reference["points"], np.float64).reshape(2, 2))
    apart = float(np.hypot(*(ends[1] - ends[0])))
    if not (np.isfinite(apart) and apart > 1e-6 and 0 < metres < 1e6 and 0 < tile < 1e6):
        raise _no_reference("The reference length does not lie on the wall, or is nothing.")
    return apart / metres


def _extent(plane: Plane, share: "NDArray[np.float32]") -> tuple[float, float, float]:
    """Left, right and bottom of the wall in its units."""
    height, width = share.shape
    rows = np.unique(np.linspace(0, height - 1, SAMPLED).round().astype(int))
    columns = np.unique(np.linspace(0, width - 1, SAMPLED).round().astype(int))
    at = np.argwhere(share[np.ix_(rows, columns)] > 0.5)
    if len(at) < LEAST_WALL * len(rows) * len(columns):
        raise ImageRefused(
            Code.VALIDATION_FAILED,
            "No wall found in the photo: there is nothing to lay the texture on.",
            "Choose a photo in which more of the wall is seen, or paint the wall by hand.",
        )
    places = plane.to_wall(np.stack([columns[at[:, 1]], rows[at[:, 0]]], axis=1).astype(np.float64))
    places = places[np.isfinite(places).all(axis=1)]
    if len(places) < 2:
        raise _no_reference("The wall that was painted lies beyond its own horizon.")
    left, right = np.percentile(places[:, 0], [STRAY, 100 - STRAY])
    return float(left), float(max(right, left + 1e-6)), float(np.percentile(places[:, 1], 100 - STRAY))


def _no_reference(detail: str) -> ImageRefused:
    return ImageRefused(
        Code.VALIDATION_FAILED, detail, "Draw it between two points of the wall whose distance you know, and try again."
    )
