"""What a painting costs: seconds for each megapixel on one core, style by style, and the memory of the whole recipe.

    AUREOLE_TEST_DATA=../shared/data python -m benchmarks.painterly [--quick]

Photos are those of AUREOLE_TEST_DATA, else a rendered place. Each figure is the median of three runs of a 2 MP photo at
the usual strength, pinned to one core; memory is the peak of a process of its own that paints a 12 MP photo from its
file to the artwork's files. ``--quick`` leaves the memory out.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from PIL import Image

from processing.imaging.depth.scenes import scene
from processing.imaging.painterly import pipeline
from processing.imaging.painterly.painting import PAINTERS, painted
from processing.imaging.types import Pixels

TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
SECONDS = {"oil": 4.0, "watercolour": 4.0, "strokes": 2.5, "pencil": 1.0, "coloured_pencil": 1.0}
MEGABYTES = 1200
NAMES = ("japanese_shop", "canon_5d", "canon_450d")
STRENGTH, SEED, RUNS = 0.5, 42, 3


def photos(megapixels: float) -> list[Pixels]:
    files = [TEST_DATA / "photos" / f"{name}.jpg" for name in NAMES]
    found = [np.asarray(Image.open(file).convert("RGB"), np.uint8) for file in files if file.exists()]
    if not found:
        print("The photos are not here (set AUREOLE_TEST_DATA): a rendered place instead.")
        found = [scene(3, 768, 1024).photo]
    return [_sized(photo, megapixels) for photo in found]


def _sized(photo: Pixels, megapixels: float) -> Pixels:
    scale = (megapixels * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def seconds(style: str, photo: Pixels) -> float:
    """For each megapixel."""
    spent = []
    for _ in range(RUNS):
        began = time.process_time()
        painted(photo, PAINTERS[style][1], STRENGTH, SEED)
        spent.append(time.process_time() - began)
    return median(spent) / (photo.shape[0] * photo.shape[1] / 1e6)


def megabytes(style: str, source: Path) -> float:
    """Peak of a process that does nothing but this."""
    command = [sys.executable, "-m", "benchmarks.painterly", "--recipe", style, str(source)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def recipe(style: str, source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "original").write_bytes(source.read_bytes())
        request = {"source": "original", "style": style, "strength": STRENGTH, "seed": SEED}
        pipeline.run(work, request, lambda step, share: None)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def table(quick: bool) -> bool:
    pictures = photos(2.0)
    rows, holds = [], True
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "large.jpg"
        Image.fromarray(_sized(pictures[0], 12.0)).save(source, quality=92)
        print(f"{'style':16} {'s/MP':>6} {'at most':>8}   {'12 MP recipe, MB':>16} {'at most':>8}")
        for style, limit in SECONDS.items():
            spent = median(seconds(style, photo) for photo in pictures)
            memory = 0.0 if quick else megabytes(style, source)
            rows.append({"style": style, "seconds": round(spent, 2), "megabytes": round(memory)})
            holds = holds and spent <= limit and memory <= MEGABYTES
            print(f"{style:16} {spent:6.2f} {limit:8.1f}   {memory:16.0f} {MEGABYTES:8}", flush=True)
    told = {"benchmark": "painterly", "figure": "seconds a megapixel, peak MB", "value": rows}
    print(json.dumps(told | {"target": SECONDS | {"megabytes": MEGABYTES}, "peer": None, "holds": holds}))
    return holds


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--recipe", nargs=2, metavar=("STYLE", "FILE"))
    asked = reader.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    if asked.recipe:
        recipe(asked.recipe[0], Path(asked.recipe[1]))
        return
    sys.exit(0 if table(asked.quick) else 1)


if __name__ == "__main__":
    main()
