"""How well reflections on an iris are found and filled, on rendered eyes and on photographed ones.

    AUREOLE_TEST_DATA=../shared/data python -m benchmarks.iris_reflections [--eyes 100]

Rendered pairs are the renderer's evaluation eyes, once with lamps and once without; photographed pairs are the
annotated macro eyes, once as they are and once with lamps of rendered eyes laid on their iris. What a lamp changed by
more than 40 grey levels is the truth to be found, the eye without it is what should lie beneath. Lamps that a
photographed eye had before hide what is true: they count for nothing.

Decibels are the mean over pictures (as is usual for PSNR); pooled over all pixels, where the few largest lamps decide,
they are printed beside. An eye of which lamps hide more than a quarter is refused by the recipe and not counted there.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.iris import TEST_DATA, annotated
from processing.imaging.iris import engines, gate, reflections
from processing.imaging.iris.geometry import IRIS, Ellipse, Mask
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.evaluation import EVALUATION, FIRST_SEED
from processing.imaging.iris.renderer.light import lamps_on
from processing.imaging.iris.renderer.scene import draw_scene
from processing.imaging.iris.sheet import Sheet
from processing.imaging.types import Pixels

LIT = replace(EVALUATION, height=540, width=720, iris_share=(0.25, 0.58), catch_lights=(1, 4))
VISIBLE = 40.0
# A mark this far from a lamp (in radii) is no longer its glow.
GLOW = 0.06
RECALL, FALSE_PCT, DECIBELS, ENERGY = 0.95, 0.3, 24.0, (0.7, 1.1)
LAMPS_PER_PHOTO = 12


@dataclass
class Pair:
    lit: Pixels
    dark: Pixels
    mask: Mask
    sheet: Sheet
    unknown: NDArray[np.bool_] | None = None
    """Lamps that were there before."""

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


def photographed() -> Iterator[Pair]:
    """Each annotated eye with LAMPS_PER_PHOTO different sets of lamps."""
    for place, (photo, _) in enumerate(annotated(TEST_DATA / "iris" / "macro")):
        eye = engines.find_iris(photo, check=False).segmentation
        assert eye
        sheet = Sheet(eye.geometry)
        own = reflections.found(photo, eye.mask, sheet)
        for number in range(LAMPS_PER_PHOTO):
            seed = FIRST_SEED + 1 + place * LAMPS_PER_PHOTO + number
            yield Pair(lit_by(seed, photo, eye.geometry.limbus), photo, eye.mask, sheet, own)


def lit_by(seed: int, photo: Pixels, limbus: Ellipse) -> Pixels:
    """``photo`` under the lamps of a rendered eye, limbus on limbus."""
    random = np.random.default_rng(seed)
    scene = draw_scene(random, LIT)
    scale = limbus.radius / scene.limbus.radius
    shift = (limbus.cx - scale * scene.limbus.cx, limbus.cy - scale * scene.limbus.cy)
    moved = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)
    share = np.asarray(cv2.warpAffine(lamps_on(random, scene), moved, photo.shape[1::-1]))[..., None]
    return np.asarray(np.round(photo + share * (255 - photo.astype(np.float32))), np.uint8)


def energy(photo: Pixels, where: NDArray[np.bool_]) -> float:
    grey = photo.astype(np.float32).mean(axis=2)
    return float(np.square(grey - cv2.GaussianBlur(grey, (0, 0), 3))[where].mean())


@dataclass
class Scores:
    """Sums over one set of pairs."""

    name: str
    hit: int = 0
    lamps: int = 0
    false: int = 0
    iris: int = 0
    equal: int = 0
    pictures: int = 0
    decibels: list[float] = field(default_factory=list)
    errors: float = 0.0
    filled: int = 0
    energy_made: float = 0.0
    energy_true: float = 0.0

    def add(self, pair: Pair) -> None:
        known = pair.mask == IRIS
        if pair.unknown is not None:
            known &= ~pair.widened(pair.unknown, GLOW)
        truth = pair.truth
        cleaned = reflections.removed(pair.lit, pair.mask, pair.sheet)
        self.hit += int(np.count_nonzero(cleaned.hole & truth & known))
        self.lamps += int(np.count_nonzero(truth & known))
        self.false += int(np.count_nonzero(cleaned.hole & known & ~pair.widened(truth, GLOW)))
        self.iris += int(np.count_nonzero(known))
        same = np.array_equal(cleaned.photo[~cleaned.hole], pair.lit[~cleaned.hole])
        self.equal += bool(same and not (cleaned.hole & (pair.mask != IRIS)).any())
        self.pictures += 1
        self._fill(pair, pair.widened(truth, reflections.GROWN) & (pair.mask == IRIS), known)

    def _fill(self, pair: Pair, hole: NDArray[np.bool_], known: NDArray[np.bool_]) -> None:
        counted = hole & known
        pixels = int(np.count_nonzero(counted))
        refused = 100 * np.count_nonzero(hole) > gate.MOST_GLARE_PCT * np.count_nonzero(pair.mask == IRIS)
        if not pixels or refused:
            return
        made = reflections.filled(pair.lit, hole, pair.mask, pair.sheet)
        error = float(np.square(made[counted].astype(float) - pair.dark[counted]).mean())
        self.decibels.append(10 * float(np.log10(255**2 / max(error, 1e-3))))
        self.errors += error * pixels
        self.filled += pixels
        # Beneath the lamp lies the dark eye; around it too, or the lamps' own rims would count as texture.
        within = np.where(hole[..., None], made, pair.dark)
        self.energy_made += energy(within, counted) * pixels
        self.energy_true += energy(pair.dark, counted) * pixels

    def figures(self) -> Iterator[dict[str, object]]:
        recall, false = self.hit / max(self.lamps, 1), 100 * self.false / max(self.iris, 1)
        decibels = float(np.mean(self.decibels))
        texture = self.energy_made / max(self.energy_true, 1e-9)
        equal = self.equal / max(self.pictures, 1)
        yield line(f"{self.name}: recall", recall, RECALL, recall >= RECALL)
        yield line(f"{self.name}: falsely marked, % of the iris", false, FALSE_PCT, false <= FALSE_PCT)
        yield line(f"{self.name}: pictures byte-equal outside", equal, 1.0, equal == 1)
        yield line(f"{self.name}: dB inside true masks", decibels, DECIBELS, decibels >= DECIBELS)
        within = ENERGY[0] <= texture <= ENERGY[1]
        yield line(f"{self.name}: texture energy inside true masks", texture, ENERGY[1], within)

    @property
    def pooled(self) -> float:
        """Decibels over all filled pixels at once."""
        return 10 * float(np.log10(255**2 * self.filled / max(self.errors, 1e-9)))


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
    rendered, photos = Scores("rendered"), Scores("photographed")
    for pair in pairs(wanted.eyes):
        rendered.add(pair)
    for pair in photographed():
        photos.add(pair)
    measured = [rendered, photos] if photos.pictures else [rendered]
    if not photos.pictures:
        print("photographed: not measured, the annotated pictures are not here (set AUREOLE_TEST_DATA).")
    for scores in measured:
        counted = f"{scores.pictures} pictures, {len(scores.decibels)} filled"
        print(f"{scores.name}: {counted}, {scores.pooled:.2f} dB pooled over all pixels")
    found = [figure for scores in measured for figure in scores.figures()]
    for figure in found:
        print(json.dumps(figure))
    return 0 if all(figure["holds"] for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
