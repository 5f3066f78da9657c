"""The facades to learn from, drawn once into memory-mapped files."""

import hashlib
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from processing.imaging.facade import renderer
from processing.imaging.facade.renderer import camera
from processing.imaging.facade.renderer.configuration import FRONTAL, RECTIFIED, STREET, Configuration

SIDE = 288
MIXTURE: tuple[Configuration, ...] = tuple(
    replace(one, height=SIDE, width=SIDE) for one in (STREET, RECTIFIED, FRONTAL, RECTIFIED)
)


@dataclass(frozen=True)
class Pictures:
    """``photos`` n x SIDE x SIDE x 3 and ``labels`` n x SIDE x SIDE, uint8 and on disk; ``boxes`` n x 4 float: left,
    top, right, bottom of the house in pixels."""

    photos: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray


def first_seed(seed: int, count: int) -> int:
    """A million pictures for each training seed. Raises ValueError where they would reach tuning's (from 8,000,000)
    and the evaluation's (from 9,000,000)."""
    if not 0 <= seed <= 7 or count > 1_000_000:
        raise ValueError("Training seeds are 0 to 7, with at most a million pictures: the others belong to the tests.")
    return seed * 1_000_000


def fingerprint() -> str:
    """Changes with the renderer's source, so that stale pictures are never learnt from."""
    sources = [Path(__file__), *sorted(Path(renderer.__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def draw(folder: Path, seed: int, count: int, workers: int = 1) -> Pictures:
    """``count`` pictures, the same from any number of ``workers``; read again when they were drawn before."""
    path = folder / f"{fingerprint()}-{seed}-{count}"
    names = [path.with_suffix(f".{name}.npy") for name in ("photos", "labels", "boxes")]
    if not names[2].exists():
        folder.mkdir(parents=True, exist_ok=True)
        photos, labels = (
            np.lib.format.open_memmap(name, mode="w+", dtype=np.uint8, shape=(count, SIDE, SIDE, *more))
            for name, more in zip(names[:2], ((3,), ()), strict=True)
        )
        boxes = np.zeros((count, 4), np.float32)
        rows = ((first_seed(seed, count) + row, MIXTURE[row % len(MIXTURE)]) for row in range(count))
        with Pool(workers) as pool:
            for row, drawn in enumerate(pool.imap(_drawn, rows, 8)):
                photos[row], labels[row], boxes[row] = drawn
        photos.flush()
        labels.flush()
        np.save(names[2], boxes)
    return Pictures(*(np.load(name, mmap_mode="r") for name in names))


def _drawn(asked: tuple[int, Configuration]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    facade = renderer.render(*asked)
    return facade.photo, facade.labels, _box(facade)


def _box(facade: renderer.Facade) -> np.ndarray:
    left, top, right, bottom = facade.box
    corners = camera.mapped(facade.plane, np.array([[x, y] for x in (left, right) for y in (top, bottom)]))
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])
