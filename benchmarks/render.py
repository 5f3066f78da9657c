"""How exactly a facade's plane is found, how well tiles repeat, and what the whole way of a render costs.

    python -m benchmarks.render [--quick] [--sheet FOLDER]

Facades and textures are generated. The whole way runs in a process of its own, on one thread, so that its peak is its.
``--sheet`` writes pictures of before and after instead, to be looked at.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.render_walls import mask_figures
from processing.imaging.errors import ImageRefused
from processing.imaging.facade import pipeline
from processing.imaging.facade.plane import rectify
from processing.imaging.facade.renderer import render
from processing.imaging.facade.renderer.configuration import STREET
from processing.imaging.facade.texture import samples, tiles
from processing.imaging.types import Pixels
from tests.imaging.facade.drawn import degrees_off, seen

TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
STATUS = Path("/proc/self/status")
VIEWS = 60
FIRST_SEED = 30_000_000
"""No smaller seed is measured, so that none was ever learnt from."""
DEGREES, REFUSED, SEAM, SECONDS, MEBIBYTES = 0.5, 0.1, 1.5, 4.0, 1200
TWO_MEGAPIXELS, TWELVE_MEGAPIXELS = (1250, 1600), (3024, 4032)


def line(figure: str, value: float, target: float | None) -> dict[str, object]:
    told: dict[str, object] = {"benchmark": "render", "figure": figure, "value": round(value, 4), "target": target}
    return told | {"holds": target is None or value <= target}


def rectification_figures() -> Iterator[dict[str, object]]:
    """Degrees by which levels and uprights miss theirs: plain walls seen from anywhere, streets with all that stands in
    them; seconds at 2 MP."""
    off, refused, spent = measured(walls())
    yield from told("plain walls, 2 MP", off, refused)
    yield line("rectification at 2 MP: CPU seconds", spent, 1.0)
    off, refused, _ = measured(streets())
    yield from told("generated facades in streets", off, refused)


View: TypeAlias = tuple[Pixels, NDArray[np.float64], tuple[float, float, float, float]]
"""A photo, the wall to it (3 x 3), and the wall's box in its own units."""


def walls() -> Iterator[View]:
    random = np.random.default_rng(20)
    for _ in range(VIEWS):
        yaw, pitch, roll = random.uniform(-42, 42), random.uniform(-20, 20), random.uniform(-4, 4)
        view = seen(yaw, pitch, roll, random.uniform(0.9, 2.0), TWO_MEGAPIXELS)
        yield view.photo, view.to_photo, (200, 160, 1080, 820)


def streets() -> Iterator[View]:
    large = replace(STREET, name="street-rectification", height=900, width=1200)
    for seed in range(FIRST_SEED, FIRST_SEED + VIEWS):
        facade = render(seed, large)
        yield facade.photo, facade.plane, facade.box


def measured(views: Iterator[View]) -> tuple[list[float], int, float]:
    """Degrees off of each, how many were refused, and the usual seconds of processor time."""
    off, refused, spent = [], 0, []
    for photo, to_photo, box in views:
        began = time.process_time()
        try:
            off.append(max(degrees_off(rectify.plane_of(photo).homography, to_photo, box)))
        except ImageRefused:
            refused += 1
        spent.append(time.process_time() - began)
    return off, refused, float(np.median(spent))


def told(where: str, off: list[float], refused: int) -> Iterator[dict[str, object]]:
    yield line(f"{where}: rectification error, median degrees", float(np.median(off)), DEGREES)
    yield line(f"{where}: rectification error, worst degrees", float(np.max(off)), None)
    yield line(f"{where}: share refused", refused / VIEWS, REFUSED)


def awkward() -> Iterator[tuple[str, Pixels]]:
    """Textures that do not repeat: cut anywhere, lit from a side, of noise, of nothing, of a picture."""
    for name, draw in samples.SAMPLES.items():
        whole = np.tile(draw(5), (2, 2, 1))
        part = whole[41:623, 67:518]
        yield f"{name}, cut anywhere", part
        yield f"{name}, cut and lit from the left", lit(part, 0.6)
    yield "noise, lit", lit(np.random.default_rng(0).integers(40, 200, (300, 420, 3)).astype(np.uint8), 0.6)
    yield "nothing, lit", lit(np.full((200, 300, 3), 150, np.uint8), 0.9)
    yield "a facade", seen(20, 8, size=(300, 400)).photo
    yield "tiny", samples.stone(3)[60:76, 100:124]


def lit(texture: Pixels, strength: float) -> Pixels:
    height, width = texture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    fall = 1 - strength / 2 + strength * (0.7 * x / width + 0.3 * y / height)
    return np.clip(texture * fall[..., None], 0, 255).astype(np.uint8)


def seam_figures() -> Iterator[dict[str, object]]:
    worst = 0.0
    for name, texture in awkward():
        before = max(tiles.seam(texture))
        after = max(tiles.seam(tiles.seamless(texture)[0]))
        worst = max(worst, after)
        print(f"  {name:38} seam {before:7.2f} -> {after:5.2f}")
    yield line("tiles: worst seam over the texture's own gradient", worst, SEAM)


def cost_figures() -> Iterator[dict[str, object]]:
    small, large = whole_way(TWO_MEGAPIXELS), whole_way(TWELVE_MEGAPIXELS)
    print(f"  2 MP by step: {small['steps']}\n  12 MP by step: {large['steps']}")
    yield line("2 MP, the whole way, refined: CPU seconds", small["seconds"], SECONDS)
    yield line("12 MP, the whole way, refined: CPU seconds", large["seconds"], None)
    yield line("12 MP, the whole way, refined: peak MiB", large["peak"], MEBIBYTES)


def whole_way(size: tuple[int, int]) -> dict:
    """Seconds of processor time, peak and steps of one render, measured in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        store(Path(folder), seen(24, -9, 1.5, size=size).photo, lit(samples.brick(2)[30:400, 20:470], 0.3))
        program = f"from benchmarks.render import one_run; one_run({folder!r})"
        answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told: dict = json.loads(answer.stdout.splitlines()[-1])
    return told


def one_run(folder: str) -> None:
    cv2.setNumThreads(1)
    began = time.process_time()
    request = {"source": "photo", "texture": "texture", "enable_refinement": True}
    result = pipeline.run(Path(folder), request, lambda step, done: None)
    spent = time.process_time() - began
    peak = int(next(row for row in STATUS.read_text().splitlines() if row.startswith("VmHWM")).split()[1]) / 1024
    print(json.dumps({"seconds": spent, "peak": peak, "steps": result["seconds"], "engine": result["engine"]}))


def store(work: Path, photo: Pixels, texture: Pixels) -> None:
    Image.fromarray(photo).save(work / "photo", "JPEG", quality=92)
    Image.fromarray(texture).save(work / "texture", "JPEG", quality=92)


def sheet(folder: Path) -> None:
    """Before and after of real facades, where they are, and of drawn ones; tiles three by three."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = [(path.stem, read(path)) for path in sorted((TEST_DATA / "facade").glob("*.jpg"))]
    photos += [(f"drawn{number}", seen(yaw, pitch).photo) for number, (yaw, pitch) in enumerate([(30, 10), (-25, -8)])]
    textures = list(samples.SAMPLES.values())
    for number, (name, photo) in enumerate(photos):
        with tempfile.TemporaryDirectory() as work:
            store(Path(work), photo, textures[number % len(textures)](number))
            request = {"source": "photo", "texture": "texture", "real_world_scale": 10, "enable_refinement": True}
            pipeline.run(Path(work), request, lambda step, done: None)
            made, mask = (read(Path(work) / "out" / file) for file in (pipeline.RESULT, pipeline.MASK))
        Image.fromarray(np.hstack([photo, mask, made])).save(folder / f"{name}.jpg", quality=90)
    for name, texture in awkward():
        tile = tiles.seamless(texture)[0]
        Image.fromarray(np.tile(tile, (3, 3, 1))).save(folder / f"tile {name}.jpg", quality=90)


def read(path: Path) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the whole way out")
    parser.add_argument("--sheet", type=Path, help="write pictures to this folder instead")
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    if wanted.sheet:
        sheet(wanted.sheet)
        return 0
    found = [*rectification_figures(), *seam_figures(), *mask_figures(wanted.quick)]
    found += () if wanted.quick else cost_figures()
    for figure in found:
        print(json.dumps(figure))
    return 0 if all(figure["holds"] for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
