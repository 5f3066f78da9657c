"""A photo as layers, the whole way from its file to theirs. Runs in the sandbox child, pure."""

import dataclasses
import json
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyvips
from PIL import Image

from processing.imaging import codec, enlarging, renditions
from processing.imaging.depth import engines
from processing.imaging.headers import Limits
from processing.imaging.layers import masks, moving, splitting
from processing.imaging.layers.names import name_of, shown_name
from processing.imaging.sessions import sessions_of
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 3
"""Rises whenever the same photo and options would give other layers."""
STEPS = (("load", 10), ("depth", 30), ("layers", 70), ("save", 100))
"""Names, and the progress at which each ends."""
LARGEST = 2048
"""Pixels: no side of a layer is larger."""
FEWEST, MOST, USUAL = 2, 8, 4
SOFTNESS = 0.05
SHOWN = 1024
"""Pixels: the longest edge of what pages show of a layer."""
MANIFEST, DEPTH, ARCHIVE, MOVING = "layer_manifest.json", "depth.png", "layers.zip", "parallax.webp"

Report = Callable[[str, float], None]


@dataclasses.dataclass(frozen=True)
class Layer:
    """One line of the manifest: ``depth`` from its farthest to its nearest, ``coverage`` of the picture, both 0..1."""

    name: str
    order: int
    depth: tuple[float, float]
    coverage: float


def run(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """The layers of ``work / request["source"]``: ``request["num_layers"]`` (FEWEST to MOST) with edges as wide as
    ``request["softness"]`` (0..1 of the range of depth), by ``request["engine"]`` (one of ``engines.ENGINES``).

    Writes the layers, the depth map, the manifest, all of them in one archive, a short picture that moves, and the
    photo they make with its renditions to ``work / "out"``; the result is JSON-able. Raises ImageRefused for what is
    the picture's fault, ValueError for another number of layers or engine.
    """
    count, softness = int(request.get("num_layers", USUAL)), float(request.get("softness", SOFTNESS))
    if not FEWEST <= count <= MOST:
        raise ValueError(f"num_layers is from {FEWEST} to {MOST}, not {count}.")
    laps = [time.perf_counter()]
    report("load", 0.0)
    found = codec.decode(work / request["source"], Limits.of(request), LARGEST)
    photo = enlarging.on_white(found.pixels)
    laps.append(time.perf_counter())
    report("depth", 0.0)
    near, engine = engines.nearness(photo, request.get("engine", engines.BEST), sessions_of(request))
    laps.append(time.perf_counter())
    report("layers", 0.0)
    layers = splitting.split(photo, near, count, softness)
    if not np.array_equal(splitting.recomposed(layers), photo):
        raise RuntimeError("The layers do not make the photo.")
    laps.append(time.perf_counter())
    report("save", 0.0)
    files = enlarging.save(photo, found, work / "out")
    manifest = _manifest(near, layers, softness, engine)
    _write(work / "out", manifest, near, layers)
    laps.append(time.perf_counter())
    return {
        "version": VERSION,
        "engine": engine,
        "width": photo.shape[1],
        "height": photo.shape[0],
        "photo_width": found.width,
        "photo_height": found.height,
        "manifest": manifest,
        "renditions": files,
        "renderer_version": renditions.RENDERER_VERSION,
        "seconds": {name: round(laps[at + 1] - laps[at], 3) for at, (name, _) in enumerate(STEPS)},
    }


def _manifest(near: "NDArray[np.float32]", layers: Sequence[Pixels], softness: float, engine: str) -> dict[str, Any]:
    count = len(layers)
    limits = [float(near.min()), *masks.cuts(near, count), float(near.max())]
    shares = masks.coverage([layer[..., 3] for layer in layers])
    lines = [
        Layer(name_of(at, count), at, (round(limits[at], 4), round(limits[at + 1], 4)), round(share, 6))
        for at, share in enumerate(shares)
    ]
    return {
        "version": VERSION,
        "engine": engine,
        "width": near.shape[1],
        "height": near.shape[0],
        "num_layers": count,
        "softness": softness,
        "order": "back to front",
        "depth_map": {"name": DEPTH, "bits": 16, "black": "far", "white": "near"},
        "layers": [dataclasses.asdict(line) for line in lines],
    }


def _write(folder: Path, manifest: dict[str, Any], near: "NDArray[np.float32]", layers: Sequence[Pixels]) -> None:
    names = [line["name"] for line in manifest["layers"]]
    looks = [moving.smaller(moving.premultiplied(layer), SHOWN) for layer in layers]
    for name, layer, look in zip(names, layers, looks, strict=True):
        _png(folder / name, layer)
        _look(folder / shown_name(name), look)
    moving.save(looks, folder / MOVING)
    _png(folder / DEPTH, np.rint(near * 65535).astype(np.uint16))
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, allow_nan=False), encoding="utf-8")
    # Pictures are small already; an archive only holds them together.
    with zipfile.ZipFile(folder / ARCHIVE, "w", zipfile.ZIP_STORED) as archive:
        for name in [*names, DEPTH, MANIFEST]:
            archive.writestr(zipfile.ZipInfo(name), (folder / name).read_bytes())


def _look(path: Path, light: Pixels) -> None:
    Image.fromarray(light, "RGBa").convert("RGBA").save(path, "WEBP", quality=85, alpha_quality=60, method=1)


def _png(path: Path, pixels: "NDArray[np.uint8 | np.uint16]") -> None:
    picture = pyvips.Image.new_from_array(pixels, interpretation="srgb" if pixels.ndim == 3 else "grey16")
    picture.pngsave(str(path), compression=2, filter="up", keep="none")
