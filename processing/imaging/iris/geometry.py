"""What is known about an eye in a photo: two ellipses, two lids and a mask. Pixels of the upright photo everywhere.

The centre of the top-left pixel is (0, 0); x grows to the right, y downwards.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.uint8]
"""Height x width, uint8: 255 visible iris, 128 visible pupil, 0 anything else."""

Points: TypeAlias = NDArray[np.float64]
"""n x 2: x, y in pixels."""

IRIS = 255
PUPIL = 128


@dataclass(frozen=True)
class Ellipse:
    """Centre and semi-axes in pixels, ``a >= b > 0``; ``angle`` of the long axis against x in radians, clockwise
    as seen on the screen, in (-pi/2, pi/2]. Raises ValueError for axes that are no ellipse's."""

    cx: float
    cy: float
    a: float
    b: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        values = (self.cx, self.cy, self.a, self.b, self.angle)
        if not all(math.isfinite(value) for value in values) or self.b <= 0:
            raise ValueError(f"An ellipse needs finite numbers and axes above zero, not {values}.")
        if self.a < self.b:
            long, short = self.b, self.a
            object.__setattr__(self, "a", long)
            object.__setattr__(self, "b", short)
            object.__setattr__(self, "angle", self.angle + math.pi / 2)
        turned = math.pi / 2 - (math.pi / 2 - self.angle) % math.pi
        object.__setattr__(self, "angle", turned)

    @classmethod
    def circle(cls, cx: float, cy: float, radius: float) -> "Ellipse":
        return cls(cx, cy, radius, radius)

    @property
    def radius(self) -> float:
        """Of the circle with the same area, in pixels."""
        return math.sqrt(self.a * self.b)

    @property
    def area(self) -> float:
        return math.pi * self.a * self.b

    def at(self, theta: NDArray[np.float64]) -> Points:
        """Points of the outline at ``theta`` radians, measured from +x of the photo (not from the long axis)."""
        t = theta - self.angle
        x, y = self.a * np.cos(t), self.b * np.sin(t)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.stack([self.cx + x * cos - y * sin, self.cy + x * sin + y * cos], axis=-1)

    def outline(self, corners: int = 128) -> Points:
        return self.at(np.linspace(0, 2 * math.pi, corners, endpoint=False))

    def distance(self, points: Points) -> NDArray[np.float64]:
        """Normalised radius of each point (n x 2): below 1 inside, 1 on the outline, above 1 outside."""
        dx, dy = points[..., 0] - self.cx, points[..., 1] - self.cy
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.hypot((dx * cos + dy * sin) / self.a, (dy * cos - dx * sin) / self.b)

    def scaled(self, factor: float) -> "Ellipse":
        """The same ellipse in the photo resized by ``factor`` (> 0); pixel centres move by half a pixel."""
        shift = (factor - 1) / 2
        return Ellipse(self.cx * factor + shift, self.cy * factor + shift, self.a * factor, self.b * factor, self.angle)

    def shifted(self, dx: float, dy: float) -> "Ellipse":
        return Ellipse(self.cx + dx, self.cy + dy, self.a, self.b, self.angle)

    def grown(self, factor: float) -> "Ellipse":
        """Same centre, axes times ``factor`` (> 0)."""
        return Ellipse(self.cx, self.cy, self.a * factor, self.b * factor, self.angle)

    def to_json(self) -> dict[str, float]:
        return {"cx": self.cx, "cy": self.cy, "a": self.a, "b": self.b, "angle": self.angle}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Ellipse":
        """Raises ValueError when something is missing or no number."""
        try:
            return cls(*(float(data[name]) for name in ("cx", "cy", "a", "b", "angle")))
        except (KeyError, TypeError) as error:
            raise ValueError("An ellipse is written as cx, cy, a, b and angle.") from error


@dataclass(frozen=True)
class Lid:
    """The edge of a lid as a polyline: (x, y) from left to right, at least two points.

    Left and right of its ends it goes on at the height of the end point.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        flat = [value for point in self.points for value in point]
        if len(self.points) < 2 or not all(math.isfinite(value) for value in flat):
            raise ValueError("A lid needs at least two points.")
        object.__setattr__(self, "points", tuple(sorted((float(x), float(y)) for x, y in self.points)))

    @classmethod
    def through(cls, points: Points) -> "Lid":
        return cls(tuple((float(x), float(y)) for x, y in points))

    def height_at(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """y of the lid's edge at each x."""
        knots = np.array(self.points)
        return np.interp(x, knots[:, 0], knots[:, 1])

    def moved(self, move: Callable[[float, float], tuple[float, float]]) -> "Lid":
        return Lid(tuple(move(x, y) for x, y in self.points))

    def to_json(self) -> list[list[float]]:
        return [[x, y] for x, y in self.points]

    @classmethod
    def from_json(cls, data: Iterable[Iterable[Any]]) -> "Lid":
        """Raises ValueError when it is no list of pairs."""
        try:
            pairs = [tuple(float(value) for value in point) for point in data]
            return cls(tuple((x, y) for x, y in pairs))
        except TypeError as error:
            raise ValueError("A lid is written as a list of x, y pairs.") from error


@dataclass(frozen=True)
class IrisGeometry:
    """The outlines of one eye. ``None`` for a lid that is not known or does not reach the iris."""

    pupil: Ellipse
    limbus: Ellipse
    upper_lid: Lid | None = None
    lower_lid: Lid | None = None

    def scaled(self, factor: float) -> "IrisGeometry":
        """In the photo resized by ``factor`` (> 0)."""
        shift = (factor - 1) / 2

        def move(x: float, y: float) -> tuple[float, float]:
            return x * factor + shift, y * factor + shift

        return self._moved(self.pupil.scaled(factor), self.limbus.scaled(factor), move)

    def shifted(self, dx: float, dy: float) -> "IrisGeometry":
        """In a photo whose origin lies (-dx, -dy) from this one's."""
        return self._moved(self.pupil.shifted(dx, dy), self.limbus.shifted(dx, dy), lambda x, y: (x + dx, y + dy))

    def _moved(
        self, pupil: Ellipse, limbus: Ellipse, move: Callable[[float, float], tuple[float, float]]
    ) -> "IrisGeometry":
        upper, lower = (lid.moved(move) if lid else None for lid in (self.upper_lid, self.lower_lid))
        return IrisGeometry(pupil, limbus, upper, lower)

    def to_json(self) -> dict[str, Any]:
        return {
            "pupil": self.pupil.to_json(),
            "limbus": self.limbus.to_json(),
            "upper_lid": self.upper_lid.to_json() if self.upper_lid else None,
            "lower_lid": self.lower_lid.to_json() if self.lower_lid else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "IrisGeometry":
        """Raises ValueError when it is no geometry."""
        try:
            pupil, limbus = Ellipse.from_json(data["pupil"]), Ellipse.from_json(data["limbus"])
        except (KeyError, TypeError) as error:
            raise ValueError("A geometry needs a pupil and a limbus.") from error
        upper, lower = (Lid.from_json(data[name]) if data.get(name) else None for name in ("upper_lid", "lower_lid"))
        return cls(pupil, limbus, upper, lower)


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Where the iris is. ``mask`` has the photo's height and width; ``engine`` names the method and its version;
    ``confidence`` 0..1."""

    mask: Mask
    geometry: IrisGeometry
    engine: str
    confidence: float


Engine: TypeAlias = Callable[[NDArray[np.uint8]], Segmentation | None]
"""``segment(photo)``: an upright RGB photo (H x W x 3 uint8) in; None when there is no eye in it."""


def draw_mask(geometry: IrisGeometry, height: int, width: int) -> Mask:
    """The mask those outlines enclose: limbus less pupil less lids (height x width)."""
    mask = np.zeros((height, width), np.uint8)
    _fill(mask, geometry.limbus, IRIS)
    _fill(mask, geometry.pupil, PUPIL)
    columns, rows = np.arange(width, dtype=float), np.arange(height, dtype=float)[:, None]
    if geometry.upper_lid:
        mask[rows < geometry.upper_lid.height_at(columns)] = 0
    if geometry.lower_lid:
        mask[rows > geometry.lower_lid.height_at(columns)] = 0
    return mask


def _fill(mask: Mask, ellipse: Ellipse, value: int) -> None:
    """Row by row between the two columns where the outline crosses: exact by pixel centres, and quick on 12 MP."""
    reach = math.ceil(ellipse.a) + 1
    top, left = max(int(ellipse.cy) - reach, 0), max(int(ellipse.cx) - reach, 0)
    box = mask[top : max(int(ellipse.cy) + reach + 1, 0), left : max(int(ellipse.cx) + reach + 1, 0)]
    dy = np.arange(top, top + box.shape[0]) - ellipse.cy
    cos, sin = math.cos(ellipse.angle), math.sin(ellipse.angle)
    long, short = ellipse.a**-2, ellipse.b**-2
    xx, xy, yy = cos * cos * long + sin * sin * short, cos * sin * (long - short), sin * sin * long + cos * cos * short
    root = np.square(xy * dy) - xx * (yy * np.square(dy) - 1)
    half = np.sqrt(np.maximum(root, 0)) / xx
    middle = np.where(root >= 0, ellipse.cx - left - xy * dy / xx, -np.inf)
    columns = np.arange(box.shape[1])
    box[(columns >= (middle - half)[:, None]) & (columns <= (middle + half)[:, None])] = value


def ring_iou(mask: Mask, other: Mask) -> float:
    """Intersection over union of the iris pixels (255) of two masks of the same shape; 1 when both have none."""
    if mask.shape != other.shape:
        raise ValueError(f"Masks of {mask.shape} and {other.shape} cannot be compared.")
    one, two = mask == IRIS, other == IRIS
    union = int(np.count_nonzero(one | two))
    return int(np.count_nonzero(one & two)) / union if union else 1.0


def box_of(where: "NDArray[np.bool_]", margin: int = 0) -> tuple[slice, slice]:
    """The rows and columns that hold all of ``where`` (H x W, not empty) and ``margin`` pixels around it."""
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    return (
        slice(max(int(rows[0]) - margin, 0), int(rows[-1]) + margin + 1),
        slice(max(int(columns[0]) - margin, 0), int(columns[-1]) + margin + 1),
    )
