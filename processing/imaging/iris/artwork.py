"""The iris as a picture one would hang on a wall: round, centred, whole, on a calm ground.

Pixels come straight from the photo in one resampling (``Sheet.rolled``); only what lids hide is completed from the
iris' own texture (``completion``), and light that lids took away is given back gently.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from processing.imaging.iris.completion import completed, slow_part
from processing.imaging.iris.geometry import IRIS, Mask, box_of
from processing.imaging.iris.sheet import Sheet, in_strip, wrapped
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Radius of the iris over half the artwork's side.
FILL = 0.86
# The outer edge fades between these distances, in limbus radii.
EDGE = (0.94, 1.0)
# Lids throw shadows and lashes this far into the iris, in radii.
LID_MARGIN = 0.08
# How much of the unevenness of the light is taken back.
EVENING = 0.65
POLAR_SIZE = (2048, 512)
"""Width and height of the strip that is kept."""
TILE_ROWS = 512


class Background(StrEnum):
    """What lies around the iris; the values are part of the API."""

    BLACK = "black"
    WHITE = "white"
    TRANSPARENT = "transparent"
    IRIS = "iris"


@dataclass(frozen=True, eq=False)
class Strip:
    """The whole iris unrolled: ``pixels`` H x W x 3 uint8, ``seen`` H x W bool where the photo showed it, ``light``
    H x W float32: the factor that evens its light; ``ratio`` of the pupil's radius to the limbus'."""

    ratio: float
    pixels: Pixels
    seen: "NDArray[np.bool_]"
    light: "NDArray[np.float32]"

    @property
    def hidden_pct(self) -> float:
        """How much of the ring had to be completed, in per cent of its area."""
        rows = np.linspace(0.4, 1, len(self.seen))[:, None]
        return 100 * float((~self.seen * rows).sum() / (rows * np.ones_like(self.light)).sum())


def unrolled(picture: Pixels, mask: Mask, sheet: Sheet, is_whole: bool = True) -> Strip:
    """The strip of ``picture`` (H x W x 3), whose ``mask`` says what is seen. ``is_whole``: complete the rest."""
    width, height = _strip_size(sheet)
    strip = sheet.unrolled(picture, width, height, cv2.INTER_CUBIC).astype(np.float32)
    seen = _seen(mask, sheet, width, height)
    if not seen.any():
        seen[:] = True
    light = _evening(strip, seen)
    whole = completed(strip, seen) if is_whole else strip
    return Strip(sheet.ratio, np.clip(np.rint(whole), 0, 255).astype(np.uint8), seen, light)


def _strip_size(sheet: Sheet) -> tuple[int, int]:
    """As fine as the photo is half way between pupil and limbus."""
    around = math.pi * (1 + sheet.ratio) * sheet.geometry.limbus.radius
    width = int(np.clip(around / 16, 64, 160)) * 16
    return width, width // 4


def _seen(mask: Mask, sheet: Sheet, width: int, height: int) -> "NDArray[np.bool_]":
    """Where lids leave the iris free, with a margin for what hangs from them."""
    # A margin needs no fine pixels.
    across, deep = width // 4, height // 4
    shown = sheet.shown(mask > 0, across, deep).astype(np.uint8)
    margin = max(1, round(LID_MARGIN * deep / (1 - sheet.ratio)))
    around = max(1, round(LID_MARGIN * across / (2 * math.pi)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * around + 1, 2 * margin + 1))
    wide = cv2.erode(wrapped(shown, around), kernel, borderType=cv2.BORDER_REPLICATE)
    free = np.ascontiguousarray(np.asarray(wide)[:, around:-around]) * np.uint8(255)
    return np.asarray(cv2.resize(free, (width, height), interpolation=cv2.INTER_LINEAR)) > 127


def _evening(strip: "NDArray[np.float32]", seen: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """Factors near 1 that bring the slow light of every angle towards the mean of its radius."""
    grey = np.asarray(cv2.transform(strip, np.full((1, 3), 1 / 3, np.float32)), np.float32).reshape(*seen.shape, 1)
    slow = slow_part(grey, seen)[..., 0]
    even = np.median(slow, axis=1, keepdims=True)
    return (np.clip(even / np.maximum(slow, 8), 0.7, 1.6) ** EVENING).astype(np.float32)


def polar(strip: Strip) -> Pixels:
    """The strip as it is kept: POLAR_SIZE, RGBA, opaque where the photo showed the iris."""
    colours = cv2.resize(strip.pixels, POLAR_SIZE, interpolation=cv2.INTER_AREA)
    seen = cv2.resize(strip.seen.astype(np.uint8) * 255, POLAR_SIZE, interpolation=cv2.INTER_AREA)
    return np.dstack([colours, seen]).astype(np.uint8)


def natural_side(sheet: Sheet) -> int:
    """The side in pixels at which the iris is as large as in the photo."""
    return max(16, round(2 * sheet.geometry.limbus.radius / FILL))


def composed(picture: Pixels, sheet: Sheet, strip: Strip, side: int, has_black_pupil: bool) -> Pixels:
    """The artwork, RGBA (straight alpha), ``side`` pixels high and wide or up to 7 less. ``picture`` and ``sheet`` are
    in the same pixels; ``strip`` is that iris' strip."""
    step = int(np.clip(side // 512, 1, 8))
    side -= side % step
    places = _places(sheet, strip, side, step, has_black_pupil)
    art = np.zeros((side, side, 4), np.uint8)
    for top in range(0, side, TILE_ROWS):
        rows = range(top, min(top + TILE_ROWS, side))
        fine = _finer(places, rows, step)
        inside = np.flatnonzero(fine.alpha.any(axis=0))
        if len(inside):
            columns = slice(int(inside[0]), int(inside[-1]) + 1)
            art[rows.start : rows.stop, columns] = _drawn(picture, strip, fine.cut(slice(None), columns))
    return art


class _Places(NamedTuple):
    """For pixels of the artwork, H x W each: ``x`` and ``y`` in the picture, ``light``, ``alpha``, how ``hidden`` it
    is, and ``across`` and ``down`` from the middle in radii."""

    x: "NDArray[np.float32]"
    y: "NDArray[np.float32]"
    light: "NDArray[np.float32]"
    alpha: "NDArray[np.float32]"
    hidden: "NDArray[np.float32]"
    across: "NDArray[np.float32]"
    down: "NDArray[np.float32]"

    def cut(self, rows: slice, columns: slice) -> "_Places":
        return _Places(*(plane[rows, columns] for plane in self))


def _places(sheet: Sheet, strip: Strip, side: int, step: int, has_black_pupil: bool) -> _Places:
    """For every ``step``-th pixel. All of that changes slowly, so that what lies between is interpolated."""
    reach = np.float32(side / 2 * FILL)
    line = (np.arange(side // step, dtype=np.float32) * step + np.float32((step - side) / 2)) / reach
    x, y = (np.ascontiguousarray(axis) for axis in np.meshgrid(line, line))
    away = np.sqrt(x * x + y * y)
    pixel = step / float(reach)
    height, width = strip.seen.shape
    columns, rows = in_strip(x, y, sheet.ratio, width, height)
    columns, rows = columns + 2, np.clip(rows, 0, height - 1)
    light = cv2.remap(wrapped(strip.light, 2), columns, rows, cv2.INTER_LINEAR)
    hidden = cv2.remap(wrapped(_hiding(strip.seen), 2), columns, rows, cv2.INTER_LINEAR)
    if has_black_pupil:
        light = light * _step(away, sheet.ratio - max(0.03, pixel), sheet.ratio + 0.012)
    alpha = 1 - _step(away, EDGE[0], max(EDGE[1], EDGE[0] + pixel))
    planes = (*sheet.rolled(x, y), light, alpha, hidden, x, y)
    return _Places(*(np.ascontiguousarray(plane, np.float32) for plane in planes))


def _finer(places: _Places, rows: range, step: int) -> _Places:
    """Those rows of the artwork for all of its columns."""
    if step == 1:
        return places.cut(slice(rows.start, rows.stop), slice(None))
    first, last = max(rows.start // step - 1, 0), min(rows.stop // step + 1, len(places.x))
    start = rows.start - first * step
    size = (places.x.shape[1] * step, (last - first) * step)
    large = (np.asarray(cv2.resize(plane[first:last], size), np.float32) for plane in places)
    return _Places(*(plane[start : start + len(rows)] for plane in large))


def _drawn(picture: Pixels, strip: Strip, places: _Places) -> Pixels:
    """One tile, RGBA."""
    light = places.light
    colours = cv2.remap(picture, places.x, places.y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    is_hidden = places.hidden > 0
    if is_hidden.any():
        box = box_of(is_hidden)
        part = places.cut(*box)
        colours[box] = cv2.blendLinear(_filling(strip, part), colours[box], part.hidden, 1 - part.hidden)
    lit = cv2.multiply(colours, cv2.merge((light, light, light)), dtype=cv2.CV_8U)
    drawn = np.empty((*light.shape, 4), np.uint8)
    cv2.mixChannels([lit, cv2.convertScaleAbs(places.alpha, alpha=255)], [drawn], [0, 0, 1, 1, 2, 2, 3, 3])
    return drawn


def _filling(strip: Strip, places: _Places) -> Pixels:
    """What the strip shows at those places."""
    height, width = strip.seen.shape
    columns, rows = in_strip(places.across, places.down, strip.ratio, width, height)
    pixels = wrapped(strip.pixels, 2)
    return np.asarray(cv2.remap(pixels, columns + 2, np.clip(rows, 0, height - 1), cv2.INTER_CUBIC), np.uint8)


def _hiding(seen: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """1 where the strip is to be shown instead of the photo, fading outside it."""
    reach = max(2.0, seen.shape[1] / 120)
    margin = int(reach) + 1
    away = np.asarray(cv2.distanceTransform(wrapped(seen.astype(np.uint8), margin), cv2.DIST_L2, 3))
    return np.clip(1 - away[:, margin:-margin] / reach, 0, 1).astype(np.float32)


def _step(x: "NDArray[np.float32]", least: float, most: float) -> "NDArray[np.float32]":
    t = np.clip((x - np.float32(least)) / np.float32(max(most - least, 1e-6)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def laid_on(art: Pixels, background: Background) -> Pixels:
    """``art`` (RGBA) on its ground as RGB; TRANSPARENT gives RGBA back, without colour where nothing is."""
    if background is Background.TRANSPARENT:
        clear = art.copy()
        clear[art[..., 3] == 0] = 0
        return clear
    laid = cv2.cvtColor(cv2.cvtColor(art, cv2.COLOR_RGBA2mRGBA), cv2.COLOR_RGBA2RGB)
    ground = ground_colour(art, background)
    if any(ground):
        lack = cv2.cvtColor(255 - art[..., 3], cv2.COLOR_GRAY2RGB)
        laid = cv2.add(laid, cv2.multiply(lack, np.full_like(lack, ground), scale=1 / 255))
    return np.asarray(laid, np.uint8)


def ground_colour(art: Pixels, background: Background) -> tuple[int, int, int]:
    """The colour of the ground; IRIS is the iris' own hue, deep as a night sky."""
    if background is not Background.IRIS:
        return (255, 255, 255) if background is Background.WHITE else (0, 0, 0)
    small = cv2.resize(art, (96, 96), interpolation=cv2.INTER_AREA)
    colours = small[(small[..., 3] > 250) & (small[..., :3].max(axis=2) > 30)][:, :3]
    if not len(colours):
        return 0, 0, 0
    lab = cv2.cvtColor(colours[None].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[0].mean(axis=0)
    deep = np.array([[[9.0, lab[1] * 0.5, lab[2] * 0.5]]], np.float32)
    red, green, blue = np.rint(255 * np.clip(cv2.cvtColor(deep, cv2.COLOR_Lab2RGB)[0, 0], 0, 1)).astype(int)
    return int(red), int(green), int(blue)


def with_contrast(picture: Pixels, mask: Mask, radius: float, strength: float = 0.5) -> Pixels:
    """Gentle local contrast for the iris of ``picture`` (H x W x 3): CLAHE (Zuiderveld 1994) on Lab lightness,
    ``strength`` 0..1 of it, fading out within ``radius`` / 12 pixels of the iris; elsewhere it stays as it was."""
    whole = mask == IRIS
    if strength <= 0 or not whole.any():
        return picture
    box = box_of(whole, int(radius / 24) + 1)
    clearer = picture.copy()
    clearer[box] = _clearer(picture[box], whole[box], radius, strength)
    return clearer


def _clearer(picture: Pixels, ring: "NDArray[np.bool_]", radius: float, strength: float) -> Pixels:
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)
    light = np.ascontiguousarray(lab[..., 0])
    # Skin and white would use up the range that is meant for fibres.
    inner = np.where(ring, light, np.uint8(np.median(light[ring])))
    clear = cv2.createCLAHE(clipLimit=1.8, tileGridSize=(5, 5)).apply(inner)
    share = cv2.blur(ring.astype(np.float32), (2 * int(radius / 24) + 1,) * 2) * np.float32(strength)
    lab[..., 0] = np.where(ring, light + (clear.astype(np.float32) - light) * share, light)
    return np.asarray(np.where(ring[..., None], cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), picture), np.uint8)
