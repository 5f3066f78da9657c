"""From untrusted bytes to one small upright sRGB array: header first, then ONE bounded decode.

libvips reads everything but HEIC (its wheel lacks it: pillow-heif) and AVIF (no animations: libavif). None of them
chooses the format: the magic bytes did, and the decoder of that format is called by its name.
"""

import os

# Both must be set before the library loads: only loaders meant for hostile input, one thread for each picture.
os.environ["VIPS_BLOCK_UNTRUSTED"] = "1"
os.environ.setdefault("VIPS_CONCURRENCY", "1")

import contextlib
import ctypes
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from PIL import Image, ImageOps

from processing.imaging import headers
from processing.imaging.errors import decoding, unsupported
from processing.imaging.headers import Limits
from processing.imaging.types import Decoded, Format, Header, Pixels

M_ARENA_MAX = -8
"""glibc's name for the number of heaps; other C libraries have no such call, and no such habit."""

LONGEST_EDGE = 1024
"""Pixels: nothing larger is ever derived from a photo."""

_LOADERS: dict[Format, Any] = {
    Format.JPEG: pyvips.Image.jpegload_source,
    Format.PNG: pyvips.Image.pngload_source,
    Format.WEBP: pyvips.Image.webpload_source,
    Format.GIF: pyvips.Image.gifload_source,
    Format.TIFF: pyvips.Image.tiffload_source,
}
_PICTURE_SPACES = frozenset({"b-w", "srgb", "rgb", "rgb16", "grey16", "cmyk", "lab", "labs", "scrgb"})
_SIDEWAYS = frozenset({5, 6, 7, 8})

pyvips.cache_set_max(0)
# Encoders start threads for every picture, and glibc keeps a heap for each: 261 MB after 24 photos instead of 161.
with contextlib.suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
# Every broken picture would otherwise write dozens of lines; what matters of them comes back as an error.
logging.getLogger("pyvips").setLevel(logging.CRITICAL)


def decode(path: Path, limits: Limits | None = None, edge: int = LONGEST_EDGE) -> Decoded:
    """The picture at ``path`` as upright sRGB with its longest edge at most ``edge`` px, never enlarged.

    The first frame of an animation; alpha is kept when any pixel uses it. Raises ImageRefused and nothing else that
    comes from the picture.
    """
    limits = limits or Limits()
    with path.open("rb") as file, decoding():
        header = headers.read(file, limits)
    with decoding():
        reader = {Format.HEIC: _heic, Format.AVIF: _avif}.get(header.format, _streamed)
        image, width, height = reader(path, header, edge)
        limits.check_pixels(width, height)
        # "force" means exactly this size; the shape is right already, turned pictures included.
        across, down = fit(width, height, edge)
        # Asking for a conversion where there is no profile would cost more than all the rest of decoding.
        colours = {"output_profile": "srgb"} if image.get_typeof("icc-profile-data") else {}
        small = image.thumbnail_image(across, height=down, size="force", **colours)
        return Decoded(_to_array(small), header, width, height)


def fit(width: int, height: int, edge: int) -> tuple[int, int]:
    """Width and height in pixels with the longest at most ``edge``: same shape, never enlarged, never zero."""
    longest = max(width, height)
    if longest <= edge:
        return width, height
    return max(1, round(width * edge / longest)), max(1, round(height * edge / longest))


def _streamed(path: Path, header: Header, edge: int) -> tuple[Any, int, int]:
    """A libvips image that decodes as it is read, and the upright size of the whole.

    The loader is called by name: ``thumbnail_source`` would be shorter, and shows half a picture without an error.
    """
    load, options = _LOADERS[header.format], _shrinking(header, edge)
    source = pyvips.Source.new_from_file(str(path))
    image = load(source, access="sequential", fail_on="error", **options)
    if image.interpretation not in _PICTURE_SPACES or image.bands > 5:
        raise unsupported("a file of measurements rather than of colours")
    is_sideways = image.get_typeof("orientation") and image.get("orientation") in _SIDEWAYS
    width, height = (header.width, header.height) if options else (image.width, image.height)
    return (image, height, width) if is_sideways else (image, width, height)


def _shrinking(header: Header, edge: int) -> dict[str, Any]:
    """JPEG and WebP skip pixels while decoding; half as many again as needed are left for a clean last step."""
    spare = max(header.width, header.height) / (1.5 * edge)
    if header.format is Format.JPEG and spare >= 2:
        return {"shrink": next(factor for factor in (8, 4, 2) if spare >= factor)}
    if header.format is Format.WEBP and spare >= 2:
        return {"scale": 1 / spare}
    return {}


def _heic(path: Path, header: Header, edge: int) -> tuple[Any, int, int]:
    """libheif turns the picture upright itself and brings HDR down to 8 bits."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    opened = pillow_heif.open_heif(path, convert_hdr_to_8bit=True)
    picture = opened[opened.primary_index]
    image = from_memory(picture.data, picture.size, picture.mode, _profile_of(picture.info))
    return image, image.width, image.height


def _profile_of(info: dict[Any, Any]) -> bytes | None:
    return info.get("icc_profile") or None


def _avif(path: Path, header: Header, edge: int) -> tuple[Any, int, int]:
    """libavif reads animations too, which libvips does not; its turns arrive as an orientation tag."""
    with warnings.catch_warnings():
        # Our own limits were asked already and lie above Pillow's warning.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return _avif_opened(path)


def _avif_opened(path: Path) -> tuple[Any, int, int]:
    with Image.open(path, formats=["AVIF"]) as opened:
        profile = _profile_of(opened.info)
        picture = ImageOps.exif_transpose(opened)
    image = from_memory(picture.tobytes(), picture.size, picture.mode, profile)
    return image, image.width, image.height


def from_memory(data: bytes, size: tuple[int, int], mode: str, profile: bytes | None = None) -> Any:
    """Decoded 8-bit pixels (mode L, LA, RGB or RGBA) as a libvips image that knows its colours."""
    bands = len(mode)
    image = pyvips.Image.new_from_memory(data, size[0], size[1], bands, "uchar")
    image = image.copy(interpretation="srgb" if bands >= 3 else "b-w")
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def _to_array(image: Any) -> Pixels:
    """Any libvips image as a contiguous uint8 array of 3 bands, or 4 when its alpha is used."""
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.format != "uchar":
        image = image.cast("uchar")
    if image.bands > 4:
        image = image.extract_band(0, n=4)
    pixels = np.frombuffer(image.write_to_memory(), np.uint8).reshape(image.height, image.width, image.bands)
    if image.bands == 4 and pixels[..., 3].min() == 255:
        pixels = pixels[..., :3]
    return np.ascontiguousarray(pixels)
