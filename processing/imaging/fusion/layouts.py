"""Where each artwork lies on the sheet, and which part of the sheet is whose.

Layouts of one middle lay all artworks upon each other, pupil on pupil, and divide the sheet among them; the others put
them beside each other with an overlap, which the nearer one has.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Shares: TypeAlias = "NDArray[np.float32]"
"""N x H x W, 0..1: how much of each pixel belongs to each artwork; sums to at most 1."""

OVERLAP = 0.22
"""Of a diameter: so far neighbours reach into each other."""
ECLIPSED = 0.62
"""Of the iris' width from pupil to limbus: inside it is one artwork's, outside the other's."""


class Layout(StrEnum):
    FREE = "free"
    OVERLAP = "overlap"
    HALVES = "halves"
    QUARTERS = "quarters"
    ECLIPSE = "eclipse"
    YIN_YANG = "yin_yang"
    COLLISION = "collision"
    CLUSTER = "cluster"


ONE_MIDDLE = frozenset({Layout.HALVES, Layout.QUARTERS, Layout.ECLIPSE, Layout.YIN_YANG})
COUNTS = {
    Layout.FREE: (2, 4),
    Layout.OVERLAP: (2, 4),
    Layout.HALVES: (2, 2),
    Layout.QUARTERS: (2, 4),
    Layout.ECLIPSE: (2, 2),
    Layout.YIN_YANG: (2, 2),
    Layout.COLLISION: (2, 2),
    Layout.CLUSTER: (3, 4),
}
"""Fewest and most artworks of each."""


class WrongCount(ValueError):
    """The layout is for another number of artworks."""


@dataclass(frozen=True)
class Placement:
    """``x``, ``y`` of the middle and ``diameter`` as shares of the sheet's shorter side; ``angle`` in degrees,
    counter-clockwise."""

    x: float
    y: float
    diameter: float
    angle: float = 0.0


@dataclass(frozen=True)
class Plan:
    """The sheet's sides as ``aspect`` (width over height), and where each artwork lies on it."""

    aspect: float
    placements: tuple[Placement, ...]


def planned(layout: Layout, count: int, placements: tuple[Placement, ...] = ()) -> Plan:
    """The plan of ``count`` artworks; FREE takes the placements given. Raises WrongCount."""
    fewest, most = COUNTS[layout]
    if not fewest <= count <= most or (layout is Layout.FREE and len(placements) != count):
        raise WrongCount(f"{layout} is for {fewest} to {most} artworks, each with a place of its own.")
    if layout is Layout.FREE:
        return Plan(1.0, placements)
    if layout in ONE_MIDDLE:
        return Plan(1.0, (Placement(0.5, 0.5, 0.96),) * count)
    if layout is Layout.CLUSTER:
        return Plan(1.0, _ring(count))
    return _row(count)


def _row(count: int) -> Plan:
    step = 1 - OVERLAP
    width = 1 + (count - 1) * step
    return Plan(width, tuple(Placement(0.5 + number * step, 0.5, 0.96) for number in range(count)))


def _ring(count: int) -> tuple[Placement, ...]:
    """Round one middle, each a little into its neighbours."""
    half = math.sin(math.pi / count)
    # Neighbours' middles are 2 r sin(pi / n) apart, and lie (1 - OVERLAP) of a diameter from each other.
    diameter = 0.96 / (1 + (1 - OVERLAP) / half)
    radius = diameter * (1 - OVERLAP) / (2 * half)
    turns = (2 * math.pi * number / count - (math.pi / 2 if count == 3 else 0.75 * math.pi) for number in range(count))
    return tuple(Placement(0.5 + radius * math.cos(turn), 0.5 + radius * math.sin(turn), diameter) for turn in turns)


def divided(layout: Layout, plan: Plan, height: int, pupil: float = 0.3) -> Shares:
    """Whose each pixel of a sheet ``height`` pixels high is; ``pupil`` is the shared pupil over the limbus."""
    width = round(height * plan.aspect)
    short = min(height, width)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = (x + 0.5) / short, (y + 0.5) / short
    if layout in ONE_MIDDLE:
        return _parted(
            layout,
            len(plan.placements),
            np.stack([x, y]).astype(np.float32) - np.float32(0.5),
            plan.placements[0].diameter / 2,
            pupil,
        )
    distances = np.stack([
        np.hypot(x - place.x, y - place.y) / place.diameter for place in plan.placements
    ])  # fmt: skip
    if layout is Layout.COLLISION:
        distances[0] += _waves(y) / 2
        distances[1] -= _waves(y) / 2
    return _one_hot(distances.argmin(axis=0), len(plan.placements))


def _waves(along: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Where two meet they run into each other in tongues."""
    return np.asarray(0.05 * np.sin(along * 38) + 0.03 * np.sin(along * 91 + 1), np.float32)


def _parted(layout: Layout, count: int, at: "NDArray[np.float32]", radius: float, pupil: float) -> Shares:
    x, y = at
    if layout is Layout.HALVES:
        return _one_hot((x >= 0).astype(int), 2)
    if layout is Layout.QUARTERS:
        # Two artworks take opposite quarters, three leave the fourth to the first.
        quarter = ((np.arctan2(y, x) + math.pi) // (math.pi / 2)).astype(int) % 4
        return _one_hot(quarter % count, count)
    if layout is Layout.ECLIPSE:
        border = radius * (pupil + (1 - pupil) * ECLIPSED)
        return _one_hot((np.hypot(x, y) >= border).astype(int), 2)
    # Yin and yang: each half's head is a half circle of half the radius into the other's.
    other = x >= 0
    other = (other | (np.hypot(x, y + radius / 2) < radius / 2)) & ~(np.hypot(x, y - radius / 2) < radius / 2)
    return _one_hot(other.astype(int), 2)


def _one_hot(whose: "NDArray[np.int_]", count: int) -> Shares:
    return np.stack([(whose == number) for number in range(count)]).astype(np.float32)
