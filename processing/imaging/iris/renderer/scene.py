"""Where things are: the photo's pixels seen from the eye, in iris radii, and the shape of the opening."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from processing.imaging.iris.geometry import Ellipse, IrisGeometry, Lid, Points
from processing.imaging.iris.renderer.configuration import Configuration, Kind
from processing.imaging.iris.renderer.noise import Field, Random, line, pick

if TYPE_CHECKING:
    from numpy.typing import NDArray

EYEBALL = 2.05
"""Radius of the eyeball in iris radii (12 mm over 5.9 mm)."""
LID_KNOTS = 161


@dataclass(frozen=True)
class Opening:
    """The slit between the lids, in radii about the resting eye. Lids are given at ``x``; y grows downwards."""

    x: "NDArray[np.float64]"
    upper: "NDArray[np.float64]"
    lower: "NDArray[np.float64]"
    middle: float
    half: float


@dataclass(frozen=True)
class Scene:
    """One eye in one photo. ``radius`` in pixels; ``origin`` is the resting eye's middle in pixels; ``side`` is 1
    when the nose lies to the left, -1 to the right; ``gaze`` where the iris' middle lies, in radii."""

    configuration: Configuration
    radius: float
    origin: tuple[float, float]
    tilt: float
    side: int
    gaze: tuple[float, float]
    pupil: Ellipse
    limbus: Ellipse
    opening: Opening
    infrared: bool
    melanin: float
    skin: float

    @property
    def height(self) -> int:
        return self.configuration.height

    @property
    def width(self) -> int:
        return self.configuration.width

    @cached_property
    def grid(self) -> tuple[Field, Field]:
        """x and y of every pixel in radii about the resting eye, along its own axes."""
        rows, columns = np.indices((self.height, self.width), dtype=np.float32)
        dx, dy = (columns - self.origin[0]) / self.radius, (rows - self.origin[1]) / self.radius
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        return (dx * cos + dy * sin).astype(np.float32), (dy * cos - dx * sin).astype(np.float32)

    @cached_property
    def in_pupil(self) -> Field:
        """Below 1 inside the pupil, 1 on its edge."""
        return self._distance(self.pupil)

    @cached_property
    def in_limbus(self) -> Field:
        """Below 1 inside the limbus, 1 on it."""
        return self._distance(self.limbus)

    def _distance(self, ellipse: Ellipse) -> Field:
        rows, columns = np.indices((self.height, self.width), dtype=np.float32)
        return ellipse.distance(np.stack([columns, rows], axis=-1)).astype(np.float32)

    @cached_property
    def above(self) -> Field:
        """How far every pixel lies above the upper lid's edge, in radii."""
        x, y = self.grid
        return (np.interp(x, self.opening.x, self.opening.upper) - y).astype(np.float32)

    @cached_property
    def beneath(self) -> Field:
        """How far every pixel lies below the lower lid's edge, in radii."""
        x, y = self.grid
        return (y - np.interp(x, self.opening.x, self.opening.lower)).astype(np.float32)

    @cached_property
    def by_lids(self) -> Field:
        """1 over and under the opening, fading beyond its corners, where the lids' folds end."""
        beyond = np.abs(self.grid[0] - self.opening.middle) - self.opening.half
        return np.exp(-np.square(np.maximum(beyond, 0) / 0.35)).astype(np.float32)

    def in_photo(self, points: Points) -> Points:
        """Points in radii about the resting eye as pixels."""
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        x, y = points[..., 0] * self.radius, points[..., 1] * self.radius
        return np.stack([self.origin[0] + x * cos - y * sin, self.origin[1] + x * sin + y * cos], axis=-1)

    def geometry(self) -> IrisGeometry:
        upper, lower = (
            Lid.through(self.in_photo(np.stack([self.opening.x, heights], axis=-1)))
            for heights in (self.opening.upper, self.opening.lower)
        )
        return IrisGeometry(self.pupil, self.limbus, upper, lower)


def draw_scene(random: Random, configuration: Configuration) -> Scene:
    share = math.exp(pick(random, (math.log(configuration.iris_share[0]), math.log(configuration.iris_share[1]))))
    radius = configuration.width * share / 2
    side = 1 if random.random() < 0.5 else -1
    tilt = math.radians(configuration.tilt) * float(np.clip(random.normal(0, 0.5), -1, 1))
    gaze, squeeze, direction = _look(random, configuration)
    centre = _place(random, configuration, radius)
    cos, sin = math.cos(tilt), math.sin(tilt)
    shift = (gaze[0] * cos - gaze[1] * sin, gaze[0] * sin + gaze[1] * cos)
    origin = (centre[0] - shift[0] * radius, centre[1] - shift[1] * radius)
    limbus = _limbus(random, centre, radius, squeeze, direction + tilt)
    return Scene(
        configuration=configuration,
        radius=radius,
        origin=origin,
        tilt=tilt,
        side=side,
        gaze=gaze,
        pupil=_pupil(random, configuration, limbus),
        limbus=limbus,
        opening=_opening(random, configuration, gaze, side),
        infrared=bool(random.random() < configuration.infrared),
        melanin=pick(random, configuration.melanin),
        skin=pick(random, configuration.skin),
    )


def _look(random: Random, configuration: Configuration) -> tuple[tuple[float, float], float, float]:
    """Shift of the iris in radii, how much its circle is squeezed, and along which direction."""
    angle = math.radians(pick(random, configuration.gaze))
    direction = pick(random, (0, 2 * math.pi))
    reach = EYEBALL * math.sin(angle)
    # Eyes look sideways further than up or down before the lids follow.
    return (reach * math.cos(direction), 0.6 * reach * math.sin(direction)), math.cos(angle), direction


def _place(random: Random, configuration: Configuration, radius: float) -> tuple[float, float]:
    sizes = np.array([configuration.width, configuration.height], float)
    room = np.maximum(sizes / 2 - radius * 1.02, 0) * configuration.off_centre
    if random.random() < configuration.cropped:
        room = sizes / 2 - radius * 0.3
    middle = (sizes - 1) / 2 + room * random.uniform(-1, 1, 2)
    return float(middle[0]), float(middle[1])


def _limbus(random: Random, centre: tuple[float, float], radius: float, squeeze: float, direction: float) -> Ellipse:
    """A circle seen from the side, and never quite a circle: corneas are a little wider than high."""
    own = pick(random, (0.96, 1.0))
    if squeeze < own:
        return Ellipse(*centre, radius, radius * squeeze * pick(random, (0.98, 1.0)), direction + math.pi / 2)
    return Ellipse(*centre, radius, radius * own, random.normal(0, 0.3))


def _pupil(random: Random, configuration: Configuration, limbus: Ellipse) -> Ellipse:
    """Mostly a little off the middle, never exactly round."""
    ratio = pick(random, configuration.pupil_ratio)
    off = random.normal(0, 0.035, 2) * limbus.radius * (1 - ratio)
    long, short = limbus.a * ratio, limbus.b * ratio * pick(random, (0.94, 1.0))
    return Ellipse(limbus.cx + off[0], limbus.cy + off[1], long, short, limbus.angle + random.normal(0, 0.3))


def _opening(random: Random, configuration: Configuration, gaze: tuple[float, float], side: int) -> Opening:
    half = pick(random, (2.1, 2.75))
    middle = side * pick(random, (0.0, 0.3)) + gaze[0] * 0.1
    x = np.linspace(middle - 1.6 * half, middle + 1.6 * half, LID_KNOTS)
    corners = side * pick(random, (-0.3, 0.15)) * (x - middle) / half
    above, below = pick(random, configuration.above), pick(random, configuration.below)
    upper = _arch((x - middle) / half, side * pick(random, (-0.25, 0.1)), pick(random, (1.6, 2.6)))
    lower = _arch((x - middle) / half, side * pick(random, (-0.1, 0.25)), pick(random, (1.6, 3.2)))
    at_iris = abs(gaze[0] - middle) / half < 0.8
    here = gaze[0] if at_iris else middle
    scale_up = _crossing(x, upper, corners, here, above - gaze[1])
    scale_low = _crossing(x, lower, -corners, here, below + gaze[1])
    if configuration.kind is Kind.CLOSED:
        lower_y = corners + lower * pick(random, (0.1, 0.55))
        return Opening(x, lower_y + 0.004, lower_y, middle, half)
    rough = pick(random, (0.0, 0.02))
    # Beyond the corners the lids overlap a little, or a hairline of eyeball would show between them.
    shut = 0.05 * np.maximum(np.abs(x - middle) - half, 0)
    upper_y = corners - upper * scale_up + shut + rough * line(random, LID_KNOTS, 14)
    lower_y = corners + lower * scale_low - shut + rough * line(random, LID_KNOTS, 14)
    return Opening(x, upper_y, lower_y, middle, half)


def _arch(t: "NDArray[np.float64]", skew: float, power: float) -> "NDArray[np.float64]":
    """One lid of height 1: 0 at the corners (``t`` = -1 and 1) and beyond, 1 on top."""
    t = t + skew * (1 - np.minimum(t * t, 1))
    return np.maximum(1 - np.abs(t) ** power, 0)


def _crossing(
    x: "NDArray[np.float64]", arch: "NDArray[np.float64]", corners: "NDArray[np.float64]", at: float, height: float
) -> float:
    """The factor that brings the arch to ``height`` above the resting eye's middle at ``at``."""
    here, base = float(np.interp(at, x, arch)), float(np.interp(at, x, corners))
    return float(np.clip((height + base) / max(here, 0.3), 0.12, 3.0))
