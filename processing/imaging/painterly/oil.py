"""Oil on canvas: patches of paint along the picture's flow, the bristles' grooves, light from the upper left."""

import cv2
import numpy as np

from processing.imaging.painterly.fields import Done, Floats, blurred, grain, luminance, part, strips, unheard, unit
from processing.imaging.painterly.flow import along, flow_of
from processing.imaging.painterly.grounds import canvas
from processing.imaging.painterly.kuwahara import abstracted
from processing.imaging.types import Pixels

NAME = "anisotropic-kuwahara-1"
# From the lightest strength to the heaviest, in units: how large patches are, and how smoothly brushes turn.
PATCH = (2.8, 8.0)
TURN = (4.0, 8.0)
BRISTLE = 1.9
STROKE = 26.0
RELIEF = (0.13, 0.25)
PASTE = 12.0
"""Of 255: not even black paint swallows all light, nor does white give all of it back."""
RICHNESS = 1.18
"""How much stronger colours are than in the photo: linseed oil makes them deep."""


def painted(photo: Pixels, strength: float, seed: int, done: Done = unheard) -> Pixels:
    """``photo`` (H x W x 3) in oil; ``strength`` 0..1 makes brushes larger and paint thicker."""
    flow = flow_of(photo, between(TURN, strength))
    patches = abstracted(photo, flow, between(PATCH, strength), part(done, 0, 0.6))
    bristles, weave = grain(photo, BRISTLE, seed, 1), canvas(photo, seed)
    reach = STROKE * unit(photo)
    result = np.empty_like(photo)
    for seen, made, within in strips(photo, int(2 * reach) + 4, part(done, 0.6, 1)):
        cosine, sine, _ = flow.rows(seen.start, seen.stop)
        grooves = along(bristles.rows(seen.start, seen.stop), cosine, sine, reach)
        ground = weave.rows(seen.start, seen.stop)
        result[made] = _lit(patches[seen], grooves, ground, between(RELIEF, strength), unit(photo))[within]
    return result


def between(ends: tuple[float, float], strength: float) -> float:
    """From the first of ``ends`` at strength 0 to the second at 1."""
    return ends[0] + (ends[1] - ends[0]) * strength


def _lit(patches: Pixels, grooves: Floats, ground: Floats, relief: float, step: float) -> Floats:
    """Paint of these colours, as thick as they are light, over a ground, under a lamp to the upper left."""
    colours = richer(patches.astype(np.float32), RICHNESS)
    body = luminance(colours)
    height = 2.4 * grooves + 9.0 * blurred(body, 0.8 * step) + 0.12 * ground
    slope = _slope(height, step)
    light = np.clip(relief * slope, -0.35, 0.35)
    gloss = np.clip(slope - 1.1, 0, 1) * (relief * 26)
    tone = 1 + light + 0.09 * np.clip(grooves, -1.5, 1.5)
    return np.clip(
        np.rint(
            (colours + (PASTE - PASTE / 110 * colours) * (relief / RELIEF[1])) * tone[..., None] + gloss[..., None]
        ),
        0,
        255,
    )


def _slope(height: Floats, step: float) -> Floats:
    """How much a surface leans towards the upper left, by half a unit's way."""
    soft = blurred(height, 0.5 * step)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
    return np.asarray((across + down) * np.float32(max(step, 0.5)), np.float32)


def richer(colours: Floats, factor: float) -> Floats:
    """RGB 0..255 with its distance from grey ``factor`` times as large."""
    grey = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)[..., None]
    return np.asarray(np.clip(grey + np.float32(factor) * (colours - grey), 0, 255), np.float32)
