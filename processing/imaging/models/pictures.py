"""Whole pictures by installed models: larger, with depth, with holes filled, in a style, gone over once more."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.imaging.models.adapter import Adapter, Floats, picture, planes, side_lengths
from processing.imaging.types import Pixels

DEPTH_SIDE: Final = 518
DEPTH_STEP: Final = 14
DEPTH_LONGEST: Final = 1036
FLAT: Final = 1e-4
STYLE_LONGEST: Final = 1024
STYLE_STEP: Final = 4
HOLE_SIDE: Final = 512
HOLE_MARGIN: Final = 64
_MEAN: Final = np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1)
_SPREAD: Final = np.array([0.229, 0.224, 0.225], np.float32).reshape(1, 3, 1, 1)


class RealEsrgan(Adapter):
    """Wang et al.: Real-ESRGAN (2021). Invents detail: label it so."""

    part = "upscaler"
    scale = 4

    def __call__(self, tile: Pixels) -> Pixels:
        """A tile four times as large: RGB uint8 height x width x 3 in, 4 height x 4 width x 3 out.

        Its reach is 34 px: tiles must overlap at least that much. A graph made for one size takes tiles up to that
        size (``ValueError`` beyond).
        """
        height, width = tile.shape[:2]
        with self.opened() as model:
            tall, wide = side_lengths(model)
            if height > (tall or height) or width > (wide or width):
                raise ValueError(f"{self.engine} takes tiles of at most {tall} x {wide} pixels.")
            below, beside = (tall or height) - height, (wide or width) - width
            whole = cv2.copyMakeBorder(tile[..., :3], 0, below, 0, beside, cv2.BORDER_REPLICATE)
            feeds = {model.inputs[0][0]: planes(np.asarray(whole, dtype=np.uint8)) / np.float32(255)}
            found = next(iter(self.run(model, feeds).outputs.values()))[0]
        return picture(found[:, : height * self.scale, : width * self.scale] * np.float32(255))

    def tile_limit(self) -> int | None:
        """The longest side a tile may have; None for any."""
        with self.opened() as model:
            found = [side for side in side_lengths(model) if side is not None]
        return min(found, default=None)


class DepthAnything(Adapter):
    """Yang et al.: Depth Anything V2 (2024), the small one. Relative: which is nearer, not how many metres."""

    part = "depth"

    def __call__(self, photo: Pixels) -> Floats:
        """Nearness of every pixel of an RGB photo: float32 height x width, 0 the farthest to 1 the nearest."""
        height, width = photo.shape[:2]
        with self.opened() as model:
            tall, wide = side_lengths(model)
            size = (tall, wide) if tall and wide else depth_size(height, width)
            small = cv2.resize(photo[..., :3], size[::-1], interpolation=cv2.INTER_CUBIC)
            feed = (planes(np.asarray(small, dtype=np.uint8)) / np.float32(255) - _MEAN) / _SPREAD
            found = next(iter(self.run(model, {model.inputs[0][0]: feed}).outputs.values()))
        near = np.asarray(cv2.resize(found.reshape(found.shape[-2:]), (width, height), interpolation=cv2.INTER_CUBIC))
        low, high = float(near.min()), float(near.max())
        # What differs by rounding only is flat; stretched to 0..1 it would be noise called depth.
        if not high - low > FLAT * max(abs(low), abs(high)):
            return np.zeros((height, width), np.float32)
        return ((near - low) / (high - low)).astype(np.float32)


def depth_size(height: int, width: int) -> tuple[int, int]:
    """The shorter side 518 px, the longer in proportion but at most 1036, both in steps of 14."""
    scale = DEPTH_SIDE / min(height, width)
    tall, wide = (min(DEPTH_LONGEST, max(DEPTH_STEP, round(side * scale))) for side in (height, width))
    return round(tall / DEPTH_STEP) * DEPTH_STEP, round(wide / DEPTH_STEP) * DEPTH_STEP


class Lama(Adapter):
    """Suvorov et al.: Resolution-robust Large Mask Inpainting with Fourier Convolutions (2022)."""

    part = "inpainter"

    def __call__(self, photo: Pixels, hole: NDArray[np.bool_]) -> Pixels:
        """The RGB photo with the pixels of ``hole`` (bool height x width) filled; every other byte is as it was."""
        result = photo.copy()
        if not hole.any():
            return result
        top, left, side = _around(hole)
        padded = (
            (max(0, -top), max(0, top + side - hole.shape[0])),
            (max(0, -left), max(0, left + side - hole.shape[1])),
        )
        rows = slice(max(0, top), min(hole.shape[0], top + side))
        columns = slice(max(0, left), min(hole.shape[1], left + side))
        window = np.pad(photo[rows, columns, :3], (*padded, (0, 0)), mode="edge")
        filled = self._filled(window, np.pad(hole[rows, columns], padded))
        inner = filled[padded[0][0] :, padded[1][0] :][: rows.stop - rows.start, : columns.stop - columns.start]
        here = hole[rows, columns]
        result[rows, columns, :3][here] = inner[here]
        return result

    def _filled(self, window: Pixels, hole: NDArray[np.bool_]) -> Pixels:
        side = window.shape[0]
        how = cv2.INTER_AREA if side > HOLE_SIDE else cv2.INTER_CUBIC
        small = np.asarray(cv2.resize(window, (HOLE_SIDE, HOLE_SIDE), interpolation=how), dtype=np.uint8)
        # A hole may grow when it is shrunk, never shrink: what it covers must not shine through.
        mask = cv2.resize(hole.astype(np.float32), (HOLE_SIDE, HOLE_SIDE), interpolation=cv2.INTER_AREA) > 0
        with self.opened() as model:
            feeds = {"image": planes(small) / np.float32(255), "mask": mask.astype(np.float32)[None, None]}
            found = picture(self.run(model, feeds).outputs["output"][0])
        return np.asarray(cv2.resize(found, (side, side), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _around(hole: NDArray[np.bool_]) -> tuple[int, int, int]:
    """Top, left and side of the square around the hole with a margin; it may reach out of the picture."""
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    tall, wide = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    side = max(tall, wide) + 2 * HOLE_MARGIN
    return int(rows[0]) - (side - tall) // 2, int(columns[0]) - (side - wide) // 2, side


class OneStepDiffusion(Adapter):
    """Parmar, Park, Narasimhan, Zhu: One-Step Image Translation with Text-to-Image Models (2024). Invents detail."""

    part = "refiner"
    side = 512

    def __call__(self, piece: Pixels, random: np.random.Generator) -> Pixels:
        """512 x 512 RGB uint8, gone over once; ``random`` draws its noise. MemoryError where it does not fit."""
        noise = random.standard_normal((1, 4, self.side // 8, self.side // 8), np.float32)
        with self.opened() as model:
            feeds = {"image": planes(piece) / np.float32(255), "noise": noise}
            return picture(self.run(model, feeds).outputs["refined"][0] * np.float32(255))


class FastStyle(Adapter):
    """Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer (2016); one file a style."""

    def __call__(self, photo: Pixels) -> Pixels:
        """The RGB photo in this style, as large as it came: painted at the size the model takes, then resized."""
        height, width = photo.shape[:2]
        with self.opened() as model:
            name = model.inputs[0][0]
            canvas, inner = _style_canvas(photo[..., :3], side_lengths(model))
            turned = slice(None, None, -1) if name == "inputImage" else slice(None)
            found = next(iter(self.run(model, {name: planes(canvas[..., turned])}).outputs.values()))[0]
        painted = picture(found)[: inner[0], : inner[1], turned]
        whole = cv2.resize(np.ascontiguousarray(painted), (width, height), interpolation=cv2.INTER_LANCZOS4)
        return np.asarray(whole, dtype=np.uint8)


def _style_canvas(photo: Pixels, sides: tuple[int | None, int | None]) -> tuple[Pixels, tuple[int, int]]:
    """The photo shrunk to fit and continued by reflection to the sides the model takes, and its size in there."""
    height, width = photo.shape[:2]
    scale = min((sides[0] or STYLE_LONGEST) / height, (sides[1] or STYLE_LONGEST) / width)
    scale = scale if all(sides) else min(1.0, scale)
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(photo, (wide, tall), interpolation=how)
    below = (sides[0] or -(-tall // STYLE_STEP) * STYLE_STEP) - tall
    beside = (sides[1] or -(-wide // STYLE_STEP) * STYLE_STEP) - wide
    border = cv2.BORDER_REFLECT if max(below, beside) else cv2.BORDER_REPLICATE
    return np.asarray(cv2.copyMakeBorder(small, 0, below, 0, beside, border), dtype=np.uint8), (tall, wide)
