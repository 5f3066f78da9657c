"""What all adapters share: a model that is opened for each use, and that says who did the work."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.imaging.catalog import Entry
from processing.imaging.sessions import Batched, Feeds, Model, Sessions
from processing.imaging.types import Pixels

Floats = NDArray[np.float32]


class Adapter:
    """One part of an installed entry as a callable engine. ``engine`` names the very file, "sface@0ba9fbfa".

    ``provider`` is "CPU" or "CUDA": what the last call really ran on ("" before the first), ``batch`` how many at once.
    """

    part = ""

    def __init__(self, sessions: Sessions, entry: Entry, part: str = "") -> None:
        self.sessions = sessions
        self.entry = entry
        self.part = part or self.part
        digest = sessions.store.recorded(entry, self.part).sha256
        self.engine = f"{entry.name}@{digest[:8]}"
        self.provider = ""
        self.batch = 0

    def opened(self) -> Any:
        """A context manager that gives the loaded Model. Raises ModelMissing, ModelDamaged."""
        return self.sessions.use(self.entry, self.part)

    def run(self, model: Model, feeds: Feeds, batch: int = 1) -> Batched:
        """Run, and remember on what."""
        found = model.run_batched(feeds, batch)
        self.provider, self.batch = found.provider, found.batch
        return found


def planes(photo: Pixels) -> Floats:
    """Height x width x 3 uint8 to 1 x 3 x height x width float32, 0..255 as they are."""
    return np.ascontiguousarray(photo[..., :3].transpose(2, 0, 1)[None], dtype=np.float32)


def picture(planes: Floats) -> Pixels:
    """3 x height x width float32 in 0..255 to height x width x 3 uint8, rounded and clipped."""
    return np.ascontiguousarray(np.clip(np.rint(planes), 0, 255).astype(np.uint8).transpose(1, 2, 0))


def side_lengths(model: Model) -> tuple[int | None, int | None]:
    """Height and width that the first input is made for; None where it takes any."""
    height, width = model.inputs[0][1][-2:]
    return (height if isinstance(height, int) else None, width if isinstance(width, int) else None)
