"""Lamps and windows mirrored on the cornea: found by being brighter and paler than the iris, filled with the iris.

Only pixels of the iris that are found are written; every other byte stays as it was. Small spots are closed from
their border (Navier-Stokes, Bertalmio 2001), larger ones get texture of the same radius (``completion``), so that the
fibres stay; where light only veils the iris, what shines through is taken as it is (``veils``).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.iris import lamps
from processing.imaging.iris.completion import completed
from processing.imaging.iris.geometry import IRIS, Mask
from processing.imaging.iris.sheet import Sheet, in_strip, wrapped
from processing.imaging.iris.veils import shone_through
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A spot below this share of the iris is closed from its border.
SMALL = 0.005
# Found spots grow by this much, in radii: a lamp's glow reaches farther than its light.
GROWN = 0.03
# Certainly and possibly a lamp: by the network, and so near to the brightest light in the eye.
CERTAIN, POSSIBLE = (0.99, 0.5), (0.9, 0.25)
LEAST_PIXELS = 50
# Borrowed fibres never lie where the hidden ones did: a little less of them errs less and still looks like an iris.
TEXTURE = 0.6


@dataclass(frozen=True, eq=False)
class Cleaned:
    """``photo`` like the one given; ``hole`` H x W bool: the pixels that were written; ``area_pct`` of the iris."""

    photo: Pixels
    hole: "NDArray[np.bool_]"
    area_pct: float


def removed(photo: Pixels, mask: Mask, sheet: Sheet) -> Cleaned:
    """``photo`` (H x W x 3 RGB) without the reflections on the iris of ``mask``."""
    hole = found(photo, mask, sheet)
    share = 100 * float(np.count_nonzero(hole)) / max(int(np.count_nonzero(mask == IRIS)), 1)
    return Cleaned(filled(photo, hole, mask, sheet), hole, share)


def found(photo: Pixels, mask: Mask, sheet: Sheet) -> "NDArray[np.bool_]":
    """H x W bool: the pixels of the iris that show a reflection and its glow."""
    scale = lamps.RADIUS / sheet.geometry.limbus.radius
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(photo, size, interpolation=how), np.uint8)
    eye = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    if np.count_nonzero(eye == IRIS) < LEAST_PIXELS:
        return np.zeros(mask.shape, bool)
    spots = _spots(lamps.likelihood(small, eye), lamps.nearness(small, eye))
    reach = round(GROWN * lamps.RADIUS)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    wide = cv2.dilate(spots.astype(np.uint8) * 255, kernel)
    large = cv2.resize(wide, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray((large > 127) & (mask == IRIS))


def _spots(likely: "NDArray[np.float32]", near: "NDArray[np.float32]") -> "NDArray[np.bool_]":
    """Hysteresis: what is possibly a lamp counts where it touches what is certainly one."""
    possible = (likely > POSSIBLE[0]) & (near > POSSIBLE[1])
    count, labels = cv2.connectedComponents(possible.astype(np.uint8), connectivity=8)
    is_lamp = np.zeros(count, bool)
    is_lamp[np.unique(labels[possible & (likely > CERTAIN[0]) & (near > CERTAIN[1])])] = True
    is_lamp[0] = False
    return np.asarray(is_lamp[labels])


def filled(photo: Pixels, hole: "NDArray[np.bool_]", mask: Mask, sheet: Sheet) -> Pixels:
    """``photo`` with the pixels of ``hole`` filled from the iris around; every other byte is as it was."""
    result = photo.copy()
    if not hole.any():
        return result
    ring = int(np.count_nonzero(mask == IRIS))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(hole.astype(np.uint8), connectivity=8)
    is_small = stats[:, cv2.CC_STAT_AREA] < SMALL * ring
    is_small[0] = False
    small = is_small[labels]
    large = hole & ~small
    if large.any():
        result[large] = _from_texture(photo, large, hole, mask, sheet)
    for label in np.flatnonzero(is_small):
        _close(result, labels == label, stats[label])
    return shone_through(photo, result, hole, sheet.geometry.limbus.radius)


def _close(result: Pixels, spot: "NDArray[np.bool_]", box: "NDArray[np.int32]") -> None:
    margin = 6
    left, top = max(int(box[0]) - margin, 0), max(int(box[1]) - margin, 0)
    area = (slice(top, int(box[1] + box[3]) + margin), slice(left, int(box[0] + box[2]) + margin))
    part, here = np.ascontiguousarray(result[area]), spot[area]
    closed = cv2.inpaint(part, here.astype(np.uint8), 3, cv2.INPAINT_NS)
    result[area][here] = closed[here]


def _from_texture(
    photo: Pixels, large: "NDArray[np.bool_]", hole: "NDArray[np.bool_]", mask: Mask, sheet: Sheet
) -> "NDArray[np.uint8]":
    """The colours for the pixels of ``large``, in their order."""
    width, height = 1024, 256
    strip = sheet.unrolled(photo, width, height, cv2.INTER_CUBIC).astype(np.float32)
    seen = sheet.shown((mask > 0) & ~hole, width, height)
    whole = completed(strip, seen, strength=TEXTURE)
    rows, columns = np.nonzero(large)
    x, y = unrolled_from(sheet, columns.astype(np.float32), rows.astype(np.float32))
    at, down = in_strip(x, y, sheet.ratio, width, height)
    down = np.clip(down, 0, height - 1)
    colours = np.concatenate([
        cv2.remap(wrapped(whole, 2), at[start : start + 30000] + 2, down[start : start + 30000], cv2.INTER_CUBIC)
        for start in range(0, len(at), 30000)
    ])  # fmt: skip
    return np.clip(np.rint(colours[:, 0]), 0, 255).astype(np.uint8)


def unrolled_from(
    sheet: Sheet, x: "NDArray[np.float32]", y: "NDArray[np.float32]"
) -> tuple["NDArray[np.float32]", "NDArray[np.float32]"]:
    """The places in the ring of pixels of the picture: ``Sheet.rolled`` the other way, by a few steps."""
    limbus = sheet.geometry.limbus
    radius = np.float32(limbus.radius)
    across, down = (x - np.float32(limbus.cx)) / radius, (y - np.float32(limbus.cy)) / radius
    for _ in range(8):
        there_x, there_y = sheet.rolled(across, down)
        across, down = across - (there_x - x) / radius, down - (there_y - y) / radius
    return across, down
