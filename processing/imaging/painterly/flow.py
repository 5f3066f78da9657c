"""Which way a picture runs at every place: along its edges, smoothly, as a painter's hand would follow them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.painterly.fields import Field, Floats, blurred, unit
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORKED = 700_000
"""Pixels: directions are found on a picture of at most about this size, since they change slowly."""

FARTHER = ((5, 0.08), (20, 0.04))
"""How many times farther directions are carried, and how little that counts beside what is near."""


@dataclass(frozen=True, eq=False)
class Flow:
    """``tensor``: the smoothed structure tensor (bands xx, xy, yy; brightness 0..1 per pixel of its own size)."""

    tensor: Field

    def rows(self, top: int, bottom: int) -> tuple[Floats, Floats, Floats]:
        """Cosine and sine of the direction along edges, and how much it matters (0 none to 1), for these rows."""
        tensor = self.tensor.rows(top, bottom)
        return directions(tensor[..., 0], tensor[..., 1], tensor[..., 2])

    def whole(self) -> tuple[Floats, Floats, Floats]:
        return self.rows(0, self.tensor.height)


def directions(xx: Floats, xy: Floats, yy: Floats) -> tuple[Floats, Floats, Floats]:
    """Tangent (cosine, sine) and anisotropy 0..1 of structure tensors."""
    apart, across = xx - yy, 2 * xy
    length = np.sqrt(apart * apart + across * across)
    anisotropy = length / (xx + yy + np.float32(1e-5))
    # The tangent lies square to the direction in which brightness changes most.
    angle = np.float32(0.5) * np.asarray(cv2.phase(apart, across), np.float32) + np.float32(np.pi / 2)
    return np.cos(angle), np.sin(angle), np.asarray(anisotropy, np.float32)


def flow_of(photo: Pixels, smooth: float) -> Flow:
    """The flow of ``photo`` (H x W x 3), smoothed over ``smooth`` units (Di Zenzo 1986; Brox et al. 2006)."""
    height, width = photo.shape[:2]
    scale = min(1.0, float(np.sqrt(WORKED / (height * width))))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.float32) / 255
    step = unit(small)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.5, 0.8 * step))
    across, down = (cv2.Scharr(soft, cv2.CV_32F, x, 1 - x, scale=1 / 32) for x in (1, 0))
    bands = [(one * other).sum(axis=2) for one, other in ((across, across), (across, down), (down, down))]
    fine = np.asarray(cv2.merge(bands), np.float32)
    return Flow(Field(_spread(fine, smooth * step), height, width))


def _spread(tensor: Floats, reach: float) -> Floats:
    """Smoothed near and far: where nothing is to be seen, directions come from what is seen around."""
    total = blurred(tensor, reach)
    height, width = tensor.shape[:2]
    for factor, weight in FARTHER:
        shrink = max(1, int(factor * reach / 3))
        size = max(1, width // shrink), max(1, height // shrink)
        far = blurred(
            np.asarray(cv2.resize(total, size, interpolation=cv2.INTER_AREA), np.float32), factor * reach / shrink
        )
        total = total + np.float32(weight) * cv2.resize(far, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(total, np.float32)


def along(picture: Floats, cosine: Floats, sine: Floats, reach: float, rounds: int = 3) -> Floats:
    """``picture`` (H x W or H x W x bands) averaged along the flow, ``reach`` pixels to either side.

    Line integral convolution (Cabral & Leedom 1993), each round three times as far as the one before.
    """
    rows, columns = _places(cosine)
    step = reach / (1.5 * 3 ** (rounds - 1))
    for _ in range(rounds):
        ahead = cv2.remap(picture, columns + step * cosine, rows + step * sine, cv2.INTER_LINEAR, borderMode=_EDGE)
        behind = cv2.remap(picture, columns - step * cosine, rows - step * sine, cv2.INTER_LINEAR, borderMode=_EDGE)
        picture = np.asarray((picture + ahead + behind) / np.float32(3), np.float32)
        step *= 3
    return picture


_EDGE = cv2.BORDER_REFLECT_101


def _places(like: "NDArray[np.float32]") -> tuple[Floats, Floats]:
    height, width = like.shape
    rows = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width))
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    return rows, columns
