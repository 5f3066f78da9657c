"""Nine pictures out of one decode: 1024, 512 and 256 px as AVIF, WebP and JPEG, without a word of metadata.

AVIF is made by SVT-AV1: against aom at the same speed it needs half the processor time for the same bytes at equal
SSIM (``benchmarks/renditions.py`` measures it against sharp). Three quarters of the work lie in the largest picture:
it goes one speed faster, tuned for multi-scale SSIM, which costs it 4 % more bytes and leaves it level with sharp's;
small ones lose three times as much and stay. Thin pictures go to aom: SVT starts at 64 px.
"""

import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

# SVT-AV1 prints its settings for every picture otherwise; read when the library starts.
os.environ.setdefault("SVT_LOG", "1")

import pillow_avif  # noqa: F401  (puts SVT-AV1 behind Pillow's AVIF)
from PIL import Image

from processing.imaging.codec import fit, from_memory
from processing.imaging.errors import decoding
from processing.imaging.scheduling import stay_ordinary
from processing.imaging.types import Decoded, RenditionFile

RENDERER_VERSION = 1
"""Rises whenever the same photo would give other bytes worth having; older renditions can then be made again."""

SIZES = (1024, 512, 256)
FORMATS = ("avif", "webp", "jpeg")
QUALITY = {"webp": 85, "avif": 75, "jpeg": 90}
SVT_MINIMUM = 64
LARGE = 512
"""Above this edge, in pixels, a picture is encoded as a large one."""
SVT_LARGE = {"tune": "4", "fast-decode": "1"}
SVT_OPTIONS = {
    # Judge blocks by structure (SSIM), spare the eye's dull spots gently, and keep quantiser matrices near flat.
    "tune": "2",
    "enable-variance-boost": "1",
    "variance-boost-strength": "1",
    "enable-qm": "1",
    "qm-min": "10",
}

Wanted = Iterable[tuple[int, str]]
EVERY: tuple[tuple[int, str], ...] = tuple((size, kind) for size in SIZES for kind in FORMATS)


def pyramid(decoded: Decoded) -> dict[int, Image.Image]:
    """The pictures of the three sizes by edge, each made from the next larger one (Lanczos, alpha premultiplied)."""
    picture = Image.fromarray(decoded.pixels)
    found: dict[int, Image.Image] = {}
    for edge in SIZES:
        target = fit(decoded.width, decoded.height, edge)
        if picture.size != target:
            picture = picture.resize(target, Image.Resampling.LANCZOS)
        found[edge] = picture
    return found


def encode(picture: Image.Image, kind: str, quality: int | None = None) -> bytes:
    """The bytes of ``picture`` (RGB or RGBA) as "avif", "webp" or "jpeg"; alpha lies on white in JPEG."""
    buffer = io.BytesIO()
    _ENCODERS[kind](picture, buffer, QUALITY[kind] if quality is None else quality)
    return buffer.getvalue()


def write(
    levels: dict[int, Image.Image], folder: Path, wanted: Wanted = EVERY, done: Callable[[float], None] | None = None
) -> list[RenditionFile]:
    """Write the wanted (size, format) pairs to ``folder/<size>.<format>``; ``done`` hears a fraction after each."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = sorted(set(wanted), reverse=True)
    files = []
    for position, (size, kind) in enumerate(pairs, start=1):
        picture = levels[size]
        # A full disk is not the picture's fault: only encoding may refuse it.
        with decoding():
            data = encode(picture, kind)
        name = f"{size}.{kind}"
        (folder / name).write_bytes(data)
        files.append(RenditionFile(name, size, kind, picture.width, picture.height, len(data)))
        if done:
            done(position / len(pairs))
    return files


def _avif(picture: Image.Image, buffer: io.BytesIO, quality: int) -> None:
    stay_ordinary()
    options: dict[str, Any] = {"codec": "svt", "speed": 6, "advanced": SVT_OPTIONS}
    if max(picture.size) > LARGE:
        options |= {"speed": 7, "advanced": SVT_LARGE}
    if min(picture.size) < SVT_MINIMUM:
        options = {"codec": "aom", "speed": 6}
    picture.save(buffer, "AVIF", quality=quality, subsampling="4:2:0", max_threads=1, **options)


def _webp(picture: Image.Image, buffer: io.BytesIO, quality: int) -> None:
    """libvips, because Pillow cannot ask for libwebp's preset: large ones need fewer bytes with it, small ones more."""
    options = {"effort": 4, "preset": "picture"} if max(picture.size) > LARGE else {"effort": 3}
    image = from_memory(picture.tobytes(), picture.size, picture.mode)
    buffer.write(image.webpsave_buffer(Q=quality, keep="none", **options))


def _jpeg(picture: Image.Image, buffer: io.BytesIO, quality: int) -> None:
    on_white(picture).save(buffer, "JPEG", quality=quality, optimize=True, progressive=True, subsampling="4:2:0")


def on_white(picture: Image.Image) -> Image.Image:
    """``picture`` as RGB; what is transparent shows white paper."""
    if picture.mode == "RGB":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


_ENCODERS: dict[str, Callable[[Image.Image, io.BytesIO, int], None]] = {"avif": _avif, "webp": _webp, "jpeg": _jpeg}
