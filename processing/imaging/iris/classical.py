"""The classical engine: no learning, only edges. Cross-check of the network, and its stand-in.

Centres by radial symmetry (Loy & Zelinsky 2003), circles by the integro-differential operator (Daugman 1993), pupil
and limbus searched as ONE pair: the limbus alone locks onto the pupil. Then edge rays and ellipses, and lids as
parabolas (Masek 2003).
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.iris.geometry import IRIS, Ellipse, IrisGeometry, Lid, Segmentation, draw_mask
from processing.imaging.iris.refinement import pulled
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "classical-limbus-1"
WORKING_WIDTH = 420
"""Pixels: larger pictures have edges that are none of an eye's."""
CENTRES = 28
ANGLES = 128
# Radii in shares of the working width.
SMALLEST, LARGEST = 0.05, 0.42
RATIO = (0.15, 0.72)
USUAL_LIMBUS, SPREAD_OF_LIMBUS = 0.19, 0.75
LEAST_SCORE = 1.0
# The weaker side of a pupil's edge counts so many times.
BOTH_SIDES = 2.0
# How strong a lid's edge must be in grey levels, and how many spreads what lies behind it must differ from the iris.
LID_EDGE, UNLIKE = 8.0, 2.2


@dataclass(frozen=True)
class Pair:
    """Two circles with one centre, in working pixels, and how much speaks for them."""

    x: float
    y: float
    pupil: float
    limbus: float
    score: float


def segment(photo: Pixels) -> Segmentation | None:
    """The iris of ``photo`` (H x W x 3 RGB uint8, upright), or None when no pair of circles stands out."""
    height, width = photo.shape[:2]
    scale = WORKING_WIDTH / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    if min(size) < 40:
        return None
    grey = _worked_on(photo, size)
    best = max((_paired(grey, x, y) for x, y in _centres(grey)), key=lambda pair: pair.score, default=None)
    if best is None or best.score < LEAST_SCORE:
        return None
    best = _climbed(grey, best)
    geometry = _outlined(grey, best)
    large = geometry.scaled(width / size[0])
    confidence = float(np.clip(1 - math.exp(-best.score / 3), 0, 1))
    return Segmentation(draw_mask(large, height, width), large, NAME, confidence)


def _worked_on(photo: Pixels, size: tuple[int, int]) -> "NDArray[np.float32]":
    """Red tells brown from skin and white best; opening closes lamps."""
    small = cv2.resize(photo[..., :3], size, interpolation=cv2.INTER_AREA)
    red = np.ascontiguousarray(small[..., 0])
    opened = cv2.morphologyEx(red, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    lamps = (red.astype(int) - opened > 40).astype(np.uint8)
    filled = np.where(cv2.dilate(lamps, np.ones((5, 5), np.uint8)) > 0, opened, red)
    return np.asarray(cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 1.2))


def _centres(grey: "NDArray[np.float32]") -> list[tuple[float, float]]:
    """Where dark discs may have their middle: every edge votes along its normal, at several radii."""
    across, down = cv2.Scharr(grey, cv2.CV_32F, 1, 0), cv2.Scharr(grey, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    rows, columns = np.nonzero(strength > np.percentile(strength, 75))
    power = strength[rows, columns]
    x, y = across[rows, columns] / power, down[rows, columns] / power
    # Lids lie across and outnumber all: edges at the sides weigh more.
    weight = np.log1p(power) * (0.35 + np.square(x))
    total = np.zeros(grey.shape, np.float32)
    for radius in np.geomspace(SMALLEST / 3, LARGEST, 18) * WORKING_WIDTH:
        at_x, at_y = np.rint(columns - radius * x).astype(int), np.rint(rows - radius * y).astype(int)
        inside = (at_x >= 0) & (at_y >= 0) & (at_x < grey.shape[1]) & (at_y < grey.shape[0])
        flat = at_y[inside] * grey.shape[1] + at_x[inside]
        votes = np.bincount(flat, weight[inside], grey.size).reshape(grey.shape).astype(np.float32)
        soft = np.asarray(cv2.GaussianBlur(votes, (0, 0), max(2.0, radius / 12)))
        total += np.square(soft / max(float(soft.max()), 1e-6))
    return _peaks(total)


def _peaks(votes: "NDArray[np.float32]") -> list[tuple[float, float]]:
    found = []
    left = votes.copy()
    for _ in range(CENTRES):
        _, most, _, (x, y) = cv2.minMaxLoc(left)
        if most <= 0:
            break
        found.append((float(x), float(y)))
        cv2.circle(left, (x, y), 6, (0,), -1)
    return found


def _profiles(grey: "NDArray[np.float32]", x: float, y: float) -> "NDArray[np.float32]":
    """4 x radii (1 px steps), mean brightness: at the sides only, all around, right, and left."""
    angle = np.arange(ANGLES) * (2 * math.pi / ANGLES)
    radius = np.arange(round(1.25 * LARGEST * WORKING_WIDTH) + 4)
    across = (x + np.outer(np.cos(angle), radius)).astype(np.float32)
    down = (y + np.outer(np.sin(angle), radius)).astype(np.float32)
    # Not cv2.warpPolar: beyond the picture it leaves whatever lay in memory.
    polar = cv2.remap(grey, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    sides = (np.abs(np.sin(angle - 0.15)) < 0.62) | (np.abs(np.sin(angle + 0.15)) < 0.5)
    right = np.cos(angle) > 0.5
    rows = [polar[sides], polar, polar[right], polar[np.roll(right, ANGLES // 2)]]
    return np.stack([row.mean(axis=0) for row in rows]).astype(np.float32)


def _paired(grey: "NDArray[np.float32]", x: float, y: float) -> Pair:
    """The best pupil and limbus about one centre."""
    profiles = _profiles(grey, x, y)
    slope = np.gradient(profiles, axis=1).astype(np.float32)
    rise = np.asarray(cv2.GaussianBlur(slope, (0, 0), sigmaX=2, sigmaY=0.01), np.float32)
    best = Pair(x, y, 1, 2, -1.0)
    room = min(x, y, grey.shape[1] - 1 - x, grey.shape[0] - 1 - y)
    outer = [r for r in _tops(rise[0]) if SMALLEST * WORKING_WIDTH <= r <= LARGEST * WORKING_WIDTH]
    inner = _tops(rise[1])
    for limbus in outer:
        # A circle that leaves the picture on several sides is none of an eye's.
        if limbus > room + 0.5 * limbus:
            continue
        for pupil in (r for r in inner if RATIO[0] <= r / limbus <= RATIO[1]):
            score = _score(profiles, rise, pupil, limbus)
            if score > best.score:
                best = Pair(x, y, pupil, limbus, score)
    return best


def _tops(rise: "NDArray[np.float32]") -> list[int]:
    """Radii of the strongest local maxima."""
    middle = rise[1:-1]
    at = 1 + np.flatnonzero((middle > 0.15) & (middle >= rise[:-2]) & (middle > rise[2:]))
    return [int(r) for r in at[np.argsort(rise[at])[::-1]][:8] if r >= 4]


def _score(profiles: "NDArray[np.float32]", rise: "NDArray[np.float32]", pupil: int, limbus: int) -> float:
    """Contrast of both edges (compressed), darkness in the right order, and a size that is usual."""
    hole = float(profiles[1][: max(int(0.8 * pupil), 2)].mean())
    ring = float(profiles[0][int(1.15 * pupil) : max(int(0.92 * limbus), int(1.15 * pupil) + 1)].mean())
    white = float(profiles[0][int(1.06 * limbus) : int(1.25 * limbus) + 1].mean())
    if hole >= ring or ring >= white:
        return -1.0
    # A pupil ends on both sides: a circle beside it touches its edge on one.
    both = min(float(rise[1][pupil]), BOTH_SIDES * float(rise[2:, max(pupil - 2, 0) : pupil + 3].max(axis=1).min()))
    edges = 0.8 * math.log1p(max(both, 0.0)) + 1.3 * math.log1p(float(rise[0][limbus]))
    order = 0.5 * math.log1p((ring - hole) / 8) + 0.7 * math.log1p((white - ring) / 8)
    dark = 1.5 * (1 - hole / 128)
    away = math.log(limbus / (USUAL_LIMBUS * WORKING_WIDTH)) / SPREAD_OF_LIMBUS
    ratio = (pupil / limbus - 0.38) / 0.2
    return edges + order + dark - 0.5 * away * away - 0.15 * ratio * ratio


def _climbed(grey: "NDArray[np.float32]", pair: Pair) -> Pair:
    """To the best centre near by."""
    for step in (4.0, 2.0, 1.0):
        while True:
            near = [
                _paired(grey, pair.x + dx * step, pair.y + dy * step)
                for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
            ]  # fmt: skip
            best = max(near, key=lambda one: one.score)
            if best.score <= pair.score + 1e-3:
                break
            pair = best
    return pair


def _outlined(grey: "NDArray[np.float32]", pair: Pair) -> IrisGeometry:
    """Ellipses on the edges beside the circles, and the lids."""
    limbus, pupil = Ellipse.circle(pair.x, pair.y, pair.limbus), Ellipse.circle(pair.x, pair.y, pair.pupil)
    rows = np.arange(grey.shape[0])[:, None] - pair.y
    sides = np.broadcast_to(np.abs(rows) < 0.62 * pair.limbus, grey.shape)
    everywhere = np.ones(grey.shape, bool)
    limbus = _roundly(pulled(grey, limbus, np.ascontiguousarray(sides)), limbus, 0.12)
    pupil = _roundly(pulled(grey, pupil, everywhere), pupil, 0.3)
    return IrisGeometry(pupil, limbus, _lid(grey, limbus, pupil, -1), _lid(grey, limbus, pupil, 1))


def _roundly(found: Ellipse | None, circle: Ellipse, most: float) -> Ellipse:
    """The ellipse, unless it left the circle or is no eye's."""
    if found is None or found.b / found.a < 0.8:
        return circle
    moved = math.hypot(found.cx - circle.cx, found.cy - circle.cy) / circle.a
    return found if moved < most and abs(found.radius / circle.a - 1) < most else circle


def _lid(grey: "NDArray[np.float32]", limbus: Ellipse, pupil: Ellipse, side: int) -> Lid | None:
    """The upper (``side`` -1) or lower (1) lid: the parabola with the strongest edge along it behind which the iris
    looks unlike itself; None if there is none."""
    edge = np.abs(cv2.GaussianBlur(cv2.Sobel(grey, cv2.CV_32F, 0, 1), (0, 0), 1.5))
    ring = draw_mask(IrisGeometry(pupil.grown(1.15), limbus.grown(0.93)), *grey.shape) == IRIS
    rows = np.abs(np.arange(grey.shape[0]) - limbus.cy)[:, None] < 0.4 * limbus.b
    own = grey[ring & rows]
    if len(own) < 30:
        return None
    middle = float(np.median(own))
    spread = max(1.4826 * float(np.median(np.abs(own - middle))), 3.0)
    unlike = np.where(ring, np.minimum(np.abs(grey - middle) / spread, 6.0), 0).astype(np.float32)
    t = np.linspace(-0.9, 0.9, 41)
    x = (limbus.cx + t * limbus.a).astype(np.float32)
    columns = np.arange(grey.shape[1])
    best, found = 0.0, None
    for height in np.linspace(0.35, 0.95, 25):
        for bend in (0.0, 0.2, 0.4):
            y = (limbus.cy + side * limbus.b * (height - bend * np.square(t))).astype(np.float32)
            points = np.stack([x, y], axis=-1).astype(np.float64)
            inside = (limbus.distance(points) < 0.97) & (pupil.distance(points) > 1.2)
            if np.count_nonzero(inside) < 9:
                continue
            line = np.interp(columns, x, y)
            beyond = (side * (np.arange(grey.shape[0])[:, None] - line) > 1) & ring
            count = int(np.count_nonzero(beyond))
            if count < 20 or float(unlike[beyond].mean()) < UNLIKE:
                continue
            here = cv2.remap(edge, x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
            value = float(here[inside].mean()) * math.sqrt(np.count_nonzero(inside) / len(t))
            if value > best:
                best, found = value, y
    return (
        Lid.through(np.stack([x, found], axis=-1).astype(np.float64)) if found is not None and best > LID_EDGE else None
    )
