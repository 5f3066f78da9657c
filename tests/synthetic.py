"""Photos that nobody took: landscapes with texture, and the same in every file format and colour space we accept."""

import io
import struct
from typing import Any

import numpy as np
import pillow_avif  # noqa: F401
import pillow_heif
import pyvips
from PIL import Image, ImageFilter

ORIENTATION, MAKE, MODEL, DATE, EXIF_IFD, GPS_IFD = 274, 271, 272, 306, 0x8769, 0x8825


def scene(width: int = 640, height: int = 480, seed: int = 0) -> Image.Image:
    """An RGB landscape: a sky with a sun, ridges of hills, grain. Another ``seed`` is another place."""
    random = np.random.default_rng(seed)
    hue = random.uniform(0.7, 1.3, 3)
    down = np.linspace(0, 1, height)[:, None]
    across = np.linspace(0, 1, width)[None, :]
    canvas = np.stack(
        [
            (120 + 110 * down) * hue[0] + 0 * across,
            150 + 60 * down + 0 * across,
            (230 - 90 * down) * hue[2] + 0 * across,
        ],
        -1,
    )
    sun_x, sun_y = random.uniform(0.2, 0.8), random.uniform(0.1, 0.35)
    glow = np.exp(-((across - sun_x) ** 2 * (width / height) ** 2 + (down - sun_y) ** 2) / 0.01)
    canvas += glow[..., None] * np.array([130.0, 110.0, 60.0])
    for ridge in range(4):
        line = _ridge(width, random, 0.35 + 0.15 * ridge, 0.12 - 0.015 * ridge)
        colour = np.array([70.0, 95.0, 80.0]) * hue * (1.1 - 0.22 * ridge)
        below = down > line[None, :]
        grain = random.normal(0, 4 + 5 * ridge, (height, width))
        canvas = np.where(below[..., None], colour + grain[..., None], canvas)
    canvas += random.normal(0, 2.0, (height, width, 1))
    picture = Image.fromarray(canvas.clip(0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def _ridge(width: int, random: np.random.Generator, base: float, swing: float) -> np.ndarray:
    places = np.linspace(0, 1, width)
    waves = sum(
        random.uniform(0.3, 1) / order * np.sin(2 * np.pi * (order * places + random.uniform()))
        for order in (1, 2, 3, 5, 9, 17)
    )
    return base + swing * np.asarray(waves)


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """Red, green, blue and white quarters (reading order): shows which way up a picture is."""
    picture = Image.new("RGB", (width, height))
    half_x, half_y = width // 2, height // 2
    for colour, at in (("red", (0, 0)), ("lime", (half_x, 0)), ("blue", (0, half_y)), ("white", (half_x, half_y))):
        picture.paste(Image.new("RGB", (width - half_x, height - half_y), colour), at)
    return picture


def exif(
    *,
    orientation: int | None = None,
    taken: str | None = None,
    position: tuple[float, float] | None = None,
    altitude: float | None = None,
    tags: dict[int, Any] | None = None,
    exif_tags: dict[int, Any] | None = None,
) -> bytes:
    """An EXIF block; ``taken`` like "2024:05:06 07:08:09", ``position`` in degrees, further tags by number."""
    table = Image.Exif()
    if orientation is not None:
        table[ORIENTATION] = orientation
    table.update(tags or {})
    inner = dict(exif_tags or {})
    if taken:
        inner[36867] = taken
    if inner:
        table.get_ifd(EXIF_IFD).update(inner)
    if position:
        table.get_ifd(GPS_IFD).update(_gps(position, altitude))
    return table.tobytes()


def _gps(position: tuple[float, float], altitude: float | None) -> dict[int, Any]:
    latitude, longitude = position
    tags: dict[int, Any] = {1: "S" if latitude < 0 else "N", 2: _sexagesimal(abs(latitude))}
    tags.update({3: "W" if longitude < 0 else "E", 4: _sexagesimal(abs(longitude))})
    if altitude is not None:
        tags.update({5: b"\x01" if altitude < 0 else b"\x00", 6: abs(altitude)})
    return tags


def _sexagesimal(angle: float) -> tuple[float, float, float]:
    degrees = int(angle)
    minutes = int((angle - degrees) * 60)
    return float(degrees), float(minutes), round((angle - degrees - minutes / 60) * 3600, 4)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """``picture`` as the bytes of a "jpeg", "png", "webp", "gif", "tiff", "heic" or "avif" file."""
    buffer = io.BytesIO()
    if kind == "heic":
        pillow_heif.from_pillow(picture).save(buffer, quality=90, **options)
    else:
        picture.save(buffer, kind.upper(), **options)
    return buffer.getvalue()


def jpeg(width: int = 640, height: int = 480, seed: int = 0, **options: Any) -> bytes:
    """A photo as people upload it; ``exif=synthetic.exif(...)`` adds what a camera writes."""
    return encoded(scene(width, height, seed), "jpeg", **{"quality": 90, **options})


def cmyk_jpeg(colour: tuple[int, int, int, int], size: tuple[int, int] = (64, 48)) -> bytes:
    return encoded(Image.new("CMYK", size, colour), "jpeg", quality=95)


def sixteen_bit(kind: str, grey: bool = False, size: tuple[int, int] = (80, 60)) -> bytes:
    """A 16-bit ramp from black to white, "png" or "tiff"."""
    ramp = np.tile(np.linspace(0, 65535, size[0]).astype(np.uint16)[None, :, None], (size[1], 1, 1 if grey else 3))
    image = pyvips.Image.new_from_array(ramp, interpretation="grey16" if grey else "rgb16")
    return image.write_to_buffer(f".{kind}")


def wide_gamut_jpeg(colour: tuple[int, int, int] = (200, 60, 40), size: tuple[int, int] = (64, 48)) -> bytes:
    """A flat sRGB ``colour`` stored as Display P3 numbers with the P3 profile: wrong colours when it is ignored."""
    pixels = np.full((size[1], size[0], 3), colour, np.uint8)
    image = pyvips.Image.new_from_array(pixels, interpretation="srgb")
    return image.icc_transform("p3", input_profile="srgb").jpegsave_buffer(Q=97, subsample_mode="off", keep="icc")


def animation(kind: str = "gif", frames: int = 3, size: tuple[int, int] = (60, 40)) -> bytes:
    """Red first, then other colours."""
    colours = ["red", "lime", "blue", "black", "white"]
    first, *rest = (Image.new("RGB", size, colours[number % len(colours)]) for number in range(frames))
    return encoded(first, kind, save_all=True, append_images=rest, duration=100)


def cut_out(size: tuple[int, int] = (80, 60)) -> Image.Image:
    """RGBA: an opaque orange left half, a transparent right half whose hidden colour is black."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste((240, 140, 20, 255), (0, 0, size[0] // 2, size[1]))
    return picture


def png_claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose header lies about its size."""
    whole = bytearray(encoded(Image.new("RGB", (4, 4)), "png"))
    whole[16:24] = struct.pack(">II", width, height)
    return bytes(whole)


def flat_file(kind: str, width: int, height: int, *, deep: bool = False, **options: Any) -> bytes:
    """A very large picture of one colour, small as a file: what a decompression bomb looks like within the limits."""
    bands, value = (4, 40_000) if deep else (3, 128)
    image = pyvips.Image.black(width, height, bands=bands) + value
    image = image.cast("ushort" if deep else "uchar").copy(interpretation="rgb16" if deep else "srgb")
    return image.write_to_buffer(f".{'jpg' if kind == 'jpeg' else kind}", **options)
