"""From what a network says about pixels to outlines: ellipses fitted to the borders and pulled onto the edges there.

Sources: RANSAC (Fischler & Bolles 1981); direct ellipse fit (Fitzgibbon, Pilu & Fisher 1999); edge rays after
Daugman 1993.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.iris.geometry import IRIS, Ellipse, IrisGeometry, Lid, Mask, Points, draw_mask
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Border points this far (in radii) from the outline still belong to it.
NEAR = 0.035
TRIES = 160
FLATTEST = 0.72
RAYS = 180
# Rays look for an edge this far inside and outside, in radii.
REACH = 0.16
# Edges are looked for in twice the network's resolution.
FINE = 2
LID_POINTS = 41


@dataclass(frozen=True, eq=False)
class Outlines:
    """``geometry`` in photo pixels; ``visible`` is the network's eye (iris and pupil, holes closed) in its window,
    whose corner lies at ``left``, ``top`` and whose pixels are ``scale`` photo pixels wide; ``agreement`` 0..1 of the
    two."""

    geometry: IrisGeometry
    visible: "NDArray[np.float32]"
    left: float
    top: float
    scale: float
    agreement: float

    def scaled(self, factor: float) -> "Outlines":
        """The same outlines over the photo resized by ``factor``."""
        # Corners scale from the photo's corner, pixel centres lie half a pixel from it.
        return Outlines(
            self.geometry.scaled(factor),
            self.visible,
            self.left * factor,
            self.top * factor,
            self.scale * factor,
            self.agreement,
        )

    def drawn(self, height: int, width: int) -> Mask:
        """The mask over the photo: the ellipses, and the lids cut as the network sees them, not as curves."""
        mask = draw_mask(IrisGeometry(self.geometry.pupil, self.geometry.limbus), height, width)
        limbus = self.geometry.limbus
        reach = math.ceil(limbus.a) + 1
        top, bottom = max(int(limbus.cy) - reach, 0), min(int(limbus.cy) + reach + 2, height)
        left, right = max(int(limbus.cx) - reach, 0), min(int(limbus.cx) + reach + 2, width)
        if top >= bottom or left >= right:
            return mask
        step = 1 / self.scale
        matrix = np.array([
            [step, 0, (left + 0.5 - self.left) * step - 0.5],
            [0, step, (top + 0.5 - self.top) * step - 0.5],
        ])  # fmt: skip
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(self.visible, matrix, (right - left, bottom - top), flags=flags)
        mask[top:bottom, left:right][np.asarray(seen) < 0.5] = 0
        return mask


def outlined(
    shares: "NDArray[np.float32]", left: float, top: float, scale: float, photo: "Pixels | None" = None
) -> Outlines | None:
    """Outlines of the largest eye in ``shares`` (3 x n x n: background, iris, pupil), whose window's corner lies at
    ``left``, ``top`` of the photo with pixels ``scale`` wide. With a photo its edges are used too. None: no eye."""
    eye = _largest(shares[0] < 0.5)
    if eye is None:
        return None
    solid = _closed(eye)
    limbus = _fitted(_border(solid), outer=True, about=_middle_of_pupil(shares[2], eye))
    if limbus is None:
        return None
    pupil = _pupil(shares[2], solid, limbus)
    if photo is not None:
        grey = _seen_in(photo, left, top, scale / FINE, shares.shape[1] * FINE)
        limbus, pupil = _onto_edges(grey, limbus, solid), _onto_edges(grey, pupil, solid)
    visible = _cut_by_lids(solid, limbus)
    geometry = IrisGeometry(pupil, limbus, *_lids(visible, limbus))
    drawn = draw_mask(IrisGeometry(pupil, limbus), *solid.shape)
    ring = (drawn == IRIS) & (visible > 0.5)
    said = eye & (shares[2] < 0.5)
    agreement = int(np.count_nonzero(ring & said)) / max(int(np.count_nonzero(ring | said)), 1)
    shift = scale / 2 - 0.5
    return Outlines(_placed(geometry, left + shift, top + shift, scale), visible, left, top, scale, agreement)


def _placed(geometry: IrisGeometry, dx: float, dy: float, scale: float) -> IrisGeometry:
    """From window pixels to photo pixels."""
    back = (scale - 1) / 2
    return geometry.scaled(scale).shifted(dx - back, dy - back)


def _largest(there: "NDArray[np.bool_]") -> "NDArray[np.bool_] | None":
    count, labels, stats, _ = cv2.connectedComponentsWithStats(there.astype(np.uint8), connectivity=4)
    if count < 2:
        return None
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.asarray(labels == best)


def _closed(eye: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    """Without the holes and notches lashes and lamps leave."""
    size = max(3, int(math.sqrt(np.count_nonzero(eye)) * 0.12) | 1)
    padded = cv2.copyMakeBorder(eye.astype(np.uint8), size, size, size, size, cv2.BORDER_CONSTANT)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[size:-size, size:-size]
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(eye.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, (1,), cv2.FILLED)
    return filled.astype(bool)


def _border(solid: "NDArray[np.bool_]") -> Points:
    """Middle of the step between inside and outside pixels, without the window's own border."""
    contours, _ = cv2.findContours(solid.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    points = max(contours, key=len)[:, 0].astype(np.float64)
    middle = points.mean(axis=0)
    size = solid.shape[0] - 1
    inner = np.all((points > 0) & (points < size), axis=1)
    away = points - middle
    return (points + 0.5 * away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1))[inner]


def _fitted(points: Points, outer: bool, about: "NDArray[np.float64] | None" = None) -> Ellipse | None:
    """An ellipse through most of ``points``: RANSAC for a circle, then a direct fit to what lies near it.

    An ``outer`` outline may be cut (lids lie inside the limbus) but nothing may lie outside it. ``about`` is a point
    its middle should be near.
    """
    if len(points) < 12:
        return None
    circle = _best_circle(points, outer, about)
    if circle is None:
        return None
    ellipse, tolerance = circle, 2 * NEAR
    for _ in range(4):
        gap = ellipse.distance(points) - 1
        near = points[np.abs(gap) < max(tolerance, 1.2 / ellipse.a)]
        fitted = _direct(near, circle)
        if fitted is None:
            break
        ellipse, tolerance = fitted, max(tolerance * 0.7, NEAR)
    return ellipse


def _best_circle(points: Points, outer: bool, about: "NDArray[np.float64] | None") -> Ellipse | None:
    random = np.random.default_rng(0)
    three = points[random.integers(0, len(points), (TRIES, 3))]
    centres, radii = _circles(three)
    # Lids cut across, so the longer extent is the diameter; a larger circle would be a lid's own bow.
    spread = max(cv2.minAreaRect(points.astype(np.float32))[1])
    with np.errstate(invalid="ignore", over="ignore"):
        gaps = np.linalg.norm(points[None] - centres[:, None], axis=2) / radii[:, None] - 1
        tolerance = np.maximum(NEAR, 1.0 / radii)[:, None]
        votes = (np.abs(gaps) < tolerance).sum(axis=1) - (1.5 if outer else 0.5) * (gaps > 1.6 * tolerance).sum(axis=1)
        sane = (radii > 0.42 * spread) & (radii < 0.64 * spread)
        if about is not None:
            astray = np.linalg.norm(centres - about, axis=1) / radii
            votes = votes - len(points) * np.maximum(astray - 0.12, 0)
    votes = np.where(sane, votes, -np.inf)
    best = int(np.argmax(votes))
    return (
        Ellipse.circle(float(centres[best][0]), float(centres[best][1]), float(radii[best]))
        if np.isfinite(votes[best])
        else None
    )


def _circles(three: "NDArray[np.float64]") -> tuple[Points, "NDArray[np.float64]"]:
    """Centres and radii of the circles through n x 3 points; not a number where they lie on a line."""
    first = three[:, 0]
    one, two = three[:, 1] - first, three[:, 2] - first
    double = 2 * (one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.square(one).sum(axis=1), np.square(two).sum(axis=1)
        x = (two[:, 1] * squares[0] - one[:, 1] * squares[1]) / double
        y = (one[:, 0] * squares[1] - two[:, 0] * squares[0]) / double
    return first + np.stack([x, y], axis=-1), np.hypot(x, y)


def _direct(points: Points, circle: Ellipse) -> Ellipse | None:
    """Fitzgibbon's fit; too flat or far from the circle it came from means too few points: None."""
    if len(points) < 12:
        return None
    (cx, cy), (wide, high), degrees = cv2.fitEllipseDirect(points.astype(np.float32))
    if not (min(wide, high) > 0 and all(math.isfinite(value) for value in (cx, cy, wide, high, degrees))):
        return None
    ellipse = Ellipse(cx, cy, wide / 2, high / 2, math.radians(degrees))
    far = math.hypot(cx - circle.cx, cy - circle.cy) > 0.35 * circle.a
    if far or ellipse.b / ellipse.a < FLATTEST or not 0.75 < ellipse.radius / circle.radius < 1.3:
        return None
    return ellipse


def _middle_of_pupil(share: "NDArray[np.float32]", eye: "NDArray[np.bool_]") -> "NDArray[np.float64] | None":
    inside = _largest((share > 0.5) & eye)
    if inside is None or np.count_nonzero(inside) < 12:
        return None
    return np.array(_middle(inside))


def _pupil(share: "NDArray[np.float32]", solid: "NDArray[np.bool_]", limbus: Ellipse) -> Ellipse:
    """The pupil's own ellipse, or a third of the limbus where none is seen."""
    guess = limbus.grown(0.36)
    inside = _largest((share > 0.5) & solid)
    if inside is None or np.count_nonzero(inside) < 8:
        return guess
    points = _border(_closed(inside))
    # Where a lid cuts the pupil its border is the lid's.
    free = cv2.erode(solid.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    columns, rows = np.clip(np.round(points).astype(int), 0, solid.shape[0] - 1).T
    kept = points[free[rows, columns]]
    pupil = _fitted(kept if len(kept) >= 12 else points, outer=False)
    if pupil is None or np.mean(np.abs(pupil.distance(points) - 1) < 0.12) < 0.6:
        return _like_the_limbus(inside, limbus)
    sane = 0.08 < pupil.radius / limbus.radius < 0.85 and limbus.distance(np.array([pupil.cx, pupil.cy])) < 0.5
    return pupil if sane else guess


def _like_the_limbus(inside: "NDArray[np.bool_]", limbus: Ellipse) -> Ellipse:
    """A blob without a round border (a pupil in an iris as dark as itself): as large as the blob, shaped like the
    limbus, half way to its middle."""
    x, y = _middle(inside)
    factor = math.sqrt(np.count_nonzero(inside) / limbus.area)
    alike = limbus.grown(min(max(factor, 0.15), 0.6))
    return alike.shifted((x - limbus.cx) / 2, (y - limbus.cy) / 2)


def _middle(there: "NDArray[np.bool_]") -> tuple[float, float]:
    rows, columns = np.nonzero(there)
    return float(columns.mean()), float(rows.mean())


def _seen_in(photo: Pixels, left: float, top: float, scale: float, size: int) -> "NDArray[np.float32]":
    """The window in grey, blurred as far as a window pixel is wide; reds weigh more, as irises are darkest there."""
    x0, y0 = max(int(left), 0), max(int(top), 0)
    x1 = max(min(int(left + size * scale) + 2, photo.shape[1]), x0 + 1)
    y1 = max(min(int(top + size * scale) + 2, photo.shape[0]), y0 + 1)
    part, shrink = photo[y0:y1, x0:x1, :3], min(1.0, 1 / scale)
    small = cv2.resize(part, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else part
    across, down = small.shape[1] / part.shape[1], small.shape[0] / part.shape[0]
    small = small @ np.array([0.5, 0.4, 0.1], np.float32)
    matrix = np.array([
        [scale * across, 0, (left + 0.5 * scale - x0) * across - 0.5],
        [0, scale * down, (top + 0.5 * scale - y0) * down - 0.5],
    ])  # fmt: skip
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(small, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(np.asarray(seen, np.float32), (0, 0), 0.8))


def _onto_edges(grey: "NDArray[np.float32]", ellipse: Ellipse, solid: "NDArray[np.bool_]") -> Ellipse:
    """Twice: the second time the rays start where the first ended. ``grey`` is FINE times as large as ``solid``."""
    eye = cv2.resize(solid.astype(np.uint8), grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    fine = ellipse.scaled(FINE)
    for _ in range(2):
        fine = pulled(grey, fine, eye) or fine
    return fine.scaled(1 / FINE)


def pulled(grey: "NDArray[np.float32]", ellipse: Ellipse, solid: "NDArray[np.bool_]") -> Ellipse | None:
    """The ellipse moved onto the strongest dark-to-light edges near it; None when too few rays find one."""
    theta = np.linspace(0, 2 * math.pi, RAYS, endpoint=False)
    outline = ellipse.at(theta)
    centre = np.array([ellipse.cx, ellipse.cy])
    factors = np.linspace(1 - REACH, 1 + REACH, 33)
    points = centre + (outline - centre)[:, None] * factors[None, :, None]
    x, y = points[..., 0].astype(np.float32), points[..., 1].astype(np.float32)
    profile = cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    profile = cv2.GaussianBlur(profile, (0, 0), sigmaX=1.5, sigmaY=1.5)
    rise = np.gradient(profile, axis=1) * np.exp(-np.square((factors - 1) / (0.5 * REACH)))
    best = np.argmax(rise, axis=1)
    strength = rise[np.arange(RAYS), best]
    inner = np.clip(np.round(centre + (outline - centre) * 0.93).astype(int), 0, np.array(solid.shape[::-1]) - 1)
    seen = solid[inner[:, 1], inner[:, 0]] & (strength > max(0.35 * float(np.median(strength)), 0.15))
    if np.count_nonzero(seen) < RAYS // 4:
        return None
    shift = factors[best] - 1
    calm = np.abs(shift - np.median(shift[seen])) < 0.05
    factor = (1 + np.where(seen & calm, shift, 0))[:, None]
    return _direct(centre + (outline - centre) * factor, ellipse)


def _cut_by_lids(solid: "NDArray[np.bool_]", limbus: Ellipse) -> "NDArray[np.float32]":
    """Where the eye shows. Near the limbus the ellipse knows better than the network's border, so only what is cut
    deeper than that counts as a lid."""
    rows, columns = np.indices(solid.shape, dtype=np.float64)
    distance = limbus.distance(np.stack([columns, rows], axis=-1))
    cut = (~solid & (distance < 1 - NEAR)).astype(np.uint8)
    if not cut.any():
        return np.ones(solid.shape, np.float32)
    reach = max(1, round(limbus.a * NEAR * 1.5))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    hidden = (cv2.dilate(cut, kernel) > 0) & ~solid
    return np.asarray(cv2.GaussianBlur((~hidden).astype(np.float32), (0, 0), 0.7))


def _lids(visible: "NDArray[np.float32]", limbus: Ellipse) -> tuple[Lid | None, Lid | None]:
    """The lids' edges as parabolas through the cut, to be shown and dragged; None where nothing is cut."""
    size = visible.shape[0]
    columns = np.arange(max(int(limbus.cx - limbus.a), 0), min(int(limbus.cx + limbus.a) + 1, size))
    seen = visible[:, columns] > 0.5
    full = draw_mask(IrisGeometry(limbus.grown(0.01), limbus), size, size)[:, columns] > 0
    lids = []
    for flipped in (False, True):
        one, all_of = (seen[::-1], full[::-1]) if flipped else (seen, full)
        edge, rim = np.argmax(one & all_of, axis=0), np.argmax(all_of, axis=0)
        cut = all_of.any(axis=0) & (one & all_of).any(axis=0) & (edge > rim + 0.02 * limbus.a)
        heights = size - 1 - edge + 0.5 if flipped else edge - 0.5
        lids.append(_parabola(columns[cut], heights[cut], limbus))
    return lids[0], lids[1]


def _parabola(x: "NDArray[np.int_]", y: "NDArray[np.float64]", limbus: Ellipse) -> Lid | None:
    if len(x) < max(6, 0.15 * limbus.a):
        return None
    t = (x - limbus.cx) / limbus.a
    curve = np.polynomial.Polynomial.fit(t, y, 2 if len(x) > 0.6 * limbus.a else 1)
    knots = np.linspace(-1.15, 1.15, LID_POINTS)
    return Lid.through(np.stack([limbus.cx + knots * limbus.a, curve(knots)], axis=-1))
