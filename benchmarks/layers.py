"""How quickly a photo is parted into layers, in how much memory, that nothing of it is lost, and what fills the hidden.

    AUREOLE_TEST_DATA=../shared/data python -m benchmarks.layers [--quick]

The whole way of the recipe (file to files) runs in a process of its own on one core, so that its peak is its; its
seconds are the median of three. Their peer is Pillow writing the same layers once more, on the same core just after:
a machine's speed changes from minute to minute, and the ratio does not. The peer of the fill is OpenCV's inpainting
(Telea 2004) at full size, on places whose background is known; of the geometric cues it is height in the picture.
Photos are measured where they are.
"""

import argparse
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from processing.imaging.depth import cues
from processing.imaging.depth.scenes import Scene, scene
from processing.imaging.layers import pipeline, splitting
from processing.imaging.layers.filling import filled
from processing.imaging.types import Pixels

TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
SECONDS, MEBIBYTES = 3.0, 1144
RUNS = 3
COUNTS = (2, 3, 5, 8)
FIRST_SEED, SCENES = 5_000, 40
PAIRS = 4_000


def photos(megapixels: float) -> Iterator[tuple[str, Pixels]]:
    """Those of the test data as large as asked; a scene where there are none."""
    found = sorted((TEST_DATA / "photos").glob("*.jpg"))
    for path in found:
        yield path.stem, _sized(np.asarray(cv2.imread(str(path)), np.uint8)[..., ::-1], megapixels)
    if not found:
        yield "scene", _sized(scene(FIRST_SEED, 900, 1200).photo, megapixels)


def _sized(photo: Pixels, megapixels: float) -> Pixels:
    scale = (megapixels * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def lost(photo: Pixels, counts: tuple[int, ...] = COUNTS) -> int:
    """The largest difference, of 255, between the photo and its layers laid on each other by Pillow."""
    near, worst = cues.nearness(photo), 0
    for count in counts:
        first, *others = (Image.fromarray(layer, "RGBA") for layer in splitting.split(photo, near, count, 0.05))
        for layer in others:
            first = Image.alpha_composite(first, layer)
        worst = max(worst, int(np.abs(np.asarray(first)[..., :3].astype(int) - photo).max()))
    return worst


def whole_way(megapixels: float) -> dict[str, float]:
    """Processor seconds and peak MiB of one photo, file to files, in a process of its own, warm as workers are."""
    program = f"from benchmarks.layers import one_run; one_run({megapixels})"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return told


def one_run(megapixels: float) -> None:
    cv2.setNumThreads(1)
    _, photo = next(photos(megapixels))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        cv2.imwrite(str(work / "original.jpg"), photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        del photo
        cv2.imwrite(str(work / "small.jpg"), scene(0, 60, 80).photo)
        request = {"source": "small.jpg", "models": {"root": str(work / "models")}}
        pipeline.run(work, request, lambda step, done: None)
        request["source"] = "original.jpg"
        began = time.process_time()
        pipeline.run(work, request, lambda step, done: None)
        seconds = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        peer = written_again(work / "out")
    print(json.dumps({"seconds": round(seconds, 2), "peak": round(peak), "peer": round(peer, 2)}))


def written_again(folder: Path) -> float:
    """Processor seconds in which Pillow writes the layers in ``folder`` as PNG."""
    names = [line["name"] for line in json.loads((folder / pipeline.MANIFEST).read_text("utf-8"))["layers"]]
    layers = [Image.open(folder / name).copy() for name in names]
    began = time.process_time()
    for layer in layers:
        layer.save(io.BytesIO(), "png")
    return time.process_time() - began


def fills(place: Scene) -> dict[str, tuple[float, float]]:
    """By each way: grey levels off what is there in the hidden, and its roughness in shares of the true one."""
    differs = (np.abs(place.photo.astype(int) - place.empty).max(axis=2) > 20).astype(np.uint8)
    hidden = cv2.dilate(differs, np.ones((9, 9), np.uint8)) > 0
    ways = {
        "ours": filled(place.photo, ~hidden, hidden),
        "OpenCV": np.asarray(cv2.inpaint(place.photo, hidden.astype(np.uint8), 5, cv2.INPAINT_TELEA), np.uint8),
        "left as it was": place.photo,
    }
    truth = _roughness(place.empty, hidden)
    return {
        name: (float(np.abs(made.astype(int) - place.empty)[hidden].mean()), _roughness(made, hidden) / truth)
        for name, made in ways.items()
    }


def _roughness(picture: Pixels, where: NDArray[np.bool_]) -> float:
    return float(np.abs(cv2.Laplacian(picture, cv2.CV_32F))[where].mean())


def disorder(place: Scene) -> tuple[float, float]:
    """The share of pairs of points in the wrong order, by the cues and by height in the picture."""
    height, width = place.nearness.shape
    by_height = np.repeat(np.linspace(0, 1, height, dtype=np.float32)[:, None], width, axis=1)
    random = np.random.default_rng(0)
    one, other = ((random.integers(0, height, PAIRS), random.integers(0, width, PAIRS)) for _ in range(2))
    truth = place.nearness[one] - place.nearness[other]
    sure = np.abs(truth) > 0.1
    found = (np.sign(field[one] - field[other]) != np.sign(truth) for field in (cues.nearness(place.photo), by_height))
    ours, plain = (float(wrong[sure].mean()) for wrong in found)
    return ours, plain


def line(figure: str, value: float, target: float | None, holds: bool, peer: str) -> dict[str, object]:
    return {
        "benchmark": "layers", "figure": figure, "value": round(value, 4), "target": target, "holds": holds,
        "peer": peer,
    }  # fmt: skip


def figures(is_quick: bool) -> Iterator[dict[str, object]]:
    worst = max(lost(photo) for _, photo in (list(photos(2))[:2] if is_quick else photos(2)))
    yield line("photos of 2 MP, 2, 3, 5, 8 layers: largest difference", worst, 0, worst == 0, "Pillow")
    measured = [fills(scene(seed)) for seed in range(FIRST_SEED, FIRST_SEED + SCENES)]
    for at, name in enumerate(("grey levels off what is hidden", "roughness of the fill")):
        ours, peer, still = (float(np.mean([each[way][at] for each in measured])) for way in measured[0])
        yield line(f"{name} (OpenCV {peer:.2f}, left as it was {still:.2f})", ours, None, True, "OpenCV")
    wrong = np.mean([disorder(scene(seed)) for seed in range(FIRST_SEED, FIRST_SEED + SCENES)], axis=0)
    yield line("pairs in the wrong order", wrong[0], wrong[1], bool(wrong[0] < wrong[1]), "height in the picture")
    runs = [whole_way(2) for _ in range(RUNS)]
    seconds, ratio = (
        statistics.median(values)
        for values in zip(*((r["seconds"], r["seconds"] / r["peer"]) for r in runs), strict=True)
    )
    yield line("2 MP, file to files: CPU seconds", seconds, SECONDS, seconds <= SECONDS, "none")
    yield line("2 MP: times as long as Pillow writes the layers", ratio, None, True, "Pillow")
    if not is_quick:
        peak = whole_way(12)["peak"]
        yield line("12 MP, file to files: peak MiB", peak, MEBIBYTES, peak <= MEBIBYTES, "none")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two photos, and no 12 MP")
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    holds = True
    for figure in figures(wanted.quick):
        print(json.dumps(figure))
        holds = holds and bool(figure["holds"])
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
