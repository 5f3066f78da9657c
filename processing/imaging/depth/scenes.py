"""Places that nobody photographed: a floor, things that stand on it, a sky; how near everything is and what is hidden
is known.

For tests and benchmarks; nothing here is fitted to the cues.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Scene:
    """``photo`` and ``empty`` (the same without things) H x W x 3; ``nearness`` H x W, 0 far to 1 at the lower edge."""

    photo: Pixels
    empty: Pixels
    nearness: "NDArray[np.float32]"


def scene(seed: int, height: int = 360, width: int = 480) -> Scene:
    """The same seed gives the same scene."""
    random = np.random.default_rng(seed)
    level = random.uniform(0.3, 0.55) * height
    rows = np.arange(height, dtype=np.float32)
    by_row = np.clip((rows - level) / (height - level), 0, 1)
    empty = _floor(random, by_row, height, width, level)
    empty[: int(level)] = _sky(random, int(level), width)
    near = np.repeat(by_row[:, None], width, axis=1)
    photo = empty.copy()
    for foot in np.sort(random.uniform(0.08, 0.9, random.integers(3, 7))):
        _stand(random, photo, near, float(foot), level)
    noise = random.normal(0, 3, photo.shape)
    seen, bare = (np.clip(each + noise, 0, 255).astype(np.uint8) for each in (photo, empty))
    return Scene(seen, bare, near)


def _floor(
    random: np.random.Generator, by_row: "NDArray[np.float32]", height: int, width: int, level: float
) -> "NDArray[np.float32]":
    """Tiles or boards in perspective, of two tones of one colour."""
    tone, other = random.uniform(60, 180, 3), random.uniform(-25, 25)
    depth = 1 / np.maximum(by_row, 1e-3)
    along = (np.arange(width) - random.uniform(0.2, 0.8) * width)[None, :] * depth[:, None] / width * 6
    deep = np.repeat(depth[:, None] * 3, width, axis=1)
    is_board = random.random() < 0.5
    pattern = np.floor(along) + (0 if is_board else np.floor(deep))
    fading = np.clip(by_row * 4, 0, 1)[:, None]
    floor = tone[None, None] + other * fading[..., None] * (pattern % 2)[..., None]
    return np.asarray(cv2.GaussianBlur(floor.astype(np.float32), (0, 0), 0.8))


def _sky(random: np.random.Generator, height: int, width: int) -> "NDArray[np.float32]":
    above, below = random.uniform(90, 200, 3), random.uniform(180, 245, 3)
    share = np.linspace(0, 1, max(height, 1))[:height, None, None]
    return np.broadcast_to(above * (1 - share) + below * share, (height, width, 3)).astype(np.float32)


def _stand(
    random: np.random.Generator, photo: "NDArray[np.float32]", near: "NDArray[np.float32]", foot: float, level: float
) -> None:
    """Something upright whose foot is at nearness ``foot``; it hides what is behind it."""
    height, width = near.shape
    bottom = int(level + foot * (height - level))
    tall, wide = foot * random.uniform(0.3, 1.1) * height, foot * random.uniform(0.15, 0.5) * width
    middle = random.uniform(0, width)
    rows, columns = np.indices((height, width))
    inside = (rows <= bottom) & (rows > bottom - tall) & (np.abs(columns - middle) < wide / 2)
    if random.random() < 0.4:
        inside &= ((columns - middle) / (wide / 2)) ** 2 + ((rows - bottom + tall / 2) / (tall / 2)) ** 2 < 1
    colour = random.uniform(20, 235, 3)
    shade = 1 + random.uniform(-0.3, 0.3) * (columns - middle) / max(wide, 1)
    photo[inside] = np.clip(colour[None] * shade[inside][:, None], 0, 255)
    near[inside] = foot
