"""The drawn textures as files: one to lay on a wall, one small picture to choose by."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from processing.imaging.facade.texture.samples import SAMPLES

SIDE: Final = 256
"""Pixels of a swatch, which shows the whole tile."""
QUALITY: Final = 82


@lru_cache
def swatch(name: str) -> bytes:
    """A WebP of SIDE x SIDE pixels. KeyError for a name that is not in SAMPLES."""
    small = cv2.resize(SAMPLES[name](0), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return _encoded(np.asarray(small, np.uint8), ".webp", (cv2.IMWRITE_WEBP_QUALITY, QUALITY))


def write(name: str, path: Path) -> None:
    """The whole tile as a PNG. KeyError for a name that is not in SAMPLES."""
    path.write_bytes(_encoded(SAMPLES[name](0), ".png", (cv2.IMWRITE_PNG_COMPRESSION, 3)))


def _encoded(pixels: "np.typing.NDArray[np.uint8]", form: str, parameters: tuple[int, int]) -> bytes:
    is_encoded, data = cv2.imencode(form, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), parameters)
    if not is_encoded:
        raise RuntimeError(f"A texture could not be encoded as {form}.")
    return data.tobytes()
