"""The last pass over a covered wall: an installed diffusion model's, else the photo's own relief and grain."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from processing.imaging import fallbacks
from processing.imaging.catalog import ONE_STEP_DIFFUSION, Purpose
from processing.imaging.facade import detail
from processing.imaging.models.choosing import choose
from processing.imaging.sessions import Sessions, sessions_of
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    GoneOver = Callable[[Pixels, np.random.Generator], Pixels]
    Share = NDArray[np.float32]

SIDE = 512
SHARED = 64
"""Pixels that pieces have in common, where one fades into the next."""
FINE = 32
"""Pixels: what changes over more than this is colour and light, which stay as they were laid."""


def refined(made: Pixels, photo: Pixels, share: "Share", request: dict[str, Any]) -> tuple[Pixels, str]:
    """``made`` (H x W x 3) gone over where ``share`` (H x W, 0..1) was painted, and the name of who did it.

    ``request``: "refinement_seed", and "models" as in ``sessions_of``. A model that does not fit into memory is noted,
    and the edge-aware pass does it.
    """
    seed = int(request.get("refinement_seed", detail.USUAL_SEED))
    if request.get("models"):
        found = _by_model(made, share, seed, sessions_of(request))
        if found:
            return found
    return detail.refined(made, photo, share, seed), detail.NAME


def _by_model(made: Pixels, share: "Share", seed: int, sessions: Sessions) -> tuple[Pixels, str] | None:
    chosen = choose(Purpose.REFINE, sessions, (detail.NAME, detail.refined))
    if not chosen.is_model:
        return None
    try:
        return gone_over(chosen.use, made, share, seed), chosen.engine
    except MemoryError:
        fallbacks.note(ONE_STEP_DIFFUSION.name, "out_of_memory")
        return None


def gone_over(model: "GoneOver", made: Pixels, share: "Share", seed: int) -> Pixels:
    """``made`` with the fine changes that ``model`` makes to its pieces of SIDE pixels, as far as ``share`` says.

    Pieces without wall are not looked at. The same seed gives the same picture.
    """
    height, width = made.shape[:2]
    below, beside = max(0, SIDE - height), max(0, SIDE - width)
    whole = np.asarray(cv2.copyMakeBorder(made, 0, below, 0, beside, cv2.BORDER_REFLECT), np.uint8)
    change = np.zeros(whole.shape, np.float32)
    total = np.zeros(whole.shape[:2], np.float32)
    faded = _faded()
    for number, (top, left) in enumerate(_corners(*whole.shape[:2])):
        rows, columns = slice(top, top + SIDE), slice(left, left + SIDE)
        if not share[rows, columns].any():
            continue
        piece = np.ascontiguousarray(whole[rows, columns])
        change[rows, columns] += _fine_change(model, piece, np.random.default_rng((seed, number))) * faded[..., None]
        total[rows, columns] += faded
    change /= np.maximum(total, 1e-6)[..., None]
    return np.clip(np.rint(made + change[:height, :width] * share[..., None]), 0, 255).astype(np.uint8)


def _fine_change(model: "GoneOver", piece: Pixels, random: np.random.Generator) -> "NDArray[np.float32]":
    change = model(piece, random).astype(np.float32) - piece
    return np.asarray(change - cv2.GaussianBlur(change, (0, 0), FINE), np.float32)


def _corners(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Top and left of every piece; the last ones end with the picture."""
    for top in _starts(height):
        for left in _starts(width):
            yield top, left


def _starts(length: int) -> list[int]:
    return [*range(0, length - SIDE, SIDE - SHARED), length - SIDE]


def _faded() -> "NDArray[np.float32]":
    """SIDE x SIDE: 1 in the middle, falling towards the rim over what pieces share."""
    ramp = np.minimum(1, (np.minimum(np.arange(SIDE), np.arange(SIDE)[::-1]) + 1) / SHARED).astype(np.float32)
    return np.minimum.outer(ramp, ramp)
