"""A texture on a wall: tiled in the wall's perspective, lit as the photo is, with soft edges."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.depth.guided import along_edges
from processing.imaging.facade.light import lightness, linear, srgb
from processing.imaging.facade.plane.rectify import Plane
from processing.imaging.facade.texture.tiling import Tiling
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRIP = 128
"""Rows painted at once, which bounds the memory a large photo takes."""
PROBES = 4
"""At most so many places are averaged along the longer side of what a pixel sees."""
EDGES = 1 / 300
"""Of the longest edge: how far the mask's edge may move to the photo's."""
FIRMNESS = 2.4
"""The mask's edge is this much steeper than the share it is made of."""


@dataclass(frozen=True, eq=False)
class Covering:
    """A ``texture`` (h x w x 3, repeating) laid as ``tiles`` on the wall in ``plane``."""

    texture: Pixels
    tiles: Tiling
    plane: Plane

    def from_photo(self) -> "NDArray[np.float64]":
        """3 x 3 from pixels of the photo to pixels of the texture (whole numbers are their centres)."""
        across, down = self.texture.shape[1] / self.tiles.width, self.texture.shape[0] / self.tiles.height
        left, bottom = -across * self.tiles.left - 0.5, -down * self.tiles.bottom - 0.5
        return np.asarray(np.array([[across, 0, left], [0, down, bottom], [0, 0, 1]]) @ self.plane.homography)


@dataclass(frozen=True, eq=False)
class Seen:
    """Where pixels look on the texture: ``s`` right and ``t`` down in its pixels; ``longer`` and ``shorter`` are the
    sides (2 x h x w and h x w) of what one pixel covers there; ``ahead`` says whether it looks at the wall at all."""

    s: "NDArray[np.float32]"
    t: "NDArray[np.float32]"
    longer: "NDArray[np.float32]"
    shorter: "NDArray[np.float32]"
    ahead: "NDArray[np.bool_]"


def soft_edges(share: "NDArray[np.float32]", photo: Pixels) -> "NDArray[np.float32]":
    """How much of each pixel is painted, 0..1 (H x W): ``share`` with its edges at those of ``photo``."""
    radius = max(1, round(EDGES * max(share.shape)))
    drawn = along_edges(share, lightness(photo), radius, 1e-3)
    return np.asarray(np.clip((drawn - np.float32(0.5)) * np.float32(FIRMNESS) + np.float32(0.5), 0, 1), np.float32)


def painted(photo: Pixels, alpha: "NDArray[np.float32]", light: "NDArray[np.float32]", covering: Covering) -> Pixels:
    """``photo`` (H x W x 3) with ``covering`` on its wall: ``alpha`` (H x W, 0..1) of each pixel, ``light`` times as
    bright (H x W). Mixed in linear light; where ``alpha`` is 0 the photo stays as it is.
    """
    result = photo.copy()
    levels = pyramid(covering.texture)
    to_texture = covering.from_photo()
    for top in range(0, len(photo), STRIP):
        rows = slice(top, min(top + STRIP, len(photo)))
        columns = np.flatnonzero(alpha[rows].any(axis=0))
        if not len(columns):
            continue
        here = (rows, slice(int(columns[0]), int(columns[-1]) + 1))
        seen = looked_at(to_texture, here[1].start, top, alpha[here].shape)
        paint = sampled(levels, seen) * light[here][..., None]
        part = (alpha[here] * seen.ahead)[..., None]
        under = photo[here]
        mixed = srgb(linear(under) * (1 - part) + paint * part)
        result[here] = np.where(part > 0, mixed, under)
    return result


def pyramid(texture: Pixels) -> "list[NDArray[np.float32]]":
    """``texture`` in linear light, then halved again and again to one pixel: a mip map (Williams 1983)."""
    levels = [linear(texture)]
    while max(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        size = (max(1, width // 2), max(1, height // 2))
        levels.append(np.asarray(cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA), np.float32))
    return levels


def looked_at(to_texture: "NDArray[np.float64]", left: int, top: int, shape: tuple[int, ...]) -> Seen:
    """For the ``shape`` (h, w) pixels from ``left``, ``top``: their places by the homography and its derivatives."""
    x = np.arange(left, left + shape[1], dtype=np.float64)[None, :]
    y = np.arange(top, top + shape[0], dtype=np.float64)[:, None]
    one, two, far = (row[0] * x + row[1] * y + row[2] for row in to_texture)
    ahead = far > 1e-9
    far = np.where(ahead, far, 1.0)
    s, t = one / far, two / far
    along = [((row[at] - place * to_texture[2, at]) / far).astype(np.float32)
             for at in (0, 1) for row, place in ((to_texture[0], s), (to_texture[1], t))]  # fmt: skip
    across, down = np.stack(along[:2]), np.stack(along[2:])
    wide, tall = np.hypot(*across), np.hypot(*down)
    longer = np.where(wide >= tall, across, down)
    return Seen(s.astype(np.float32), t.astype(np.float32), longer, np.minimum(wide, tall), ahead)


def sampled(levels: "list[NDArray[np.float32]]", seen: Seen) -> "NDArray[np.float32]":
    """h x w x 3 linear light: what each pixel sees of the texture, which repeats.

    Trilinear between two levels of the pyramid, at several places along the longer side of the pixel's footprint, so
    that a wall seen at an angle is not blurred across (after McCormack et al. 1999).
    """
    long = np.hypot(*seen.longer)
    ratio = np.percentile(long / np.maximum(seen.shorter, 1e-6), 90)
    probes = int(np.clip(np.ceil(ratio - 0.25), 1, PROBES))
    level = np.log2(np.maximum(np.maximum(seen.shorter, long / probes), 1))
    level = np.minimum(level, len(levels) - 1)
    total = np.zeros((*level.shape, 3), np.float32)
    for probe in range(probes):
        off = np.float32((probe + 0.5) / probes - 0.5)
        total += _trilinear(levels, seen.s + off * seen.longer[0], seen.t + off * seen.longer[1], level)
    return np.asarray(total / np.float32(probes), np.float32)


def _trilinear(
    levels: "list[NDArray[np.float32]]",
    s: "NDArray[np.float32]",
    t: "NDArray[np.float32]",
    level: "NDArray[np.float32]",
) -> "NDArray[np.float32]":
    height, width = levels[0].shape[:2]
    across, down = np.mod(s + np.float32(0.5), width) / width, np.mod(t + np.float32(0.5), height) / height
    total = np.zeros((*s.shape, 3), np.float32)
    for number in range(int(level.min()), min(int(np.ceil(level.max())), len(levels) - 1) + 1):
        weight = np.maximum(np.float32(0), 1 - np.abs(level - np.float32(number))).astype(np.float32)
        if not weight.any():
            continue
        rows, columns = levels[number].shape[:2]
        at = (across * columns - np.float32(0.5), down * rows - np.float32(0.5))
        seen = cv2.remap(levels[number], *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        total += seen.reshape(total.shape) * weight[..., None]
    return total
