"""Installed styles: what a network learnt of one painting, laid on a canvas of ours.

Networks paint small; what they painted is enlarged over the photo's own fine detail.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from processing.imaging.catalog import Purpose
from processing.imaging.models.choosing import choose
from processing.imaging.modelstore import missing
from processing.imaging.painterly import names
from processing.imaging.painterly.fields import strips
from processing.imaging.painterly.grounds import canvas
from processing.imaging.painterly.painting import Done, Painter
from processing.imaging.sessions import sessions_of
from processing.imaging.types import Pixels

LONGEST = 1024
"""Pixels: what networks are given and give."""
WEAVE = 4.0
"""How much lighter and darker (of 255) the canvas makes the paint."""
DETAIL = 0.55
"""How much of what the photo has and its small copy lacks is seen through the paint."""


def painter_of(style: str, request: dict[str, Any]) -> tuple[str, Painter]:
    """The engine's name, and the painter of an installed style. Raises ModelMissing with the command that installs it,
    ValueError for a name that no model has."""
    if not request.get("models"):
        raise ValueError(f"There is no style {style} here.")
    sessions = sessions_of(request)
    part = names.installed(sessions.store).get(names.plain(style))
    if part is None:
        wanted = names.known(sessions.store).get(names.plain(style))
        if wanted is None:
            raise ValueError(f"There is no style {style}.")
        raise missing(names.entry_of(sessions.store), wanted)
    chosen = choose(Purpose.STYLE, sessions, style=part)
    return chosen.engine, on_canvas(chosen.use)


def on_canvas(network: Callable[[Pixels], Pixels]) -> Painter:
    """A painter of what the network makes of a photo (H x W x 3): ``strength`` brings out the weave, which is the
    seed's."""

    def paint(photo: Pixels, strength: float, seed: int, done: Done) -> Pixels:
        small = _small(photo)
        painted = network(small)
        done(0.8)
        weave = canvas(photo, seed)
        height, width = photo.shape[:2]
        fine = max(height, width) > LONGEST
        before = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) if fine else small
        after = cv2.resize(painted, (width, height), interpolation=cv2.INTER_CUBIC) if fine else painted
        result = np.empty_like(photo)
        for _, made, _ in strips(photo, 0):
            detail = DETAIL * (photo[made].astype(np.float32) - before[made]).mean(axis=2)
            ground = WEAVE * (0.5 + 0.5 * strength) * weave.rows(made.start, made.stop)
            result[made] = np.clip(np.rint(after[made] + (detail + ground)[..., None]), 0, 255)
        return result

    return paint


def _small(photo: Pixels) -> Pixels:
    scale = min(1.0, LONGEST / max(photo.shape[:2]))
    size = max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
