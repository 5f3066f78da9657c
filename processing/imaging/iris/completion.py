"""What a lid or a lamp hides of an iris, completed with the iris' own texture from the same radius at other angles.

On the unrolled strip a fibre is a column and an iris looks alike all the way round, so a hidden stretch is covered by
other stretches, turned into place. Which ones is decided for all hidden columns at once, so that seams lie where both
sides agree (dynamic programming over columns, after Efros & Freeman 2001, "Image quilting"). What changes slowly
(light, tint) stays the place's own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.iris.sheet import wrapped

if TYPE_CHECKING:
    from numpy.typing import NDArray

Strip: TypeAlias = "NDArray[np.float32]"
"""Height x width x 3, float32; the right end continues at the left."""
Seen: TypeAlias = "NDArray[np.bool_]"
"""Height x width: pixels that show the iris."""

COLUMNS = 256
ROWS = 48
# What a wholly hidden donor costs, a seam before it is looked at, and a column that differs from what is seen of its
# place (fibres go on beneath the light: what is seen of one says most about the rest of it); in units of how unlike two
# columns are on average. Long stretches keep fibres together.
HIDDEN_COST = 1000.0
SEAM_COST = 12.0
OWN_COST = 10.0
# Slow changes: blurred over this share of the turn and of the depth.
SLOW_AROUND, SLOW_DEEP = 1 / 28, 1 / 10
SEAM_WIDTH = 1 / 100
SLOW_SIZE = (256, 64)
# A blur's sigma in pixels, at least, before fewer pixels do.
FINEST = 2.5
# A depth of which less is seen than this share of the turn has no mean of its own.
LEAST_SEEN = 0.25
# How far beside a hole its filling is compared, how far that is carried (both in 1/1024 of the turn), what counts at
# most (grey levels: more is another lamp), and how much of a neighbourhood must say so.
RIM, REACHES, MOST_LACKING, ENOUGH = 3, (2.0, 6.0, 18.0), 12.0, 0.1


@dataclass(frozen=True)
class Stretch:
    """Columns ``start`` to ``stop`` (which may pass the end of the strip) come from ``shift`` columns further."""

    start: int
    stop: int
    shift: int


def completed(strip: Strip, seen: Seen, feather: float = 1 / 160, strength: float = 1.0) -> Strip:
    """``strip`` with its unseen pixels filled; seen ones change only within ``feather`` (share of the width) of a
    hole. ``strength``: of the borrowed texture. Nothing seen: as it was."""
    if seen.all() or not seen.any():
        return strip
    slow = slow_part(strip, seen)
    quick = strip - slow
    filled, known = strip, seen
    rim, compared = np.zeros_like(strip), np.zeros_like(seen)
    for attempt in range(3):
        donors, there = _assembled(quick, known, stretches(quick, known))
        donors *= np.float32(strength)
        # Seen pixels at a hole's rim fade into what is put beside them first.
        if attempt == 0:
            rim, compared = donors, there & seen
        filled = np.where((~known & there)[..., None], donors + slow, filled)
        known = known | there
        if known.all():
            break
        quick = filled - slow
    filled = np.where(known[..., None], filled, slow)
    differ = strip - rim - slow
    filled += _lacking(differ, compared, ~seen)
    differ *= _softened(~seen, max(feather * strip.shape[1], 1.0))[..., None]
    return np.asarray(np.where(seen[..., None], strip - differ, filled), np.float32)


def _lacking(differ: Strip, compared: Seen, hole: Seen) -> Strip:
    """What the filling lacks at the hole's rim, where it can be ``compared`` with what is seen, carried inwards: the
    farther, the smoother. No border shows, and light that goes on around a hole goes on in it."""
    scale = hole.shape[1] / 1024
    rim = max(1, round(RIM * scale))
    near = cv2.dilate(hole.astype(np.uint8), np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)) > 0
    weight = (compared & near)[..., None].astype(np.float32)
    shown = np.clip(differ, -MOST_LACKING, MOST_LACKING) * weight
    return np.asarray(_carried(shown, weight, tuple(reach * scale for reach in REACHES)) * hole[..., None], np.float32)


def _carried(shown: Strip, weight: "NDArray[np.float32]", reaches: tuple[float, ...]) -> Strip:
    """Weighted means within the first of ``reaches``; where that holds too little, within the next ones."""
    if not reaches:
        return np.zeros_like(shown)
    # What is smooth needs few pixels.
    step = max(1, int(reaches[0] / FINEST))
    shown, weight, full = _shrunk(shown, step), _shrunk(weight, step), weight.shape
    reach, *farther = (each / step for each in reaches)
    total = _blurred(weight, reach, reach)
    mean = _blurred(shown, reach, reach) / np.maximum(total, 1e-4)
    rest = _carried(shown, weight, tuple(farther))
    lacking = rest + (mean - rest) * np.clip(total / ENOUGH, 0, 1)
    return _enlarged(lacking, full[1], full[0]) if step > 1 else lacking


def _shrunk(field: "NDArray[np.float32]", step: int) -> "NDArray[np.float32]":
    if step == 1:
        return field
    height, width, planes = field.shape
    size = (max(1, width // step), max(1, height // step))
    small = cv2.resize(field, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(size[1], size[0], planes)


def slow_part(strip: Strip, seen: Seen) -> Strip:
    """The strip (of any number of bands) without its texture, also where nothing is seen: weighted means, from farther
    away where need be."""
    height, width = seen.shape
    # What is slow needs few pixels.
    size = (min(SLOW_SIZE[0], width), min(SLOW_SIZE[1], height))
    shares = seen.astype(np.float32)
    weight = np.asarray(cv2.resize(shares, size, interpolation=cv2.INTER_AREA), np.float32)[..., None]
    shown = np.asarray(cv2.resize(strip * seen[..., None], size, interpolation=cv2.INTER_AREA), np.float32)
    shown = shown.reshape(size[1], size[0], strip.shape[2])
    slow, trust = np.zeros_like(shown), np.zeros_like(weight)
    for times in (1.0, 3.0, 9.0):
        around, deep = SLOW_AROUND * times * size[0], SLOW_DEEP * min(times, 3.0) * size[1]
        total = _blurred(weight, around, deep)
        mean = _blurred(shown, around, deep) / np.maximum(total, 1e-4)
        share = np.clip(total / 0.25, 0, 1) * (1 - trust)
        slow, trust = slow + mean * share, trust + share
    mean = shown.sum(axis=(0, 1)) / max(float(weight.sum()), 1e-4)
    even = _enlarged(slow + mean * (1 - trust), width, height)
    return np.asarray(even + _by_depth(strip - even, seen), np.float32)


def _by_depth(quick: Strip, seen: Seen) -> "NDArray[np.float32]":
    """Height x 1 x 3: what is the same all the way round, like the dark rim of a pupil; 0 where little is seen."""
    count = np.count_nonzero(seen, axis=1).astype(np.float32)[:, None]
    mean = np.einsum("ijk,ij->ik", quick, seen.astype(np.float32)) / np.maximum(count, 1)
    return np.asarray(mean * np.clip(count / (LEAST_SEEN * seen.shape[1]), 0, 1), np.float32)[:, None]


def _enlarged(field: "NDArray[np.float32]", width: int, height: int) -> "NDArray[np.float32]":
    """Something smooth on a ring of fewer columns and rows, in full size."""
    margin = 2
    step = width / field.shape[1]
    size = (round(width + 2 * margin * step), height)
    large = cv2.resize(wrapped(field, margin), size, interpolation=cv2.INTER_LINEAR)
    start = round(margin * step)
    return np.asarray(large[:, start : start + width], np.float32).reshape(height, width, field.shape[2])


def _blurred(field: "NDArray[np.float32]", around: float, deep: float) -> "NDArray[np.float32]":
    """Gaussian blur of a strip by ``around`` columns and ``deep`` rows (sigmas)."""
    margin = min(int(3 * around) + 1, field.shape[1])
    soft = cv2.GaussianBlur(wrapped(field, margin), (0, 0), sigmaX=around, sigmaY=deep, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft[:, margin:-margin], np.float32).reshape(field.shape)


def stretches(texture: Strip, seen: Seen) -> list[Stretch]:
    """From where each hidden run of columns is best covered."""
    width = texture.shape[1]
    columns = min(COLUMNS, width)
    size = (columns, min(ROWS, texture.shape[0]))
    small = cv2.resize(texture * seen[..., None], size, interpolation=cv2.INTER_AREA)
    shown = cv2.resize(seen.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.98
    bins = np.linspace(0, width, columns + 1).round().astype(int)
    found = []
    costs = _Costs.of(np.asarray(small, np.float32), np.asarray(shown))
    for start, stop in _runs(np.asarray(~shown.all(axis=0))):
        donors = costs.best(start, stop)
        for first, last in _pieces(donors):
            at, here = start + first, start + last
            shift = int(bins[donors[first]] - bins[at % columns])
            found.append(Stretch(_place(at, bins, columns), _place(here, bins, columns), shift))
    return found


def _place(column: int, bins: "NDArray[np.int_]", columns: int) -> int:
    return int(bins[column % columns]) + (column // columns) * int(bins[-1])


@dataclass(frozen=True, eq=False)
class _Costs:
    """``own[j, k]``: what it costs to put column k at column j; ``seam[k, m]``: to have m where k would continue."""

    own: "NDArray[np.float32]"
    seam: "NDArray[np.float32]"

    @classmethod
    def of(cls, small: Strip, shown: Seen) -> "_Costs":
        rows = shown.shape[0]
        texture = small.transpose(1, 0, 2)
        seen = shown.T.astype(np.float32)
        hidden = (1 - seen) @ (1 - seen.T).astype(np.float32)
        # Mean square difference over the rows both columns show.
        weight = np.maximum(seen @ seen.T, 1)
        square = (np.square(texture).sum(axis=2) * seen) @ seen.T
        cross = sum((texture[..., band] * seen) @ (texture[..., band] * seen).T for band in range(3))
        unlike = np.maximum(square + square.T - 2 * cross, 0) / weight
        unlike = unlike / max(float(unlike.mean()), 1e-3)
        own = HIDDEN_COST * hidden / rows + OWN_COST * unlike
        seam = np.roll(unlike, -1, axis=0) + SEAM_COST
        columns = np.arange(len(seen))
        seam[columns, (columns + 1) % len(seen)] = 0
        return cls(own.astype(np.float32), seam.astype(np.float32))

    def best(self, start: int, stop: int) -> list[int]:
        """The donor of each column from ``start`` to ``stop`` (may pass the end): Viterbi."""
        count = len(self.own)
        total = self.own[start % count] + self.seam[(start - 1) % count]
        back = []
        for column in range(start + 1, stop):
            ways = total[:, None] + self.seam
            before = ways.argmin(axis=0)
            back.append(before)
            total = ways[before, np.arange(count)] + self.own[column % count]
        total = total + self.seam[:, stop % count]
        donors = [int(total.argmin())]
        for before in reversed(back):
            donors.append(int(before[donors[-1]]))
        return donors[::-1]


def _runs(hidden: "NDArray[np.bool_]") -> list[tuple[int, int]]:
    """(start, stop) of each run of True on a ring; stop may pass the end."""
    count = len(hidden)
    if hidden.all():
        return [(0, count)]
    first = int(np.argmin(hidden))
    turned = np.roll(hidden, -first).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], turned, [0]])))
    return [(int(start) + first, int(stop) + first) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _pieces(donors: list[int]) -> list[tuple[int, int]]:
    """(first, last + 1) of each stretch whose donors follow each other."""
    cuts = [index for index in range(1, len(donors)) if donors[index] != donors[index - 1] + 1]
    return list(zip([0, *cuts], [*cuts, len(donors)], strict=True))


def _assembled(texture: Strip, seen: Seen, found: list[Stretch]) -> tuple[Strip, Seen]:
    """The stretches laid side by side, fading into each other at the seams, and where they have something to show."""
    width = texture.shape[1]
    margin = max(2, round(SEAM_WIDTH * width))
    total = np.zeros_like(texture)
    weight = np.full((*seen.shape, 1), 1e-6, np.float32)
    there = np.zeros_like(seen)
    for stretch in found:
        columns = np.arange(stretch.start - margin, min(stretch.stop + margin, stretch.start - margin + width))
        ramp = np.minimum(columns - columns[0] + 1, columns[-1] - columns + 1) / (2 * margin)
        to, origin = columns % width, (columns + stretch.shift) % width
        shown = seen[:, origin]
        share = (np.clip(ramp, 0, 1)[None, :] * shown)[..., None].astype(np.float32)
        total[:, to] += texture[:, origin] * share
        weight[:, to] += share
        inner = slice(margin, margin + stretch.stop - stretch.start)
        there[:, to[inner]] |= shown[:, inner]
    total /= weight
    return total, there


def _softened(hole: Seen, reach: float) -> "NDArray[np.float32]":
    """1 in the hole, falling to 0 within ``reach`` pixels of it."""
    margin = min(int(reach) + 2, hole.shape[1])
    away = cv2.distanceTransform(wrapped((~hole).astype(np.uint8), margin), cv2.DIST_L2, 3)
    share = np.clip(1 - np.asarray(away)[:, margin:-margin] / reach, 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)
