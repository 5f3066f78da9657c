"""The layers as a short picture that moves and begins again without a jump."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from processing.imaging.types import Pixels

LONGEST: Final = 400
"""Pixels: the longest edge of a frame."""
FRAMES: Final = 20
MILLISECONDS: Final = 100
"""How long a frame is shown."""
FAR: Final = 0.03
"""How far the nearest and the farthest layer move apart, of the longest edge; as on the page."""
QUALITY: Final = 70


def save(layers: Sequence[Pixels], path: Path) -> None:
    """``layers`` as ``frames`` takes them, as an animated WebP that goes round and round."""
    first, *others = (Image.fromarray(frame, "RGB") for frame in frames(layers))
    first.save(
        path,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=MILLISECONDS,
        loop=0,
        quality=QUALITY,
        method=0,
        minimize_size=False,
        allow_mixed=False,
    )


def frames(layers: Sequence[Pixels]) -> Iterator[Pixels]:
    """FRAMES pictures (h x w x 3, at most LONGEST) of ``layers`` (H x W x 4, premultiplied, back to front, the first
    opaque), seen from points of an ellipse; after the last comes the first."""
    small = [smaller(layer, LONGEST) for layer in layers]
    for turn in range(FRAMES):
        angle = 2 * math.pi * turn / FRAMES
        yield _seen(small, math.cos(angle), math.sin(angle) / 2)


def premultiplied(layer: Pixels) -> Pixels:
    """``layer`` (H x W x 4, straight) with its colours times its alpha."""
    alpha = layer[..., 3]
    every = cv2.merge([alpha, alpha, alpha, np.full_like(alpha, 255)])
    return np.asarray(cv2.multiply(layer, every, scale=1 / 255), np.uint8)


def smaller(picture: Pixels, longest: int) -> Pixels:
    """``picture`` (H x W x 4, premultiplied) with its longest edge at most ``longest`` pixels."""
    height, width = picture.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Down to a half, four neighbours see every pixel, in a sixth of the time that areas take.
    how = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def _seen(layers: Sequence[Pixels], x: float, y: float) -> Pixels:
    """From a point ``x`` and ``y`` (-1 to 1) beside the middle, a little nearer so that no edge shows."""
    height, width = layers[0].shape[:2]
    reach = FAR * max(height, width) / 2
    zoom = 1 + 2 * reach / min(height, width)
    middle = np.array([width, height]) / 2 * (1 - zoom)
    seen = np.zeros((height, width, 4), np.uint8)
    for place, layer in enumerate(layers):
        share = 2 * place / max(len(layers) - 1, 1) - 1
        shift = middle - share * reach * np.array([x, y])
        matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
        moved = cv2.warpAffine(layer, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        clear = cv2.bitwise_not(moved[..., 3])
        seen = np.asarray(cv2.add(cv2.multiply(seen, cv2.merge([clear] * 4), scale=1 / 255), moved), np.uint8)
    return np.ascontiguousarray(seen[..., :3])
