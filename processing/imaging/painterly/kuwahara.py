"""The anisotropic Kuwahara filter: flat patches shaped like brush marks, with edges kept (Kyprianidis et al. 2009,
"Image and video abstraction by anisotropic Kuwahara filtering").

Around each pixel lies an ellipse that follows the flow, cut into eight sectors; what varies least counts most. A
sector's mean and variance are read at two places of blurred copies instead of from all of its pixels.
"""

import cv2
import numpy as np

from processing.imaging.painterly.fields import Done, Floats, blurred, strips, unheard, unit
from processing.imaging.painterly.flow import Flow
from processing.imaging.types import Pixels

SECTORS = 8
# Of the radius: how far out each reading lies, how wide it is blurred, and how much it counts.
READINGS = ((0.42, 0.22, 0.45), (0.85, 0.30, 0.55))
SHARPNESS = 4
"""Half the power of the deviation that a sector loses weight with."""
TOLERANCE = 2.2
"""Deviation, of 255, at which a sector's weight is halved."""


def abstracted(photo: Pixels, flow: Flow, radius: float, done: Done = unheard) -> Pixels:
    """``photo`` (H x W x 3) in patches of about ``radius`` units."""
    reach = max(1.2, radius * unit(photo))
    result = np.empty_like(photo)
    for seen, made, within in strips(photo, int(np.ceil(2.4 * reach)) + 2, done):
        cosine, sine, anisotropy = flow.rows(made.start, made.stop)
        result[made] = _strip(photo[seen], within, (cosine, sine, anisotropy), reach)
    return result


def _strip(photo: Pixels, within: slice, flow: tuple[Floats, Floats, Floats], reach: float) -> Floats:
    cosine, sine, anisotropy = flow
    colours = photo.astype(np.float32)
    grey = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    told = cv2.merge([*cv2.split(colours), grey * grey])
    copies = [blurred(np.asarray(told, np.float32), wide * reach) for _, wide, _ in READINGS]
    height, width = cosine.shape
    rows = np.arange(within.start, within.start + height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)
    stretch = 1 + anisotropy
    long, short = reach * stretch, reach / stretch
    total = np.zeros((height, width, 3), np.float32)
    mass = np.zeros((height, width), np.float32)
    for sector in range(SECTORS):
        angle = 2 * np.pi * (sector + 0.5) / SECTORS
        ahead, beside = np.float32(np.cos(angle)) * long, np.float32(np.sin(angle)) * short
        across, down = ahead * cosine - beside * sine, ahead * sine + beside * cosine
        mean = _reading(copies, rows, columns, across, down)
        colour, square = mean[..., :3], mean[..., 3]
        weight = _weight(colour, square)
        total += colour * weight[..., None]
        mass += weight
    return np.rint(total / mass[..., None])


def _reading(copies: list[Floats], rows: Floats, columns: Floats, across: Floats, down: Floats) -> Floats:
    mean = np.zeros(0, np.float32)
    for picture, (out, _, share) in zip(copies, READINGS, strict=True):
        far = np.float32(out)
        read = cv2.remap(
            picture, columns + far * across, rows + far * down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        mean = np.asarray(cv2.scaleAdd(read, share, mean) if mean.size else read * np.float32(share), np.float32)
    return mean


def _weight(colour: Floats, square: Floats) -> Floats:
    grey = cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_RGB2GRAY)
    spread = np.maximum(square - grey * grey, 0) / np.float32(TOLERANCE**2)
    return np.asarray(1 / (1 + spread**SHARPNESS), np.float32) + np.float32(1e-6)
