"""The files of an artwork: the picture itself, its renditions, and what it was made by."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from processing.imaging import codec, renditions
from processing.imaging.errors import decoding
from processing.imaging.iris import artwork
from processing.imaging.iris.artwork import Background
from processing.imaging.iris.geometry import Mask
from processing.imaging.iris.options import Options
from processing.imaging.types import Decoded, Format, Header, Pixels

QUALITY = 95
# One filter for every row takes a third less time than a choice for each, and here no more bytes.
PNG_EFFORT = (cv2.IMWRITE_PNG_COMPRESSION, 2, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP)
# A mask is made of runs: looked for as such, unfiltered, it takes a third of the bytes and a quarter of the time.
MASK_EFFORT = (
    cv2.IMWRITE_PNG_COMPRESSION, 2, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE,
    cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE,
)  # fmt: skip


class Saving:
    """Writes into ``folder``; ``files`` are the names of what is there by what it is, ``renditions`` like ingest's."""

    def __init__(self, folder: Path, options: Options) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.options = options
        self.files: dict[str, str] = {}
        self.renditions: list[dict[str, Any]] = []

    def pictures(self, art: Pixels, polar: Pixels) -> None:
        """``art`` RGBA on its ground, as JPEG always and as PNG when the ground is transparent."""
        is_clear = self.options.background is Background.TRANSPARENT
        solid = artwork.laid_on(art, Background.WHITE if is_clear else self.options.background)
        with decoding():
            Image.fromarray(solid).save(self._path("result", "result.jpg"), "JPEG", quality=QUALITY, subsampling=0)
        shown = artwork.laid_on(art, Background.TRANSPARENT) if is_clear else solid
        if is_clear:
            self._png("transparent", "result.png", shown)
        if not self.options.preview:
            self._png("polar", "polar.png", polar)
            self._render(shown)

    def _render(self, picture: Pixels) -> None:
        side = picture.shape[0]
        edge = min(side, codec.LONGEST_EDGE)
        small = np.asarray(cv2.resize(picture, (edge, edge), interpolation=cv2.INTER_AREA), np.uint8)
        levels = renditions.pyramid(Decoded(small, Header(Format.PNG, side, side), side, side))
        self.renditions = [dataclasses.asdict(file) for file in renditions.write(levels, self.folder)]

    def truth(self, mask: Mask, facts: dict[str, Any]) -> None:
        """The mask (255 iris, 128 pupil, 0 else) and everything that was measured."""
        self._png("mask", "mask.png", mask)
        text = json.dumps(facts, indent=1, allow_nan=False)
        self._path("geometry", "geometry.json").write_text(text, encoding="utf-8")

    def _png(self, what: str, name: str, pixels: Pixels) -> None:
        ordered = pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, 3]]
        encoded, data = cv2.imencode(".png", ordered, MASK_EFFORT if pixels.ndim == 2 else PNG_EFFORT)
        if not encoded:
            raise RuntimeError(f"{name} could not be encoded.")
        self._path(what, name).write_bytes(data.tobytes())

    def _path(self, what: str, name: str) -> Path:
        self.files[what] = name
        return self.folder / name
