"""Watercolour: flat washes that run a little, darker where they dried at their edges, pigment in the paper's hollows.

Bousseau, Kaplan, Thollot, Sillion 2006, "Interactive watercolor rendering with temporal coherence and abstraction":
a colour C becomes C - (C - C * C) * (d - 1) where pigment lies d times as dense.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.imaging.painterly.fields import Done, Field, Floats, clouds, luminance, part, strips, unheard, unit
from processing.imaging.painterly.flow import flow_of
from processing.imaging.painterly.grounds import paper
from processing.imaging.painterly.kuwahara import abstracted
from processing.imaging.painterly.oil import between, richer
from processing.imaging.types import Pixels

NAME = "watercolour-pigment-1"
PATCH = (3.0, 8.5)
# Units: how far washes run over their outlines, and how large the waves of that are.
RUN, WAVES = (0.8, 2.6), 26.0
FLOW = 160.0
"""Units: how large places are in which more or less water lay."""
EDGE = (1.1, 2.6)
CLOUDED, GRANULAR, POOLED = 0.2, 0.05, (2.4, 4.0)
"""How much denser pigment lies where more water was, in the hollows of the paper, and along dried edges."""
WASHES = 7
LIGHT = 0.86
"""What is lighter than this is bare paper."""
GROUND = np.array([253, 251, 245], np.float32)


@dataclass(frozen=True, eq=False)
class _Sheet:
    """What is known of the whole picture before any part of it is wet."""

    waves: tuple[Field, Field]
    water: Field
    tooth: Field
    step: float
    strength: float
    power: float


def painted(photo: Pixels, strength: float, seed: int, done: Done = unheard) -> Pixels:
    """``photo`` (H x W x 3) in watercolour; ``strength`` 0..1 makes washes larger and wetter."""
    washes = abstracted(photo, flow_of(photo, 4.0), between(PATCH, strength), part(done, 0, 0.6))
    sheet = _Sheet(
        (clouds(photo, WAVES, seed, 11, 3), clouds(photo, WAVES, seed, 21, 3)),
        clouds(photo, FLOW, seed, 31, 4),
        paper(photo, seed),
        unit(photo),
        strength,
        _lightening(washes),
    )
    margin = int(np.ceil(16 * unit(photo))) + 8
    result = np.empty_like(photo)
    for seen, made, within in strips(photo, margin, part(done, 0.6, 1)):
        result[made] = _dried(_run(washes, sheet, seen), sheet, seen)[within]
    return result


def _run(washes: Pixels, sheet: _Sheet, seen: slice) -> Floats:
    """These rows of the washes with outlines that were led by a wet brush."""
    far = np.float32(between(RUN, sheet.strength) * sheet.step)
    across, down = (waves.rows(seen.start, seen.stop) * far for waves in sheet.waves)
    first, last = max(0, seen.start - int(6 * far) - 2), min(len(washes), seen.stop + int(6 * far) + 2)
    rows = np.arange(seen.start - first, seen.stop - first, dtype=np.float32)[:, None]
    columns = np.arange(washes.shape[1], dtype=np.float32)
    moved = cv2.remap(
        washes[first:last], columns + across, rows + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return moved.astype(np.float32)


def _dried(wash: Floats, sheet: _Sheet, seen: slice) -> Floats:
    thin = _thinned(_layered(richer(wash, 1.25), sheet.strength), sheet.power)
    density = 1 + np.float32(CLOUDED) * sheet.water.rows(seen.start, seen.stop)
    tooth = sheet.tooth.rows(seen.start, seen.stop)
    dark = 1 - luminance(wash)
    density -= np.float32(GRANULAR) * tooth * (0.4 + dark)
    density += np.float32(between(POOLED, sheet.strength)) * _edges(thin, sheet.step, between(EDGE, sheet.strength))
    colour = thin / GROUND
    shown = colour - (colour - colour * colour) * (density - 1)[..., None]
    lit = shown * GROUND + (between((0.5, 1.4), sheet.strength) * tooth)[..., None]
    return np.clip(np.rint(lit), 0, 255)


def _layered(wash: Floats, strength: float) -> Floats:
    """Brightness in WASHES soft steps, one wash over another (Winnemoeller, Olsen, Gooch 2006)."""
    grey = luminance(wash)
    steps = grey * WASHES
    nearest = np.rint(steps)
    flat = (nearest + np.tanh((steps - nearest) * np.float32(3.2)) * np.float32(0.5 / np.tanh(1.6))) / WASHES
    share = between((0.45, 0.85), strength)
    wanted = grey + np.float32(share) * (flat - grey)
    return np.asarray(np.clip(wash * ((wanted + 0.02) / (grey + 0.02))[..., None], 0, 255), np.float32)


def _lightening(washes: Pixels) -> float:
    """The power that brings the middle of the brightness to where watercolours have it, as far as is seemly."""
    middle = float(np.median(luminance(washes[::8, ::8])))
    return float(np.clip(np.log(0.56) / np.log(np.clip(middle, 0.02, 0.98)), 0.55, 0.95))


def _thinned(wash: Floats, power: float) -> Floats:
    """Pigment in water is lighter than what it paints, and the lightest places stay paper."""
    share = wash / 255
    grey = cv2.cvtColor(share, cv2.COLOR_RGB2GRAY)
    bare = np.clip((grey - LIGHT) / (1 - LIGHT), 0, 1)[..., None]
    light = 1 - (1 - share) * np.float32(0.92)
    light = light ** np.float32(power)
    return np.asarray(255 * (light + (1 - light) * bare), np.float32)


def _edges(wash: Floats, step: float, reach: float) -> Floats:
    """Where a wash ends: pigment gathers on its dark side as it dries (0 none to about 1)."""
    grey = luminance(wash)
    around = cv2.GaussianBlur(grey, (0, 0), max(0.8, 1.6 * reach * step))
    return np.asarray(np.clip((around - grey) * 3.2 - 0.03, 0, 0.6), np.float32)
