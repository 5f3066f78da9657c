"""What is painted on: woven canvas and rough paper, as heights with mean 0 and deviation about 1."""

from typing import TYPE_CHECKING

import numpy as np

from processing.imaging.painterly.fields import Field, clouds, grain, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

THREAD = 2.6
TOOTH = 4.2


def canvas(photo: "NDArray[np.generic]", seed: int) -> Field:
    """Plain weave: threads over and under each other (THREAD units wide), none as thick as the next."""
    height, width = photo.shape[:2]
    step = THREAD * unit(photo)
    uneven = grain(photo, 6, seed, 71).whole()
    random = np.random.default_rng([seed, 72])
    down, across = (np.arange(length, dtype=np.float32) / np.float32(step) for length in (height, width))
    shift = random.uniform(0, 2, 2).astype(np.float32)
    down, across = down + shift[0], across + shift[1]
    over = np.cos(np.pi * down)[:, None] * np.cos(np.pi * across)[None, :]
    return Field(np.asarray(1.6 * over + 0.5 * uneven, np.float32), height, width)


def paper(photo: "NDArray[np.generic]", seed: int) -> Field:
    """Cold-pressed paper: bumps of TOOTH units and finer ones."""
    return clouds(photo, TOOTH, seed, 73, octaves=2)
