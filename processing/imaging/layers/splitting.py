"""The layers of a photo: straight-alpha RGBA, back to front, that lie on each other as the photo, bit for bit.

What each layer shall show is chosen from the front backwards, as near to the filled-in scene as the layer before it
allows; then the colours are solved from the back forwards.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.layers import masks
from processing.imaging.layers.filling import filled
from processing.imaging.layers.over import WHOLE, Alpha, front_colours, laid_over, nearest_below
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGIN = 3
"""Pixels: this near to an edge the camera has mixed both sides; nothing is carried behind an edge from there."""


def split(photo: Pixels, nearness: "NDArray[np.float32]", count: int, softness: float) -> list[Pixels]:
    """``photo`` (H x W x 3) as ``count`` layers (H x W x 4) by ``nearness`` (H x W, 0 far to 1 near).

    ``softness`` (0..1 of the range of depth) is how wide edges fade. ValueError for less than two layers.
    """
    if count < 2:
        raise ValueError("A picture has at least two layers.")
    stack = masks.alphas(nearness, masks.cuts(nearness, count), softness)
    wanted = [_scene(photo, own, nearer) for own, nearer in pairwise(stack)]
    return solved(photo, wanted, stack)


def solved(photo: Pixels, wanted: Sequence[Pixels], stack: Sequence[Alpha]) -> list[Pixels]:
    """Layers with the alphas of ``stack`` (the first opaque) that show ``photo``; without their front ones they come
    as near to ``wanted`` (one for each layer but the last) as is possible."""
    shown = [photo]
    for goal, nearer in zip(reversed(wanted), reversed(stack), strict=False):
        shown.append(nearest_below(goal, shown[-1], nearer))
    shown.reverse()
    layers = [_with(shown[0], stack[0])]
    for below, goal, alpha in zip(shown, shown[1:], stack[1:], strict=False):
        layers.append(_with(front_colours(goal, below, alpha), alpha))
    return layers


def recomposed(layers: Sequence[Pixels]) -> Pixels:
    """What is seen (H x W x 3) when ``layers`` (H x W x 4, back to front, the first opaque) lie on each other."""
    seen = layers[0][..., :3]
    for layer in layers[1:]:
        seen = laid_over(layer[..., :3], seen, layer[..., 3])
    return seen


def _scene(photo: Pixels, own: Alpha, nearer: Alpha) -> Pixels:
    """The photo without what is nearer than this layer: behind it, this layer goes on."""
    kernel = np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)
    free = cv2.erode((nearer == 0).astype(np.uint8), kernel) > 0
    mine = free & (own == WHOLE)
    return filled(photo, mine if mine.any() else free, nearer > 0)


def _with(colours: Pixels, alpha: Alpha) -> Pixels:
    return np.asarray(cv2.merge([*cv2.split(colours), alpha]), np.uint8)
