"""Where each layer is: cut by depth, with soft edges, each including everything nearer."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from processing.imaging.layers.over import WHOLE, Alpha

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 256


def cuts(nearness: "NDArray[np.float32]", count: int) -> list[float]:
    """``count`` - 1 rising limits that part ``nearness`` (H x W, 0 far to 1 near) into groups as alike as can be.

    The least sum of squares within groups over a histogram, found exactly (Fisher 1958, by dynamic programming).
    """
    bins = np.minimum(nearness.ravel() * np.float32(BINS), BINS - 1).astype(np.uint8)
    weights = np.bincount(bins, minlength=BINS).astype(np.float64)
    places = (np.arange(BINS) + 0.5) / BINS
    sums = [np.concatenate([[0], np.cumsum(weights * places**power)]) for power in (0, 1, 2)]
    first, last = np.meshgrid(np.arange(BINS), np.arange(1, BINS + 1), indexing="ij")
    mass, moment, square = (total[last] - total[first] for total in sums)
    unlike = np.where(last > first, square - moment**2 / np.maximum(mass, 1e-9), np.inf)
    best, ends = unlike[0], []
    for _ in range(count - 1):
        ways = best[:-1, None] + unlike[1:]
        ends.append(ways.argmin(axis=0) + 1)
        best = ways.min(axis=0)
    found, end = [], BINS
    for at in reversed(ends):
        end = int(at[end - 1])
        found.append(_middle(weights, end))
    return found[::-1]


def _middle(weights: "NDArray[np.float64]", end: int) -> float:
    """Where two groups lie apart, the limit is half way between them; ``end``: the first bin of the nearer one."""
    farther, nearer = np.flatnonzero(weights[:end]), np.flatnonzero(weights[end:])
    last = int(farther[-1]) + 1 if len(farther) else end
    first = end + int(nearer[0]) if len(nearer) else end
    return (last + first) / 2 / BINS


def alphas(nearness: "NDArray[np.float32]", limits: Sequence[float], softness: float) -> list[Alpha]:
    """One for each layer, back to front: opaque everywhere, then where it is nearer than each limit.

    ``softness`` (of the whole range of depth) is how wide an edge fades. Each lies within the one before, so that what
    moves in front uncovers no hole.
    """
    made = [np.full(nearness.shape, WHOLE, np.uint8)]
    for limit in limits:
        share = np.clip((nearness - limit) / max(softness, 1e-6) + 0.5, 0, 1)
        smooth = np.rint(WHOLE * share * share * (3 - 2 * share)).astype(np.uint8)
        made.append(np.minimum(smooth, made[-1]))
    return made


def coverage(stack: Sequence[Alpha]) -> list[float]:
    """How much of the picture each layer is to be seen in, 0..1; together 1."""
    through, shares = np.ones(stack[0].shape, np.float32), [1.0]
    for alpha in reversed(stack):
        through *= 1 - alpha * np.float32(1 / WHOLE)
        shares.append(float(through.mean(dtype=np.float64)))
    return [before - after for before, after in pairwise(shares)][::-1]
