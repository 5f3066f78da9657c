"""How well reflections on an iris are found and filled: rendered eyes with and without their lamps.

    python -m benchmarks.iris_reflections [--eyes 100]

The pairs are the renderer's evaluation eyes, once with lamps and once without: what a lamp changed by more than 40
grey levels is the truth to be found, the eye without lamps is what should lie beneath.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.imaging.iris import reflections
from processing.imaging.iris.geometry import IRIS, Mask
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.evaluation import EVALUATION, FIRST_SEED
from processing.imaging.iris.sheet import Sheet
from processing.imaging.types import Pixels

LIT = replace(EVALUATION, height=540, width=720, iris_share=(0.25, 0.58), catch_lights=(1, 4))
VISIBLE = 40.0
# A mark this far from a lamp (in radii) is no longer its glow.
GLOW = 0.06
RECALL, FALSE_PCT, DECIBELS, ENERGY = 0.95, 0.3, 24.0, (0.7, 1.1)


@dataclass
class Pair:
    lit: Pixels
    dark: Pixels
    mask: Mask
    sheet: Sheet

    @property
    def truth(self) -> NDArray[np.bool_]:
        added = cv2.GaussianBlur((self.lit.astype(np.float32) - self.dark).mean(axis=2), (0, 0), 1)
        return np.asarray((added > VISIBLE) & (self.mask == IRIS))

    def widened(self, spots: NDArray[np.bool_], radii: float) -> NDArray[np.bool_]:
        reach = max(1, round(radii * self.sheet.geometry.limbus.radius))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        return np.asarray(cv2.dilate(spots.astype(np.uint8), kernel) > 0)


def pairs(count: int) -> Iterator[Pair]:
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        lit, dark = render(seed, LIT), render(seed, replace(LIT, catch_lights=(0, 0)))
        assert lit.geometry
        yield Pair(lit.photo, dark.photo, lit.mask, Sheet(lit.geometry))


def energy(photo: Pixels, where: NDArray[np.bool_]) -> float:
    grey = photo.astype(np.float32).mean(axis=2)
    return float(np.square(grey - cv2.GaussianBlur(grey, (0, 0), 3))[where].mean())


@dataclass
class Scores:
    hit: int = 0
    lamps: int = 0
    false: int = 0
    iris: int = 0
    equal: int = 0
    pictures: int = 0
    errors: float = 0.0
    filled: int = 0
    energy_made: float = 0.0
    energy_true: float = 0.0

    def add(self, pair: Pair) -> None:
        truth, ring = pair.truth, pair.mask == IRIS
        cleaned = reflections.removed(pair.lit, pair.mask, pair.sheet)
        self.hit += int(np.count_nonzero(cleaned.hole & truth))
        self.lamps += int(np.count_nonzero(truth))
        self.false += int(np.count_nonzero(cleaned.hole & ~pair.widened(truth, GLOW)))
        self.iris += int(np.count_nonzero(ring))
        self.equal += bool(np.array_equal(cleaned.photo[~cleaned.hole], pair.lit[~cleaned.hole]))
        self.equal -= bool((cleaned.hole & ~ring).any())
        self.pictures += 1
        if truth.any():
            self._fill(pair, pair.widened(truth, reflections.GROWN) & ring)

    def _fill(self, pair: Pair, hole: NDArray[np.bool_]) -> None:
        made = reflections.filled(pair.lit, hole, pair.mask, pair.sheet)
        pixels = int(np.count_nonzero(hole))
        self.errors += float(np.square(made[hole].astype(float) - pair.dark[hole]).mean()) * pixels
        self.filled += pixels
        # Beneath the lamp lies the dark eye; around it too, or the lamps' own rims would count as texture.
        within = np.where(hole[..., None], made, pair.dark)
        self.energy_made += energy(within, hole) * pixels
        self.energy_true += energy(pair.dark, hole) * pixels

    def figures(self) -> Iterator[dict[str, object]]:
        recall, false = self.hit / max(self.lamps, 1), 100 * self.false / max(self.iris, 1)
        decibels = 10 * float(np.log10(255**2 * self.filled / max(self.errors, 1e-9)))
        texture = self.energy_made / max(self.energy_true, 1e-9)
        equal = self.equal / max(self.pictures, 1)
        yield line("recall", recall, RECALL, recall >= RECALL)
        yield line("falsely marked, % of the iris", false, FALSE_PCT, false <= FALSE_PCT)
        yield line("pictures byte-equal outside", equal, 1.0, equal == 1)
        yield line("dB inside true masks", decibels, DECIBELS, decibels >= DECIBELS)
        yield line("texture energy inside true masks", texture, ENERGY[1], ENERGY[0] <= texture <= ENERGY[1])


def line(figure: str, value: float, target: float, holds: bool) -> dict[str, object]:
    return {
        "benchmark": "iris_reflections",
        "figure": figure,
        "value": round(value, 4),
        "target": target,
        "holds": holds,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eyes", type=int, default=100)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    scores = Scores()
    for pair in pairs(wanted.eyes):
        scores.add(pair)
    found = list(scores.figures())
    for figure in found:
        print(json.dumps(figure))
    return 0 if all(figure["holds"] for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
