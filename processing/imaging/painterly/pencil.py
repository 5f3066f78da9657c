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

from processing.imaging.painterly.fields import Done, Field, Floats, blurred, grain, luminance, strips, unheard, unit
from processing.imaging.painterly.flow import Flow, along, flow_of
from processing.imaging.painterly.grounds import paper
from processing.imaging.painterly.oil import between, richer
from processing.imaging.types import Pixels

NAME = "pencil-hatching-1"
COLOURED = "coloured-pencil-hatching-1"
GROUND = np.array([250, 248, 242], np.float32)
GRAPHITE = np.array([52, 52, 58], np.float32)
LINE = (0.9, 1.35)
"""Units: how wide contours are."""
LENGTH = 7.0
HATCH = 0.9
STROKE = (22.0, 34.0)
ANGLES = (-0.85, 0.35, -0.25)
"""Of the layers of hatching, radians; each darker place gets one more."""


@dataclass(frozen=True, eq=False)
class _Sheet:
    """What is known of the whole drawing before any part of it is drawn."""

    flow: Flow
    tooth: Field
    hatchings: tuple[Field, ...]
    step: float
    strength: float


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
        tuple(_hatching(photo, angle, between(STROKE, strength), seed, at) for at, angle in enumerate(ANGLES)),
        unit(photo),
        strength,
    )
    result = np.empty_like(photo)
    for seen, made, within in strips(photo, int(12 * sheet.step) + 8, done):
        drawing = pencil(photo[seen].astype(np.float32), sheet, seen)
        result[made] = np.clip(np.rint(drawing), 0, 255)[within]
    return result


def _hatching(photo: Pixels, angle: float, length: float, seed: int, at: int) -> Field:
    """Parallel strokes as thresholds 0..1, evenly spread: where darkness exceeds them there is pencil."""
    noise = grain(photo, HATCH, seed, 41 + at).coarse
    turned = np.full(noise.shape, angle, np.float32)
    bend = cv2.GaussianBlur(np.asarray(grain(photo, 60, seed, 51 + at).coarse), (0, 0), 1)
    turned += np.float32(0.16) * cv2.resize(bend, noise.shape[::-1], interpolation=cv2.INTER_CUBIC)
    lines = along(noise, np.cos(turned), np.sin(turned), length / HATCH)
    order = (lines - lines.mean()) / max(float(lines.std()), 1e-6)
    even = 1 / (1 + np.exp(np.float32(-1.702) * order))
    return Field(np.asarray(even, np.float32), photo.shape[0], photo.shape[1])


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
        laid += (1 - laid) * stroke * np.float32(0.5)
    return laid


def _graphite(photo: Floats, sheet: _Sheet, seen: slice) -> Floats:
    grey = luminance(photo)
    darkness = np.clip(1 - grey**0.72, 0, 1)
    laid = _laid(darkness, sheet, seen)
    lines = _lines(grey, sheet, seen) * np.clip(0.92 + 0.16 * sheet.tooth.rows(seen.start, seen.stop), 0, 1)
    share = 1 - (1 - laid) * (1 - np.float32(0.85) * lines)
    return GROUND + (GRAPHITE - GROUND) * share[..., None]


def _crayons(photo: Floats, sheet: _Sheet, seen: slice) -> Floats:
    grey = luminance(photo)
    soft = blurred(photo, 1.2 * sheet.step)
    pigment = richer(soft, 1.55)
    deepest = pigment.min(axis=2)
    darkness = np.clip(1 - (deepest / 255) ** 0.8, 0, 1)
    laid = _laid(np.clip(darkness * 1.05, 0, 1), sheet, seen)
    tone = pigment * np.float32(0.92) / np.maximum(pigment.max(axis=2, keepdims=True), 60) * 255
    value = pigment.max(axis=2, keepdims=True) / 255
    tone = tone * (np.float32(0.25) + np.float32(0.75) * value)
    lines = _lines(grey, sheet, seen)
    drawing = GROUND + (tone - GROUND) * np.clip(laid * 1.25, 0, 1)[..., None]
    return drawing * (1 - np.float32(0.6) * lines)[..., None]
