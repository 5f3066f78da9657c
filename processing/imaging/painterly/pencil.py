"""Pencils: contours that overshoot a little, tone laid in hatching over the tooth of the paper, one colour or many.

After Lu, Xu, Jia 2012, "Combining sketch and tone for pencil drawing production": lines from the picture's edges along
their direction, tone mapped to that of drawings, both multiplied. Lines are those of Kang, Lee, Chui 2007 (differences
of Gaussians smoothed along the flow).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from processing.imaging.painterly.fields import Done, Field, Floats, blurred, clouds, luminance, strips, unheard, unit
from processing.imaging.painterly.flow import Flow, along, flow_of
from processing.imaging.painterly.grounds import paper
from processing.imaging.painterly.oil import between, richer
from processing.imaging.types import Pixels

NAME = "pencil-hatching-1"
COLOURED = "coloured-pencil-hatching-1"
GROUND = np.array([250, 248, 242], np.float32)
GRAPHITE = np.array([40, 40, 46], np.float32)
LINE = (0.9, 1.35)
"""Units: how wide contours are."""
LENGTH = 7.0
HATCH = 0.95
SMEAR = 5
"""Places along a stroke."""
BEND = (220.0, 3.5)
"""Units: how long the waves of a hand's strokes are, and how high."""
STROKE = (22.0, 34.0)
ANGLES = (-0.85, 0.35, -0.25)
PRESSURE = (0.52, 0.6, 0.66)
"""Of the layers of hatching, radians; each darker place gets one more."""


@dataclass(frozen=True, eq=False)
class _Sheet:
    """What is known of the whole drawing before any part of it is drawn."""

    flow: Flow
    tooth: Field
    hatchings: "tuple[_Hatching, ...]"
    step: float
    strength: float
    tones: Floats


Pencil: TypeAlias = Callable[[Floats, _Sheet, slice], Floats]


def drawn(photo: Pixels, strength: float, seed: int, done: Done = unheard) -> Pixels:
    """``photo`` (H x W x 3) in graphite; ``strength`` 0..1 makes strokes longer and bolder."""
    return _filled(photo, strength, seed, _graphite, done)


def coloured(photo: Pixels, strength: float, seed: int, done: Done = unheard) -> Pixels:
    """``photo`` (H x W x 3) in coloured pencils."""
    return _filled(photo, strength, seed, _crayons, done)


def _filled(photo: Pixels, strength: float, seed: int, pencil: Pencil, done: Done) -> Pixels:
    sheet = _Sheet(
        flow_of(photo, 3.0),
        paper(photo, seed),
        tuple(_Hatching.made(photo, angle, between(STROKE, strength), seed, at) for at, angle in enumerate(ANGLES)),
        unit(photo),
        strength,
        _tones(photo),
    )
    result = np.empty_like(photo)
    for seen, made, within in strips(photo, int(12 * sheet.step) + 8, done):
        drawing = pencil(photo[seen].astype(np.float32), sheet, seen)
        result[made] = np.clip(np.rint(drawing), 0, 255)[within]
    return result


@dataclass(frozen=True, eq=False)
class _Hatching:
    """Parallel strokes at ``angle`` (radians), a little bent, as ``order`` (across x along): 0..1, evenly spread, so
    that pencil is where darkness exceeds it. ``cell``: how wide and long a place of ``order`` is, in pixels."""

    order: Floats
    bend: Field
    angle: float
    cell: tuple[float, float]

    @classmethod
    def made(cls, photo: Pixels, angle: float, length: float, seed: int, at: int) -> "_Hatching":
        step, diagonal = unit(photo), float(np.hypot(*photo.shape[:2]))
        cell = HATCH * step, length * step / SMEAR
        size = int(diagonal / cell[0]) + 8, int(diagonal / cell[1]) + 8
        noise = np.random.default_rng([seed, 41 + at]).standard_normal(size, np.float32)
        lines = np.asarray(cv2.blur(noise, (SMEAR, 1), borderType=cv2.BORDER_WRAP), np.float32) * np.float32(SMEAR**0.5)
        bend = clouds(photo, BEND[0], seed, 51 + at, 1)
        # The logistic curve lies within a hundredth of the normal distribution's.
        return cls(1 / (1 + np.exp(np.float32(-1.702) * lines)), bend, angle, cell)

    def rows(self, top: int, bottom: int) -> Floats:
        height, width = self.bend.height, self.bend.width
        rows = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(height / 2)
        columns = np.arange(width, dtype=np.float32) - np.float32(width / 2)
        cosine, sine = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        across, along = (np.float32(1 / side) for side in self.cell)
        beside = np.float32(BEND[1] / HATCH) * self.bend.rows(top, bottom)
        beside += (columns * (-sine * across) + np.float32(self.order.shape[0] / 2)) + rows * (cosine * across)
        ahead = (columns * (cosine * along) + np.float32(self.order.shape[1] / 2)) + rows * (sine * along)
        return np.asarray(
            cv2.remap(self.order, ahead, beside, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
        )


def _tones(photo: Pixels) -> Floats:
    """The tone (0 black to 1 paper) that each of 256 greys of this photo becomes in a drawing: much paper, an even
    middle and a few darks, as Lu, Xu, Jia measured them, half way from the photo's own."""
    small = cv2.resize(
        photo,
        None,
        fx=min(1.0, 400 / max(photo.shape[:2])),
        fy=min(1.0, 400 / max(photo.shape[:2])),
        interpolation=cv2.INTER_AREA,
    )
    counts = np.bincount(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)).ravel(), minlength=256) + 1e-3
    levels = np.arange(256)
    # Black places are as dark as any of their share, white ones as light.
    place = (np.cumsum(counts) - counts * (1 - levels / 255)) / counts.sum()
    wanted = 0.45 * np.exp((levels - 255) / 22) / 22 + 0.42 * ((levels > 95) & (levels < 235)) / 139
    wanted += 0.13 * np.exp(-((levels - 75) ** 2) / (2 * 22**2)) / (22 * 2.507)
    goal = np.cumsum(wanted) / wanted.sum()
    matched = np.interp(place, goal, levels)
    own = 255 * (levels / 255) ** 0.8
    return np.asarray((0.6 * matched + 0.4 * own) / 255, np.float32)


def _lines(grey: Floats, sheet: _Sheet, seen: slice) -> Floats:
    """Contours, 0 none to 1 as dark as a pencil gets."""
    wide = max(0.5, between(LINE, sheet.strength) * sheet.step)
    cosine, sine, _ = sheet.flow.rows(seen.start, seen.stop)
    bands = cv2.GaussianBlur(grey, (0, 0), wide) - np.float32(1.0) * cv2.GaussianBlur(grey, (0, 0), 1.6 * wide)
    smooth = along(np.asarray(bands, np.float32), cosine, sine, LENGTH * sheet.step)
    return np.asarray(np.clip(np.tanh(np.maximum(-smooth - 0.004, 0) * 38), 0, 1), np.float32)


def _laid(darkness: Floats, sheet: _Sheet, seen: slice) -> Floats:
    """How much pencil lies where so much darkness is wanted: layer over layer of hatching, less in the hollows."""
    tooth = sheet.tooth.rows(seen.start, seen.stop)
    laid = np.zeros_like(darkness)
    for at, hatching in enumerate(sheet.hatchings):
        wanted = np.clip(darkness * len(sheet.hatchings) * 0.85 - 0.62 * at, 0, 1)
        threshold = hatching.rows(seen.start, seen.stop) + np.float32(0.10) * tooth
        stroke = np.clip((wanted - threshold * 0.92) * 2.6 + 0.30 * wanted, 0, 1)
        laid += (1 - laid) * stroke * np.float32(PRESSURE[at])
    return laid


def _graphite(photo: Floats, sheet: _Sheet, seen: slice) -> Floats:
    grey = luminance(photo)
    soft = np.rint(blurred(grey, 0.8 * sheet.step) * 255).astype(np.uint8)
    darkness = 1 - sheet.tones[soft]
    laid = _laid(darkness, sheet, seen)
    lines = _lines(grey, sheet, seen) * np.clip(0.92 + 0.16 * sheet.tooth.rows(seen.start, seen.stop), 0, 1)
    share = 1 - (1 - laid) * (1 - np.float32(0.85) * lines)
    return GROUND + (GRAPHITE - GROUND) * share[..., None]


def _crayons(photo: Floats, sheet: _Sheet, seen: slice) -> Floats:
    grey = luminance(photo)
    soft = blurred(photo, 1.2 * sheet.step)
    pigment = richer(soft, 1.38)
    darkness = 0.42 * (1 - pigment.min(axis=2) / 255) + 0.5 * (1 - sheet.tones[np.rint(grey * 255).astype(np.uint8)])
    laid = _laid(np.asarray(darkness, np.float32), sheet, seen)
    brightest = pigment.max(axis=2)
    hue = pigment * (np.float32(235) / np.maximum(brightest, 40))[..., None]
    value = np.float32(0.16) + np.float32(0.84) * (brightest / 255) ** np.float32(0.85)
    tone = hue * value[..., None]
    lines = _lines(grey, sheet, seen)
    drawing = GROUND + (tone - GROUND) * np.clip(laid * 1.04, 0, 1)[..., None]
    return drawing * (1 - np.float32(0.6) * lines)[..., None]
