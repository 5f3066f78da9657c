"""How much better than bicubic photos are enlarged, and how quickly an eye photo of 12 MP goes the whole way.

    AUREOLE_TEST_DATA=../shared/data python -m benchmarks.enhance [--quick]

Pictures are averaged down by four and enlarged again. Rendered eyes are always there; the annotated eyes and the
photos are measured where they are. Rendered eyes are soft, and what they lose is the renderer's own noise, which
nothing brings back: where there are photographs, their figures are printed and decide nothing. The whole way of the
recipe runs in a process of its own, so that its peak is its.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.imaging import enhance
from processing.imaging.iris import pipeline
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import MACRO
from processing.imaging.iris.renderer.evaluation import FIRST_SEED
from processing.imaging.types import Pixels

TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
DECIBELS, SIMILARITY = 0.2, 0.01
SECONDS, MEBIBYTES = 5.0, 900
LONGEST = 1600
EYES = 12


def psnr(one: Pixels, other: Pixels) -> float:
    return 10 * float(np.log10(255**2 / max(np.square(one.astype(np.float32) - other).mean(), 1e-9)))


def ssim(one: Pixels, other: Pixels) -> float:
    """Wang et al. 2004, on grey levels."""

    def soft(field: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(field, (11, 11), 1.5), np.float64)

    a, b = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64) for picture in (one, other))
    mean_a, mean_b = soft(a), soft(b)
    spread_a, spread_b = soft(a * a) - mean_a**2, soft(b * b) - mean_b**2
    both = soft(a * b) - mean_a * mean_b
    alike = (2 * mean_a * mean_b + 6.5025) * (2 * both + 58.5225)
    return float((alike / ((mean_a**2 + mean_b**2 + 6.5025) * (spread_a + spread_b + 58.5225))).mean())


def pictures() -> Iterator[tuple[str, Pixels]]:
    configuration = replace(MACRO, name="enhance-evaluation", height=600, width=800, jpeg=(95, 98), defocus=(0, 0.004))
    for seed in range(FIRST_SEED, FIRST_SEED + EYES):
        yield "rendered eyes", render(seed, configuration).photo
    for name, folder in (("macro eyes", "iris/macro"), ("photos", "photos")):
        for path in sorted((TEST_DATA / folder).glob("*.jp*g")):
            found = cv2.imread(str(path))
            if found is not None:
                scale = min(1.0, LONGEST / max(found.shape))
                small = cv2.resize(found, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                yield name, np.asarray(small, np.uint8)[..., ::-1].copy()


def gained(photo: Pixels) -> tuple[float, float]:
    """Decibels and similarity over bicubic at four times."""
    height, width = photo.shape[0] // 4 * 4, photo.shape[1] // 4 * 4
    whole = photo[:height, :width]
    small = np.asarray(cv2.resize(whole, (width // 4, height // 4), interpolation=cv2.INTER_AREA), np.uint8)
    plain = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    ours = enhance.enlarged(small, width, height)
    return psnr(ours, whole) - psnr(plain, whole), ssim(ours, whole) - ssim(plain, whole)


def whole_way() -> dict[str, float]:
    """Seconds of processor time and peak MiB of an eye photo of 12 MP, measured in a fresh process."""
    program = "from benchmarks.enhance import one_run; one_run()"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return told


def one_run() -> None:
    cv2.setNumThreads(1)
    eye = render(
        FIRST_SEED, replace(MACRO, name="twelve", height=750, width=1000, iris_share=(0.4, 0.4), off_centre=0.2)
    )
    large = cv2.resize(eye.photo, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        cv2.imwrite(str(work / "original.jpg"), large[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        del eye, large
        began = time.process_time()
        pipeline.run(work, {"source": "original.jpg", "use_anyway": True}, lambda step, done: None)
        seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds, 2), "peak": round(peak)}))


def line(figure: str, value: float, target: float, holds: bool) -> dict[str, object]:
    return {
        "benchmark": "enhance", "figure": figure, "value": round(value, 4), "target": target, "holds": holds,
        "peer": "bicubic",
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the whole way of 12 MP out")
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    gains: dict[str, list[tuple[float, float]]] = {}
    for name, photo in pictures():
        gains.setdefault(name, []).append(gained(photo))
    found = []
    for name, values in gains.items():
        decibels, similarity = np.mean(values, axis=0)
        if name == "rendered eyes" and len(gains) > 1:
            print(f"{name}: {decibels:+.3f} dB, {similarity:+.4f} SSIM over bicubic at 4x (no target)")
            continue
        found.append(line(f"{name}: dB over bicubic at 4x", decibels, DECIBELS, bool(decibels >= DECIBELS)))
        found.append(line(f"{name}: SSIM over bicubic at 4x", similarity, SIMILARITY, bool(similarity >= SIMILARITY)))
    if not wanted.quick:
        told = whole_way()
        found.append(line("12 MP, the whole way: CPU seconds", told["seconds"], SECONDS, told["seconds"] <= SECONDS))
        found.append(line("12 MP, the whole way: peak MiB", told["peak"], MEBIBYTES, told["peak"] <= MEBIBYTES))
    for figure in found:
        print(json.dumps(figure))
    return 0 if all(figure["holds"] for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
