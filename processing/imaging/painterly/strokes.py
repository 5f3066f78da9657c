"""Brush strokes in layers, large ones first, finer ones only where the picture asks for them (Hertzmann 1998,
"Painterly rendering with curved brush strokes of multiple sizes")."""

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.painterly.fields import Done, Floats, blurred, grain, strips, unheard, unit
from processing.imaging.painterly.flow import along, flow_of
from processing.imaging.painterly.oil import between, richer
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Points: TypeAlias = "NDArray[np.float32]"

NAME = "curved-strokes-1"
RADII = ((18.0, 30.0), (9.0, 15.0), (4.5, 7.5), (2.4, 3.8))
"""Units, from the lightest strength to the heaviest: the largest brush first."""
THRESHOLD = (26.0, 40.0)
"""How far from the picture (of 255) a place may stay without a finer stroke."""
GRID = 1.2
SHORTEST, LONGEST = 3, 10
"""Steps of a brush's radius."""
CURVE = 0.6
JITTER = (4.5, 7.5)
"""Of 255: how far one stroke's colour is from what it paints, brightness first."""
KNOTS = 7
PRESSURE = np.array([0.45, 0.9, 1.0, 1.0, 1.0, 0.85, 0.35], np.float32)
"""Of a brush's radius, from where it comes down to where it lifts."""
FRACTION = 4
"""Bits of a pixel."""
FINEST = 0.9
"""Pixels: brushes smaller than this are not used."""


def painted(photo: Pixels, strength: float, seed: int, done: Done = unheard) -> Pixels:
    """``photo`` (H x W x 3) in brush strokes; ``strength`` 0..1 makes brushes larger and freer."""
    photo = np.ascontiguousarray(photo)
    random = np.random.default_rng([seed, 61])
    step = unit(photo)
    flow = flow_of(photo, between((3.0, 6.0), strength))
    cosine, sine, _ = flow.whole()
    canvas = np.empty_like(photo)
    canvas[:] = cv2.GaussianBlur(photo, (0, 0), max(0.8, RADII[0][1] * step))
    first = True
    for at, ends in enumerate(RADII):
        radius = between(ends, strength) * step
        if radius < FINEST:
            break
        reference = blurred(photo, 0.5 * radius)
        starts = _starts(canvas, reference, radius, 0.0 if first else between(THRESHOLD, strength), random)
        jitter = between(JITTER, strength)
        shade = random.normal(0, jitter, (len(starts), 1)) + random.normal(0, jitter / 4, (len(starts), 3))
        _lay(canvas, reference, (cosine, sine), starts, radius, shade=shade)
        first = False
        done(0.2 * (at + 1))
    return _impasto(canvas, cosine, sine, seed, strength)


def _starts(canvas: Pixels, reference: Pixels, radius: float, threshold: float, random: np.random.Generator) -> Points:
    """One place in each cell of a grid in which the canvas is too far from the reference: where it is farthest."""
    apart = cv2.absdiff(canvas, reference).sum(axis=2, dtype=np.uint16).astype(np.float32)
    cell = max(1, round(GRID * radius))
    tall, wide = apart.shape[0] // cell, apart.shape[1] // cell
    if tall == 0 or wide == 0:
        return np.zeros((0, 2), np.float32)
    cells = apart[: tall * cell, : wide * cell].reshape(tall, cell, wide, cell).swapaxes(1, 2)
    cells = cells.reshape(tall * wide, cell * cell)
    chosen = np.flatnonzero(cells.mean(axis=1) >= threshold)
    worst = cells[chosen].argmax(axis=1) if threshold else random.integers(0, cell * cell, len(chosen))
    rows = (chosen // wide) * cell + worst // cell
    columns = (chosen % wide) * cell + worst % cell
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    return points[random.permutation(len(points))]


def _lay(
    canvas: Pixels,
    reference: Pixels,
    flow: tuple[Floats, Floats],
    starts: Points,
    radius: float,
    *,
    shade: "NDArray[np.float64]",
) -> None:
    if not len(starts):
        return
    colours = _at(reference, starts).astype(np.float32)
    colours = np.clip(colours + shade, 0, 255)
    outlines = _outlines(*_paths(reference, flow, starts, radius), radius)
    for outline, colour in zip(outlines, colours.tolist(), strict=True):
        cv2.fillPoly(canvas, [outline], colour, cv2.LINE_AA, FRACTION)


def _outlines(paths: Points, lengths: "NDArray[np.intp]", radius: float) -> "NDArray[np.int32]":
    """Around each stroke, N x 2 KNOTS x 2 in fractions of a pixel: thin where the brush comes down and lifts."""
    place = np.linspace(0, 1, KNOTS, dtype=np.float32) * (lengths[:, None] - 1)
    before = np.minimum(place.astype(np.intp), lengths[:, None] - 2)
    share = (place - before)[..., None].astype(np.float32)
    row = np.arange(len(paths))[:, None]
    middle = paths[row, before] * (1 - share) + paths[row, before + 1] * share
    ahead = np.gradient(middle, axis=1)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=2, keepdims=True), 1e-6)
    beside = np.stack([-ahead[..., 1], ahead[..., 0]], axis=2) * (radius * PRESSURE)[:, None]
    around = np.concatenate([middle + beside, (middle - beside)[:, ::-1]], axis=1)
    return np.ascontiguousarray(np.rint(around * 2**FRACTION).astype(np.int32))


def _at(picture: "NDArray[np.generic]", points: Points) -> "NDArray[np.generic]":
    rows = np.clip(points[:, 1].astype(np.intp), 0, picture.shape[0] - 1)
    columns = np.clip(points[:, 0].astype(np.intp), 0, picture.shape[1] - 1)
    return picture[rows, columns]


def _paths(
    reference: Pixels, flow: tuple[Floats, Floats], starts: Points, radius: float
) -> "tuple[NDArray[np.float32], NDArray[np.intp]]":
    """All strokes at once, step by step: N x (LONGEST + 1) x 2 points, and how many of them each stroke has.

    A stroke ends where the colour there is nearer to what lies beneath than to its own.
    """
    own = _at(reference, starts).astype(np.float32)
    paths = np.empty((len(starts), LONGEST + 1, 2), np.float32)
    paths[:, 0] = starts
    lengths = np.full(len(starts), LONGEST + 1, np.intp)
    before = np.zeros((len(starts), 2), np.float32)
    going = np.ones(len(starts), bool)
    for at in range(1, LONGEST + 1):
        here = paths[:, at - 1]
        ahead = np.stack([_at(flow[0], here), _at(flow[1], here)], axis=1).astype(np.float32)
        back = (ahead * before).sum(axis=1) < 0
        ahead[back] *= -1
        mixed = ahead if at == 1 else CURVE * ahead + (1 - CURVE) * before
        before = mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-6)
        paths[:, at] = here + radius * before
        if at >= SHORTEST:
            apart = np.abs(_at(reference, paths[:, at]).astype(np.float32) - own).sum(axis=1)
            ended = going & (apart > 60)
            lengths[ended] = at
            going &= ~ended
    return paths, lengths


def _impasto(canvas: Pixels, cosine: Floats, sine: Floats, seed: int, strength: float) -> Pixels:
    """Ridges that bristles left along the strokes, and light on the edges of paint."""
    step = unit(canvas)
    bristles = grain(canvas, 1.2, seed, 62)
    result = np.empty_like(canvas)
    reach = 14 * step
    for seen, made, within in strips(canvas, int(2 * reach) + 4):
        grooves = along(bristles.rows(seen.start, seen.stop), cosine[seen], sine[seen], reach)
        paint = richer(canvas[seen].astype(np.float32), 1.12)
        grey = cv2.cvtColor(paint, cv2.COLOR_RGB2GRAY)
        across, down = (cv2.Sobel(grey, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
        edge = np.clip((across + down) * 0.35, -14, 14)
        light = edge + between((5.0, 9.0), strength) * np.clip(grooves * 1.2, -2, 2)
        result[made] = np.clip(np.rint(paint + light[..., None]), 0, 255)[within]
    return result
