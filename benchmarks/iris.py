"""How well and how fast irises are found: four ways in one run, on rendered eyes and on the annotated ones.

    AUREOLE_TEST_DATA=../shared/data python -m benchmarks.iris [--eyes 200] [--quick]

Rendered eyes are those of renderer/evaluation.py, which neither training nor tuning has seen.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from processing.imaging.iris import engines
from processing.imaging.iris.geometry import Ellipse, IrisGeometry, Mask, draw_mask, ring_iou
from processing.imaging.iris.renderer.evaluation import (
    EVALUATION,
    EYES,
    NEGATIVE_EVALUATION,
    NEGATIVES,
    PHONE_EVALUATION,
    PHONE_EYES,
    eyes,
)
from processing.imaging.types import Pixels

TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
Finder: TypeAlias = "Callable[[Pixels], Mask | None]"
# set, figure, target; milliseconds are the network's on one core.
TARGETS = {"rendered": 0.95, "phone": 0.80, "macro": 0.92, "nir": 0.83}
WORST_MACRO = 0.80
LOST_SHARE = 0.01
MILLISECONDS = 60.0
CLASSICAL_TARGETS = {"macro": 0.88, "nir": 0.77}


@dataclass
class Score:
    """One method on one set."""

    ious: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        return float(np.mean(self.ious))

    @property
    def lost(self) -> float:
        """Share below .5."""
        return float(np.mean(np.array(self.ious) < 0.5))

    @property
    def milliseconds(self) -> float:
        return 1000 * float(np.median(self.spent))

    def row(self) -> str:
        return f"{self.mean:.3f}   {min(self.ious):.3f}   {100 * self.lost:5.1f} %   {self.milliseconds:7.1f}"


def centred_circle(photo: Pixels) -> Mask:
    """What a placeholder would ship: a ring in the middle."""
    height, width = photo.shape[:2]
    radius = 0.3 * min(height, width)
    limbus = Ellipse.circle(width / 2, height / 2, radius)
    return draw_mask(IrisGeometry(limbus.grown(0.35), limbus), height, width)


def hough_circles(photo: Pixels) -> Mask | None:
    """cv2.HoughCircles alone: the strongest circle, its pupil guessed."""
    scale = 420 / photo.shape[1]
    grey = cv2.medianBlur(cv2.resize(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), None, fx=scale, fy=scale), 5)
    circles = cv2.HoughCircles(grey, cv2.HOUGH_GRADIENT, 1.5, 60, param1=120, param2=40, minRadius=25, maxRadius=170)
    if circles is None:
        return None
    x, y, radius = (float(value) / scale for value in circles[0][0])
    limbus = Ellipse.circle(x, y, radius)
    return draw_mask(IrisGeometry(limbus.grown(0.35), limbus), *photo.shape[:2])


def by_engine(name: engines.Name) -> "Finder | None":
    try:
        segment = engines.engine(name)
    except engines.EngineUnavailable:
        return None

    def find(photo: Pixels) -> Mask | None:
        found = segment(photo)
        return found.mask if found else None

    return find


def methods() -> dict[str, Finder]:
    all_of = {
        "centred circle": centred_circle,
        "HoughCircles": hough_circles,
        "classical": by_engine(engines.Name.CLASSICAL),
        "network": by_engine(engines.Name.NETWORK),
    }
    return {name: finder for name, finder in all_of.items() if finder}


def annotated(folder: Path) -> Iterator[tuple[Pixels, Mask]]:
    for mask in sorted(folder.glob("*_mask.png")):
        photo = next(path for path in folder.glob(f"{mask.stem.removesuffix('_mask')}.*"))
        pixels, truth = cv2.imread(str(photo)), cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)
        yield np.asarray(pixels, np.uint8)[..., ::-1].copy(), np.asarray(truth, np.uint8)


def scored(pictures: Iterable[tuple[Pixels, Mask]], finders: dict[str, Finder]) -> dict[str, Score]:
    """All methods on each picture in turn, so that a busy machine is busy for all."""
    scores = {name: Score() for name in finders}
    for photo, truth in pictures:
        for name, finder in finders.items():
            began = time.perf_counter()
            mask = finder(photo)
            scores[name].spent.append(time.perf_counter() - began)
            scores[name].ious.append(ring_iou(truth, mask) if mask is not None else 0.0)
    return scores


def sets(count: int | None) -> dict[str, Iterable[tuple[Pixels, Mask]]]:
    rendered = (EVALUATION, count or EYES), (PHONE_EVALUATION, count or PHONE_EYES)
    found: dict[str, Iterable[tuple[Pixels, Mask]]] = {
        name: ((eye.photo, eye.mask) for eye in eyes(*which))
        for name, which in zip(("rendered", "phone"), rendered, strict=True)
    }
    for name in ("macro", "nir"):
        pictures = list(annotated(TEST_DATA / "iris" / name))
        if pictures:
            found[name] = pictures
        else:
            print(f"{name}: not measured, the annotated pictures are not here (set AUREOLE_TEST_DATA).")
    return found


def refused(finder: Finder, count: int) -> dict[str, float]:
    """Share of the pictures without an iris to use in which none is found."""
    return {
        configuration.name.removesuffix("-evaluation"): float(
            np.mean([finder(picture.photo) is None for picture in eyes(configuration, count)])
        )
        for configuration in NEGATIVE_EVALUATION
    }


def figures(scores: dict[str, dict[str, Score]]) -> Iterator[dict[str, object]]:
    for name, by_method in scores.items():
        network = by_method["network"]
        yield line(f"{name} mean IoU", network.mean, TARGETS[name], network.mean >= TARGETS[name])
        if name in CLASSICAL_TARGETS and "classical" in by_method:
            mean = by_method["classical"].mean
            yield line(f"{name} mean IoU, classical", mean, CLASSICAL_TARGETS[name], mean >= CLASSICAL_TARGETS[name])
    rendered = scores["rendered"]["network"]
    yield line("rendered share below .5", rendered.lost, LOST_SHARE, rendered.lost <= LOST_SHARE)
    if "macro" in scores:
        worst = min(scores["macro"]["network"].ious)
        yield line("macro worst IoU", worst, WORST_MACRO, worst >= WORST_MACRO)
    spent = rendered.milliseconds
    yield line("milliseconds on one core", spent, MILLISECONDS, spent <= MILLISECONDS)


def line(figure: str, value: float, target: float, holds: bool) -> dict[str, object]:
    return {"benchmark": "iris", "figure": figure, "value": round(value, 4), "target": target, "holds": holds}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eyes", type=int, help="rendered eyes of each kind (default 200 and 100)")
    parser.add_argument("--quick", action="store_true", help="leave the pictures without an iris out")
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    finders = methods()
    print(f"{'set':10} {'method':16} {'mean':5}   {'worst':5}   below .5   ms (median)")
    scores = {}
    for name, pictures in sets(wanted.eyes).items():
        scores[name] = scored(pictures, finders)
        for method, score in scores[name].items():
            print(f"{name:10} {method:16} {score.row()}", flush=True)
    if not wanted.quick:
        shares = refused(finders["network"], wanted.eyes or NEGATIVES)
        print("no iris found in: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares.items()))
    found = list(figures(scores))
    for figure in found:
        print(json.dumps({**figure, "peer": "cv2.HoughCircles"}))
    return 0 if all(figure["holds"] for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
