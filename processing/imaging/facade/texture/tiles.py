"""Any texture as a tile that repeats without a seam.

Light is evened out, a length is looked for after which the texture looks as it did, and where its end overlaps its
beginning both are joined along the cut that shows least (Efros & Freeman 2001), which itself closes from tile to tile.
Coarse differences fade over the whole overlap, fine ones change at the cut (Burt & Adelson 1983, with two bands).
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

AS_IT_WAS, CUT = "as it was", "period and cut"
GOOD = 1.5
"""Times the texture's own gradient: a seam no stronger is none."""
OVERLAP = 1 / 5
"""Of a side."""
SHORTEST = 1 / 2
"""Of a side: no tile is shorter."""
THRIFT = 0.35
"""How much worse a match may be for a tile that keeps all of the texture."""
DARK = 0.05
"""Added to values (0..1) before their logarithm, so that black is no infinite shadow."""
STRONGEST = 1.8
"""Times: light is evened out by at most so much."""
FLAT = 0.5
"""Grey levels: the least gradient that a texture is said to have."""
FEATHER = 1.2
"""Pixels."""
COARSE = 4
"""Seams are looked for in the texture as it is and so many times smaller, where those of light show."""


@dataclass(frozen=True)
class Seams:
    """Differences where the tile meets itself, over those between its own neighbours: (across, down) each.

    ``way``: AS_IT_WAS or CUT; ``cut``: the same of what was joined along the cuts inside the tile, None without cuts.
    """

    way: str
    before: tuple[float, float]
    after: tuple[float, float]
    cut: tuple[float, float] | None = None


def seamless(texture: Pixels) -> tuple[Pixels, dict[str, Any]]:
    """A tile (h x w x 3, no larger than ``texture``) that repeats without a seam, and its Seams, JSON-able."""
    before = seam(texture)
    if max(*before, *seam(_smaller(texture))) <= GOOD:
        return texture, asdict(Seams(AS_IT_WAS, before, before))
    even = evened(texture)
    down = _closed(even.transpose(1, 0, 2), wraps=False)
    both = _closed(down[0].transpose(1, 0, 2), wraps=True)
    tile = np.clip(np.rint(_quiet_edges(both[0])), 0, 255).astype(np.uint8)
    return tile, asdict(Seams(CUT, before, seam(tile), (both[1], down[1])))


def seam(tile: Pixels) -> tuple[float, float]:
    """(across, down): the mean absolute difference over the edge where ``tile`` (h x w x 3) meets itself, over the mean
    between neighbouring columns (rows) inside it."""
    values = tile.astype(np.float32)
    found = []
    for axis in (1, 0):
        inside = float(np.abs(np.diff(values, axis=axis)).mean()) if values.shape[axis] > 1 else 0.0
        over = np.abs(np.take(values, -1, axis) - np.take(values, 0, axis)).mean()
        found.append(round(float(over) / max(inside, FLAT), 3))
    return found[0], found[1]


def evened(texture: Pixels) -> "NDArray[np.float32]":
    """``texture`` (0..255) without the light's fall: each channel over a smooth surface of second order."""
    height, width = texture.shape[:2]
    small = np.asarray(cv2.resize(texture, (min(64, width), min(64, height)), interpolation=cv2.INTER_AREA), np.uint8)
    logs = np.log(small.reshape(-1, 3).astype(np.float64) / 255 + DARK)
    factors = np.linalg.lstsq(_surface(*small.shape[:2]), logs, rcond=None)[0]
    fall = (_surface(height, width)[:, 1:] @ factors[1:]).reshape(height, width, 3)
    fall -= fall.mean(axis=(0, 1))
    gain = np.exp(-np.clip(fall, -np.log(STRONGEST), np.log(STRONGEST)))
    return np.clip((texture / 255 + DARK) * gain - DARK, 0, 1).astype(np.float32) * np.float32(255)


def _surface(height: int, width: int) -> "NDArray[np.float32]":
    """(height * width) x 6: 1, x, y, x², xy, y² of each pixel, x and y from -1 to 1."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (2 * x.ravel() + 1) / width - 1, (2 * y.ravel() + 1) / height - 1
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _closed(picture: "NDArray[np.float32]", wraps: bool) -> "tuple[NDArray[np.float32], float]":
    """``picture`` (h x w x 3) shortened so that its right edge goes on at its left, and how strong the cut shows.

    ``wraps``: its top and bottom meet already, and still do afterwards.
    """
    picture = np.ascontiguousarray(picture)
    width = picture.shape[1]
    overlap = max(4, round(OVERLAP * width))
    period = _period(picture, overlap)
    begin, end = picture[:, :overlap], picture[:, period : period + overlap]
    path = cheapest(np.square(begin - end).sum(axis=2), wraps)
    joined = picture[:, :period].copy()
    joined[:, :overlap] = _joined(picture, overlap, period, path, wraps)
    return joined, _shown(begin, end, path)


def _period(picture: "NDArray[np.float32]", overlap: int) -> int:
    """After how many pixels ``picture`` looks most as at its beginning: from SHORTEST of it to all but ``overlap``."""
    first = round(SHORTEST * picture.shape[1])
    match = cv2.matchTemplate(picture[:, first:], picture[:, :overlap], cv2.TM_SQDIFF)[0]
    match = np.maximum(match, 0)
    kept = np.linspace(1 + THRIFT, 1, len(match))
    return first + int(((match + 1e-3 * match.max()) * kept).argmin())


def cheapest(cost: "NDArray[np.float32]", wraps: bool) -> "NDArray[np.int64]":
    """h columns, one for each row of ``cost`` (h x w): the way from top to bottom, at most one column aside a row, over
    which the sum is least; with ``wraps`` the last meets the first."""
    # Ways along the rims would leave no room to fade.
    rim = np.full((len(cost), 1), 4 * float(cost.max()) + 1, np.float32)
    walled = np.concatenate([rim, cost[:, 1:-1], rim], axis=1)
    if not wraps:
        return _way(walled, None)
    thrice = _way(np.concatenate([walled] * 3), None)
    return _way(walled, int(thrice[len(cost)]))


def _way(cost: "NDArray[np.float32]", through: int | None) -> "NDArray[np.int64]":
    """The cheapest way; from ``through`` to beside it when it is given."""
    height, width = cost.shape
    total = cost.astype(np.float64)
    if through is not None:
        total[0] = np.inf
        total[0, through] = cost[0, through]
    aside = np.full(width + 2, np.inf)
    for row in range(1, height):
        aside[1:-1] = total[row - 1]
        total[row] += np.minimum(np.minimum(aside[:-2], aside[2:]), aside[1:-1])
    last = total[-1].copy()
    if through is not None:
        last[np.abs(np.arange(width) - through) > 1] = np.inf
    way = np.empty(height, np.int64)
    way[-1] = last.argmin()
    for row in range(height - 2, -1, -1):
        near = np.arange(max(0, way[row + 1] - 1), min(width, way[row + 1] + 2))
        way[row] = near[total[row, near].argmin()]
    return way


def _joined(
    picture: "NDArray[np.float32]", overlap: int, period: int, path: "NDArray[np.int64]", wraps: bool
) -> "NDArray[np.float32]":
    """The overlap: what lies after ``period`` left of the path, the beginning right of it."""
    begin, end = picture[:, :overlap], picture[:, period : period + overlap]
    sharp = (np.arange(overlap)[None, :] >= path[:, None]).astype(np.float32)
    sharp = _soft(sharp[..., None], FEATHER, wraps)[..., None]
    ramp = np.linspace(0, 1, overlap, dtype=np.float32)[None, :, None]
    ramp = ramp * ramp * (3 - 2 * ramp)
    coarse = _soft(picture, overlap / 8, wraps)
    low_begin, low_end = coarse[:, :overlap], coarse[:, period : period + overlap]
    low = low_end + (low_begin - low_end) * ramp
    fine = (end - low_end) * (1 - sharp) + (begin - low_begin) * sharp
    return np.asarray(low + fine, np.float32)


def _soft(field: "NDArray[np.float32]", reach: float, wraps: bool) -> "NDArray[np.float32]":
    """A Gaussian of deviation ``reach`` pixels; over top and bottom where they meet."""
    margin = min(len(field), int(4 * reach) + 1) if wraps else 0
    padded = np.concatenate([field[len(field) - margin :], field, field[:margin]])
    soft = cv2.GaussianBlur(padded, (0, 0), reach, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft[margin : margin + len(field)], np.float32)


def _shown(begin: "NDArray[np.float32]", end: "NDArray[np.float32]", path: "NDArray[np.int64]") -> float:
    """By how much both differ where they are joined, over the differences between neighbouring columns."""
    apart = np.abs(begin - end).mean(axis=2)[np.arange(len(path)), path].mean()
    return round(float(apart) / max(float(np.abs(np.diff(begin, axis=1)).mean()), FLAT), 3)


def _quiet_edges(tile: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """The same repeating picture, its edges moved to where it changes least: a joint on the very edge shows more when
    tiles are scaled."""
    for axis in (1, 0):
        steps = np.abs(tile - np.roll(tile, 1, axis)).mean(axis=(1 - axis, 2))
        tile = np.roll(tile, -int(steps.argmin()), axis)
    return tile


def _smaller(texture: Pixels) -> Pixels:
    height, width = texture.shape[:2]
    size = (max(2, width // COARSE), max(2, height // COARSE))
    return np.asarray(cv2.resize(texture, size, interpolation=cv2.INTER_AREA), np.uint8)
