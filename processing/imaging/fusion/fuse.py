"""Artworks of several people as one picture: placed, divided among themselves, blended where they meet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.fusion.blend import FEATHER_SHARE, Mode, blend
from processing.imaging.fusion.layouts import ONE_MIDDLE, Layout, Placement, divided, planned
from processing.imaging.fusion.placing import Source, placed, with_pupil
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 2048
"""Pixels: no side of the work is longer."""
# Coverage above this is there, below it is the soft edge.
THERE = 127


@dataclass(frozen=True)
class Wish:
    """``side``: the longer side of the result in pixels, at most LARGEST; ``background`` RGB 0..255; ``placements``
    for Layout.FREE."""

    layout: Layout
    mode: Mode = Mode.MULTIBAND
    side: int = LARGEST
    background: tuple[int, int, int] = (0, 0, 0)
    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True, eq=False)
class Fused:
    """``pixels`` H x W x 3 uint8; ``modes`` really used, seam by seam, and why where it is not the one asked for."""

    pixels: Pixels
    modes: tuple[Mode, ...]
    reasons: tuple[str, ...]


def fused(sources: list[Source], wish: Wish, done: Callable[[float], None] | None = None) -> Fused:
    """The sources (2 to 4) as one picture; ``done`` hears a fraction after each. Raises ``layouts.WrongCount`` for a
    layout of another number."""
    plan = planned(wish.layout, len(sources), wish.placements)
    side = min(wish.side, LARGEST)
    height, width = (side, round(side * plan.aspect)) if plan.aspect <= 1 else (round(side / plan.aspect), side)
    if wish.layout in ONE_MIDDLE:
        sources, pupil = with_one_pupil(sources)
    else:
        pupil = 0.0
    shares = divided(wish.layout, replace(plan, aspect=width / height), height, pupil)
    sheet = SoftSheet(height, width) if wish.mode is Mode.FEATHER else Sheet(height, width)
    for number, (source, placement) in enumerate(zip(sources, plan.placements, strict=True)):
        sheet.lay(placed(source, placement, height, width), shares[number] > 0.5, wish.mode)
        if done:
            done((number + 1) / len(sources))
    return Fused(sheet.upon(wish.background), tuple(sheet.modes), tuple(sheet.reasons))


def with_one_pupil(sources: list[Source]) -> tuple[list[Source], float]:
    """All irises with the mean of their pupils, and that mean (0 where none is an iris)."""
    pupils = [source.pupil for source in sources if source.pupil]
    if not pupils:
        return sources, 0.0
    ratio = float(np.mean(pupils))
    return [with_pupil(source, ratio) for source in sources], ratio


class Sheet:
    """What has been laid so far: colours, and how much of each pixel is covered."""

    def __init__(self, height: int, width: int) -> None:
        self._colours = np.zeros((height, width, 3), np.uint8)
        self._covered = np.zeros((height, width), np.uint8)
        self.modes: list[Mode] = []
        self.reasons: list[str] = []

    def lay(self, layer: Pixels, territory: "NDArray[np.bool_]", mode: Mode) -> None:
        """``layer`` (H x W x 4) over its territory, and wherever nothing lies yet.

        Both pictures are continued by each other where they end, so that only the seam between them is blended: the
        rim to the empty ground is no seam, and a dark ground must not run into an iris.
        """
        before, here = self._covered > THERE, layer[..., 3] > THERE
        if before.any():
            below = np.where(before[..., None], self._colours, layer[..., :3])
            above = np.where(here[..., None], layer[..., :3], below)
            mask = (here & (territory | ~before)).astype(np.uint8) * 255
            found = blend(below, above, mask, mode)
            self._colours = found.pixels
            self.modes.append(found.mode)
            self.reasons.append(found.reason)
        else:
            self._colours = np.ascontiguousarray(layer[..., :3])
        self._covered = np.maximum(self._covered, layer[..., 3])

    def upon(self, background: tuple[int, int, int]) -> Pixels:
        share = self._covered[..., None].astype(np.float32) / 255
        ground = np.array(background, np.float32)
        return np.asarray(np.rint(ground + (self._colours - ground) * share), np.uint8)


class SoftSheet:
    """All layers at once, each fading into whichever lies beside it.

    One after the other would not do: where two later ones meet, both would fade into what lies beneath them.
    """

    def __init__(self, height: int, width: int) -> None:
        self._layers: list[Pixels] = []
        self._owner = np.full((height, width), -1, np.int8)
        self.modes: list[Mode] = []
        self.reasons: list[str] = []

    def lay(self, layer: Pixels, territory: "NDArray[np.bool_]", mode: Mode) -> None:
        """As ``Sheet.lay``."""
        here = layer[..., 3] > THERE
        self._owner[here & (territory | (self._owner < 0))] = len(self._layers)
        if self._layers:
            self.modes.append(mode)
            self.reasons.append("")
        self._layers.append(layer)

    def upon(self, background: tuple[int, int, int]) -> Pixels:
        height, width = self._owner.shape
        reach = max(1.0, FEATHER_SHARE * min(height, width) / 2)
        total = np.full((height, width, 1), 1e-6, np.float32)
        colours, covered = np.zeros((height, width, 3), np.float32), np.zeros((height, width, 1), np.float32)
        for number, layer in enumerate(self._layers):
            own = cv2.GaussianBlur((self._owner == number).astype(np.float32), (0, 0), reach)
            share = (own * (layer[..., 3] > 0))[..., None]
            # A rim that fades into the ground must not fade into a neighbour's colour too.
            share *= layer[..., 3:].astype(np.float32) / 255
            colours += layer[..., :3] * share
            total += share
            covered = np.maximum(covered, layer[..., 3:].astype(np.float32) / 255)
        ground = np.array(background, np.float32)
        return np.asarray(np.clip(np.rint(ground + (colours / total - ground) * covered), 0, 255), np.uint8)
