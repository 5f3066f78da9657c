"""Where the wall is: the plane of a facade, from the points in which its level and its upright lines meet."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from processing.imaging.errors import Code, ImageRefused
from processing.imaging.facade.plane.lines import CLOSE, Lines, half_diagonal, lines_of, meeting
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPRIGHT = np.deg2rad(32.0)
"""Lines nearer to upright than this may be the wall's uprights, all others its levels."""
SUPPORT = 0.6
"""Of the length of the lines that might lead to a point must do so, for both points."""
FEWEST, LEAST = 8, 1.5
"""So many lines, together so long (in halves of the diagonal), make a direction."""
FOCAL = 1.3
"""Focal length in halves of the diagonal where perspective does not show it: that of 28 mm on small film."""
FOCAL_RANGE = (0.6, 4.0)


@dataclass(frozen=True, eq=False)
class Plane:
    """A facade's plane.

    ``homography`` (3 x 3) takes pixels of the photo (x, y, 1) to the wall: x along it, y down, one unit being half the
    photo's diagonal where the wall is seen in the photo's middle. The third number is positive before its horizon.
    ``level`` and ``upright`` are the vanishing points in pixels, homogeneous; the supports are 0..1.
    """

    homography: "NDArray[np.float64]"
    level: "NDArray[np.float64]"
    upright: "NDArray[np.float64]"
    level_support: float
    upright_support: float

    def to_wall(self, points: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """n x 2 on the wall for n x 2 pixels; NaN for what lies beyond the wall's horizon."""
        found = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ self.homography.T
        ahead = np.where(found[:, 2:] > 1e-9, found[:, 2:], np.nan)
        return np.asarray(found[:, :2] / ahead)

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "homography": [[round(float(value), 9) for value in row] for row in self.homography],
            "vanishing_points": {
                "level": _told(self.level), "upright": _told(self.upright),
            },
            "support": {"level": round(self.level_support, 3), "upright": round(self.upright_support, 3)},
        }  # fmt: skip


def plane_of(photo: Pixels) -> Plane:
    """The plane of the facade in ``photo`` (H x W x 3). Raises ImageRefused when its lines show none."""
    lines = lines_of(np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8))
    steep = np.abs(lines.along[:, 1]) > np.cos(UPRIGHT)
    upright, upright_support = _direction(lines.where(steep))
    level, level_support = _direction(lines.where(~steep))
    if upright is None or level is None or min(upright_support, level_support) <= SUPPORT:
        raise _no_plane(level_support, upright_support)
    height, width = photo.shape[:2]
    unit = half_diagonal(height, width)
    to_pixels = np.array([[unit, 0, (width - 1) / 2], [0, unit, (height - 1) / 2], [0, 0, 1]])
    homography = wall_from(level, upright) @ np.linalg.inv(to_pixels)
    return Plane(homography, to_pixels @ level, to_pixels @ upright, level_support, upright_support)


def wall_from(level: "NDArray[np.float64]", upright: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """3 x 3 from the picture (centre at 0, units of half the diagonal) to the wall, from two vanishing points.

    A camera with square pixels looks through the picture's middle (Caprile & Torre 1990); its focal length is the one
    for which the two directions are at right angles, where they show one.
    """
    focal = focal_length(level, upright)
    across = _unit(level / [focal, focal, 1])
    # Not bent to a right angle: where the focal length is a guess, both directions stay exactly as seen, and only how
    # high the wall is for its width carries the guess.
    down = _unit(upright / [focal, focal, 1])
    across, down = across * np.sign(across[0] or 1), down * np.sign(down[1] or 1)
    outward = np.cross(across, down)
    if outward[2] <= 0.05:
        raise _no_plane(1.0, 1.0)
    # The plane lies where the camera's axis meets it at distance 1.
    to_picture = np.diag([focal, focal, 1]) @ np.stack([across / focal, down / focal, [0, 0, 1]], axis=1)
    return np.asarray(np.linalg.inv(to_picture))


def focal_length(level: "NDArray[np.float64]", upright: "NDArray[np.float64]") -> float:
    """In halves of the diagonal; FOCAL when one of the points is too far away to say."""
    together = level[2] * upright[2]
    if abs(together) < 0.02:
        return FOCAL
    squared = -(level[:2] @ upright[:2]) / together
    low, high = FOCAL_RANGE
    return float(np.sqrt(squared)) if low**2 < squared < high**2 else FOCAL


def _direction(lines: Lines) -> "tuple[NDArray[np.float64] | None, float]":
    point = meeting(lines)
    if point is None:
        return None, 0.0
    leads = lines.miss(point[None])[0] < CLOSE
    length = float(lines.length[leads].sum())
    if leads.sum() < FEWEST or length < LEAST:
        return None, 0.0
    return point, length / float(lines.length.sum())


def _no_plane(level: float, upright: float) -> ImageRefused:
    refused = ImageRefused(
        Code.VALIDATION_FAILED,
        "No facade plane found: too few straight lines of the photo lead to the same two points.",
        "Choose a photo of one wall with windows or bricks, taken from the street and not from too near an angle.",
    )
    refused.facts = {"support": {"level": round(level, 3), "upright": round(upright, 3), "least": SUPPORT}}
    return refused


def _unit(vector: "NDArray[np.float64]") -> "NDArray[np.float64]":
    return np.asarray(vector / np.linalg.norm(vector))


def _told(point: "NDArray[np.float64]") -> dict[str, Any]:
    """A vanishing point for people: a pixel, or a direction when it is nearly infinitely far away."""
    if abs(point[2]) * 1e6 < np.hypot(point[0], point[1]):
        angle = np.degrees(np.arctan2(point[1], point[0]))
        return {"x": None, "y": None, "direction_degrees": round(float(angle), 3)}
    x, y = point[:2] / point[2]
    return {"x": round(float(x), 1), "y": round(float(y), 1), "direction_degrees": None}
