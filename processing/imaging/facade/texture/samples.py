"""Textures that the project draws itself: seamless, and free for everybody."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 512


def brick(seed: int = 0) -> Pixels:
    """SIDE x SIDE x 3: eight courses of red brick in stretcher bond, half a brick staggered."""
    random = np.random.default_rng(seed)
    picture = np.empty((SIDE, SIDE, 3), np.float32)
    picture[:] = (182, 176, 166)
    tall, wide, joint = SIDE // 8, SIDE // 4, 7
    for course in range(8):
        for number in range(4):
            colour = np.array([158, 82, 62]) * random.uniform(0.8, 1.14) + random.normal(0, 4, 3)
            left = number * wide + (course % 2) * wide // 2
            columns = np.arange(left, left + wide - joint) % SIDE
            picture[course * tall : (course + 1) * tall - joint, columns] = colour
    return _grained(_softened(picture, 1.2), 7, random, (1, 2, 5))


def stone(seed: int = 0) -> Pixels:
    """SIDE x SIDE x 3: four courses of grey ashlar of uneven length."""
    random = np.random.default_rng(seed)
    picture = np.empty((SIDE, SIDE, 3), np.float32)
    picture[:] = (128, 122, 112)
    tall, joint = SIDE // 4, 6
    for course in range(4):
        cuts = np.sort(random.choice(np.arange(1, 7), 3, replace=False)) * SIDE // 7 + int(random.integers(0, 40))
        for number, left in enumerate(cuts):
            right = cuts[number + 1] if number < 2 else cuts[0] + SIDE
            colour = np.array([190, 182, 166]) * random.uniform(0.86, 1.08) + random.normal(0, 1.5, 3)
            picture[course * tall : (course + 1) * tall - joint, np.arange(left, right - joint) % SIDE] = colour
    return _grained(_softened(picture, 1.5), 9, random, (1, 3, 9))


def plaster(seed: int = 0) -> Pixels:
    """SIDE x SIDE x 3: warm trowelled plaster."""
    random = np.random.default_rng(seed)
    picture = np.empty((SIDE, SIDE, 3), np.float32)
    picture[:] = (222, 196, 152)
    return _grained(picture, 9, random, (1, 2, 6, 18))


def timber(seed: int = 0) -> Pixels:
    """SIDE x SIDE x 3: eight upright boards of larch."""
    random = np.random.default_rng(seed)
    picture = np.empty((SIDE, SIDE, 3), np.float32)
    wide = SIDE // 8
    for board in range(8):
        columns = slice(board * wide, (board + 1) * wide)
        picture[:, columns] = np.array([176, 124, 78]) * random.uniform(0.8, 1.12)
        picture[:, (board + 1) * wide - 5 : (board + 1) * wide] = (58, 38, 24)
    # Fibres run upwards: noise that is drawn out along the boards and closes at top and bottom.
    fibres = _noise(random, (0.8, 30)) * 16
    moved = np.roll(picture + fibres[..., None], wide // 2, 1)
    return np.clip(moved, 0, 255).astype(np.uint8)


SAMPLES: dict[str, Callable[[int], Pixels]] = {"brick": brick, "stone": stone, "plaster": plaster, "timber": timber}


def _grained(
    picture: "NDArray[np.float32]", depth: float, random: np.random.Generator, sizes: tuple[float, ...]
) -> Pixels:
    grain = sum((_noise(random, (size, size)) for size in sizes), np.zeros((SIDE, SIDE), np.float32))
    return np.clip(picture + grain[..., None] * np.float32(depth / len(sizes) ** 0.5), 0, 255).astype(np.uint8)


def _softened(picture: "NDArray[np.float32]", reach: float) -> "NDArray[np.float32]":
    """Over the edges too, where the picture goes on with itself; moved so that no joint lies on an edge."""
    wide = cv2.copyMakeBorder(picture, 16, 16, 16, 16, cv2.BORDER_WRAP)
    soft = cv2.GaussianBlur(wide, (0, 0), reach)[16:-16, 16:-16]
    return np.asarray(np.roll(soft, (SIDE // 16, SIDE // 24), (0, 1)), np.float32)


def _noise(random: np.random.Generator, sizes: tuple[float, float]) -> "NDArray[np.float32]":
    """SIDE x SIDE of mean 0 and deviation 1 that repeats, smooth over ``sizes`` pixels (across, down)."""
    across, down = np.fft.fftfreq(SIDE)[None, :], np.fft.fftfreq(SIDE)[:, None]
    smooth = np.exp(-2 * np.pi**2 * ((sizes[0] * across) ** 2 + (sizes[1] * down) ** 2))
    noise = np.fft.ifft2(np.fft.fft2(random.standard_normal((SIDE, SIDE))) * smooth).real
    return np.asarray((noise - noise.mean()) / max(noise.std(), 1e-9), np.float32)
