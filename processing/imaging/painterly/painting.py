"""A photo in a style, as strongly as wanted."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from processing.imaging.painterly import oil, pencil, strokes, watercolour
from processing.imaging.painterly.fields import Done, strips, unheard
from processing.imaging.types import Pixels

Painter: TypeAlias = Callable[[Pixels, float, int, Done], Pixels]
"""Of an H x W x 3 photo, a strength above 0 up to 1, a seed, and who hears how far it is: the painting, as large."""

PAINTERS: Final[dict[str, tuple[str, Painter]]] = {
    "oil": (oil.NAME, oil.painted),
    "watercolour": (watercolour.NAME, watercolour.painted),
    "strokes": (strokes.NAME, strokes.painted),
    "pencil": (pencil.NAME, pencil.drawn),
    "coloured_pencil": (pencil.COLOURED, pencil.coloured),
}
"""For each built-in style the name of its method, and the method."""


def painted(photo: Pixels, painter: Painter, strength: float, seed: int, done: Done = unheard) -> Pixels:
    """``photo`` (H x W x 3) by ``painter``: at strength 0 the photo itself, at 1 nothing but paint. ``done`` hears
    shares of the work, 0..1. ValueError for another strength."""
    if not 0 <= strength <= 1:
        raise ValueError(f"strength is from 0 to 1, not {strength}.")
    if strength == 0:
        return photo.copy()
    return mixed(photo, painter(photo, strength, seed, done), share(strength))


def share(strength: float) -> float:
    """How much of what is seen is paint: rises from 0 to 1, quickly at first, so that half strength looks painted."""
    return float(1 - (1 - strength) ** 2.5)


def mixed(photo: Pixels, painting: Pixels, part: float) -> Pixels:
    """``part`` (0..1) of the painting over the photo."""
    if part >= 1:
        return painting
    result = np.empty_like(photo)
    for _, made, _ in strips(photo, 0):
        before = photo[made].astype(np.float32)
        result[made] = np.rint(before + np.float32(part) * (painting[made] - before))
    return result
