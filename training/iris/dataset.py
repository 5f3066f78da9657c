"""The pictures to learn from, rendered once into memory-mapped files."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from processing.imaging.iris import renderer
from processing.imaging.iris.renderer.configuration import (
    CLOSED,
    EVERYDAY,
    FACE,
    INFRARED,
    MACRO,
    NOISE,
    OBJECT,
    PHONE,
    Configuration,
)

HEIGHT, WIDTH = 192, 256
# How many of every hundred pictures are of each kind.
MIXTURE: tuple[tuple[Configuration, int], ...] = (
    (EVERYDAY, 31), (MACRO, 21), (INFRARED, 20), (PHONE, 12), (CLOSED, 5), (FACE, 6), (OBJECT, 3), (NOISE, 2),
)  # fmt: skip


@dataclass(frozen=True)
class Pictures:
    """``photos`` n x H x W x 3 and ``masks`` n x H x W, uint8 and on disk; ``boxes`` n x 3 float: middle and
    radius of the limbus in pixels, radius 0 where there is no iris."""

    photos: np.ndarray
    masks: np.ndarray
    boxes: np.ndarray


def configurations() -> list[Configuration]:
    """One hundred, in an order that spreads the kinds."""
    each = [replace(one, height=HEIGHT, width=WIDTH) for one, share in MIXTURE for _ in range(share)]
    order = np.random.default_rng(0).permutation(len(each))
    return [each[place] for place in order]


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


def part_path(folder: Path, part: int, seed: int, count: int) -> Path:
    return folder / f"{fingerprint()}-{seed}-{count}-{part}"


def render_part(folder: Path, part: int, parts: int, seed: int, count: int) -> Path:
    """Pictures number part, part + parts, ... of ``count``; done already when the last file is there."""
    path = part_path(folder, part, seed, count)
    if path.with_suffix(".boxes.npy").exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    numbers, mixture = range(part, count, parts), configurations()
    photos = _mapped(path.with_suffix(".photos.npy"), (len(numbers), HEIGHT, WIDTH, 3))
    masks = _mapped(path.with_suffix(".masks.npy"), (len(numbers), HEIGHT, WIDTH))
    boxes = np.zeros((len(numbers), 3), np.float32)
    for row, number in enumerate(numbers):
        picture = renderer.render(seed + number, mixture[number % len(mixture)])
        photos[row], masks[row] = picture.photo, picture.mask
        if picture.geometry and picture.mask.any():
            limbus = picture.geometry.limbus
            boxes[row] = limbus.cx, limbus.cy, limbus.a
    photos.flush()
    masks.flush()
    np.save(path.with_suffix(".boxes.npy"), boxes)
    return path


def _mapped(path: Path, shape: tuple[int, ...]) -> np.memmap:
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)


def load(path: Path) -> Pictures:
    photos, masks = (np.load(path.with_suffix(f".{name}.npy"), mmap_mode="r") for name in ("photos", "masks"))
    return Pictures(photos, masks, np.load(path.with_suffix(".boxes.npy")))
