"""What a render keeps of pictures that lie nowhere else: without them its wall could not be corrected."""

import shutil
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from processing.imaging import codec, enlarging
from processing.imaging.facade import names
from processing.imaging.headers import Limits

LONGEST: Final = 1024
"""Pixels of the picture to look at."""
QUALITY: Final = 85


def keep(work: Path, request: dict[str, Any]) -> None:
    """Copy what ``request["keep"]`` names (``names.ORIGINAL``, ``names.TEXTURE``) to ``work / "out"``, and beside the
    photo the same as a WebP to look at. Raises ImageRefused for a photo that is no picture."""
    wanted, out = request.get("keep") or (), work / "out"
    if names.TEXTURE in wanted:
        shutil.copyfile(work / request["texture"], out / names.TEXTURE)
    if names.ORIGINAL in wanted:
        shutil.copyfile(work / request["source"], out / names.ORIGINAL)
        photo = enlarging.on_white(codec.decode(work / request["source"], Limits.of(request), LONGEST).pixels)
        parameters = (cv2.IMWRITE_WEBP_QUALITY, QUALITY)
        is_encoded, data = cv2.imencode(".webp", np.ascontiguousarray(photo[..., ::-1]), parameters)
        if not is_encoded:
            raise RuntimeError("The photo could not be encoded.")
        (out / names.LOOK).write_bytes(data.tobytes())
