"""The rubber sheet: an iris unrolled between its pupil and its limbus, and rolled up again as a perfect ring.

Source: Daugman 2004, "How iris recognition works". Both outlines are linear in (cos, sin) of the angle, so every
mapping here is a few products, without a trigonometric function for each pixel.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

from processing.imaging.iris.geometry import Ellipse, IrisGeometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

Field: TypeAlias = "NDArray[Any]"
"""Height x width or n, float32."""

# A pupil smaller or larger than this, in limbus radii, is drawn with this ratio: nobody's is.
LEAST_RATIO, MOST_RATIO = 0.12, 0.75


@dataclass(frozen=True)
class Sheet:
    """The mapping of one iris, whose ``geometry`` is in pixels of the picture that is to be looked up."""

    geometry: IrisGeometry

    @property
    def ratio(self) -> float:
        """Radius of the pupil over that of the limbus."""
        return min(max(self.geometry.pupil.radius / self.geometry.limbus.radius, LEAST_RATIO), MOST_RATIO)

    @cached_property
    def _ends(self) -> tuple["NDArray[np.float32]", "NDArray[np.float32]"]:
        """For pupil and limbus the 2 x 3 matrix that takes (cos, sin, 1) to the outline."""
        return _matrix(self.geometry.pupil), _matrix(self.geometry.limbus)

    def looked_up(self, cos: Field, sin: Field, depth: Field) -> tuple[Field, Field]:
        """x and y in the picture at that direction and ``depth``: 0 on the pupil's edge, 1 on the limbus, linear
        between and beyond."""
        pupil, limbus = self._ends
        step = limbus - pupil
        x = (pupil[0, 0] + step[0, 0] * depth) * cos + (pupil[0, 1] + step[0, 1] * depth) * sin
        y = (pupil[1, 0] + step[1, 0] * depth) * cos + (pupil[1, 1] + step[1, 1] * depth) * sin
        return x + (pupil[0, 2] + step[0, 2] * depth), y + (pupil[1, 2] + step[1, 2] * depth)

    def rolled(self, x: Field, y: Field) -> tuple[Field, Field]:
        """x and y in the picture for places in the ring: (0, 0) is its middle, the limbus lies at distance 1."""
        away = np.sqrt(x * x + y * y)
        near = np.maximum(away, np.float32(1e-6))
        ratio = np.float32(self.ratio)
        outside = away >= ratio
        depth = np.where(outside, (away - ratio) / (1 - ratio), np.float32(0))
        shrunk = np.where(outside, np.float32(1), away / ratio) / near
        cos, sin = x * shrunk, y * shrunk
        return self.looked_up(cos, sin, depth)

    def unrolled(self, picture: "NDArray[Any]", width: int, height: int, interpolation: int = cv2.INTER_LINEAR) -> Any:
        """``picture`` as a strip: column 0 looks along +x and angles grow clockwise, the top row lies on the pupil.

        The same type and bands as the picture, ``height`` x ``width``; what lies outside it continues its border.
        """
        angle = (np.arange(width, dtype=np.float32) + 0.5) * np.float32(2 * math.pi / width)
        depth = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
        x, y = self.looked_up(np.cos(angle)[None, :], np.sin(angle)[None, :], depth)
        return cv2.remap(picture, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)

    def shown(self, there: "NDArray[np.bool_]", width: int, height: int) -> "NDArray[np.bool_]":
        """``there`` (bool like the picture) as a strip. The rims, where outlines and pixels disagree, are as what lies
        beside them; nothing is there outside the picture."""
        padded = cv2.copyMakeBorder(there.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
        strip = Sheet(self.geometry.shifted(1, 1)).unrolled(padded, width, height, cv2.INTER_NEAREST)
        rim = max(2, height // 24)
        strip[-rim:], strip[:rim] = strip[-rim - 1], strip[rim]
        return np.asarray(strip > 0)


def _matrix(ellipse: Ellipse) -> "NDArray[np.float32]":
    cos, sin = math.cos(ellipse.angle), math.sin(ellipse.angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    linear = turn @ np.diag([ellipse.a, ellipse.b]) @ turn.T
    return np.hstack([linear, [[ellipse.cx], [ellipse.cy]]]).astype(np.float32)


def in_strip(x: Field, y: Field, ratio: float, width: int, height: int) -> tuple[Field, Field]:
    """Column and row of a strip for places in the ring (see ``Sheet.rolled``)."""
    away, angle = cv2.cartToPolar(x, y)
    columns = angle * np.float32(width / (2 * math.pi)) - np.float32(0.5)
    rows = (away - np.float32(ratio)) * np.float32(height / (1 - ratio)) - np.float32(0.5)
    return columns, rows


def wrapped(strip: "NDArray[Any]", margin: int) -> "NDArray[Any]":
    """The strip with ``margin`` columns of its other end on both sides: it has no ends."""
    return np.asarray(np.concatenate([strip[:, -margin:], strip, strip[:, :margin]], axis=1))
