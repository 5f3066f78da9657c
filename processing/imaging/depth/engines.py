"""Who says how near things are: the installed model, else the geometric cues."""

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from processing.imaging.catalog import Purpose
from processing.imaging.depth import cues
from processing.imaging.depth.guided import along_edges
from processing.imaging.models.choosing import choose
from processing.imaging.sessions import Sessions
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEST, CUES = "best", "cues"
ENGINES: Final = (BEST, CUES)
"""``best``: an installed model takes over."""


def nearness(picture: Pixels, engine: str, sessions: Sessions) -> tuple["NDArray[np.float32]", str]:
    """How near everything in ``picture`` (H x W x 3) is, H x W, 0 far to 1 near, and the name of who said so.

    ValueError for an engine that is none of ENGINES; ModelDamaged, where an installed one cannot be used.
    """
    if engine not in ENGINES:
        raise ValueError(f"There is no engine called {engine!r}.")
    if engine == CUES:
        return cues.nearness(picture), cues.NAME
    chosen = choose(Purpose.DEPTH, sessions, (cues.NAME, cues.nearness))
    near = chosen.use(picture)
    return (_sharpened(near, picture) if chosen.is_model else near), chosen.engine


def _sharpened(near: "NDArray[np.float32]", picture: Pixels) -> "NDArray[np.float32]":
    """A model looks at a small picture: its edges are brought to where the large one has them."""
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    reach = max(1, round(cues.SMOOTHED * max(near.shape)))
    return np.clip(along_edges(near, guide, reach), 0, 1)
