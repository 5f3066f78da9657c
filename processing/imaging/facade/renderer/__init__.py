"""Drawn facades with exact truth: what the wall network learns from and what the tests look at.

``render(seed, configuration)`` is a pure function: the same two always give the same bytes, on numpy and OpenCV alone.
No photo of a real house is in it.
"""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.facade.renderer import camera, house, street
from processing.imaging.facade.renderer.configuration import STREET, Configuration
from processing.imaging.facade.renderer.fields import Colours, Field, Random
from processing.imaging.facade.renderer.front import DOOR, OTHER, WALL, WINDOW, Front
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DOOR", "OTHER", "WALL", "WINDOW", "Facade", "render"]

# The front is drawn finer than the photo shows it.
FINER = 1.5


@dataclass(frozen=True, eq=False)
class Facade:
    """A drawn photo and its truth, all H x W of the same picture.

    ``photo`` H x W x 3 RGB uint8. ``labels`` uint8: OTHER 0, WALL 1, WINDOW 2, DOOR 3 (balconies, shops, shutters,
    roofs, neighbours and what stands before the house are OTHER). ``windows`` int32: the number of each window of the
    house from 1 on, 0 elsewhere. ``plane`` 3 x 3 float64: metres on the wall (x right, y down) to pixels; its first two
    columns are the vanishing points of across and down (homogeneous). ``box`` left, top, right, bottom of the house
    in those metres. ``shading`` float32, about 1: how brightly each pixel is lit.
    """

    photo: Pixels
    labels: "NDArray[np.uint8]"
    windows: "NDArray[np.int32]"
    plane: "NDArray[np.float64]"
    box: tuple[float, float, float, float]
    shading: "NDArray[np.float32]"

    @property
    def wall(self) -> "NDArray[np.bool_]":
        return self.labels == WALL

    @property
    def doors(self) -> "NDArray[np.bool_]":
        return self.labels == DOOR


def render(seed: int, configuration: Configuration = STREET) -> Facade:
    """One picture. ``seed`` >= 0."""
    random = np.random.default_rng([seed, zlib.crc32(configuration.name.encode())])
    building, eye, around, before, light = random.spawn(5)
    longest = FINER * max(configuration.width, configuration.height)
    front, box = house.build(building, configuration, longest)
    plane = camera.plane(eye, configuration, box)
    picture, labels, windows, sky = _seen(around, configuration, front, plane, box)
    shade = camera.shading(light, labels.shape)
    picture *= np.where(sky, np.float32(1), shade)[..., None]
    count = int(before.integers(configuration.occluders[0], configuration.occluders[1] + 1))
    feet = camera.mapped(plane, np.array([[box[0], box[3]], [box[2], box[3]]]))[:, 1]
    hidden = street.occlude(before, picture, count, float(feet.mean()))
    hidden |= _wedged(before, configuration, picture)
    labels[hidden], windows[hidden] = OTHER, 0
    return Facade(camera.taken(light, configuration, picture), labels, windows, plane, box, shade)


def _seen(
    random: Random, configuration: Configuration, front: Front, plane: Field, box: tuple[float, float, float, float]
) -> tuple[Colours, Field, Field, Field]:
    """The front from where the camera stands, sky behind and pavement before it: colours, labels, numbers of windows,
    and where nothing stands that a shadow could fall on."""
    size = configuration.width, configuration.height
    shrunk = plane @ np.diag([1 / front.scale, 1 / front.scale, 1.0])
    ends = camera.mapped(plane, np.array([[box[0], box[3]], [box[2], box[3]]]))
    slope = (ends[1, 1] - ends[0, 1]) / max(ends[1, 0] - ends[0, 0], 1e-6)
    rows, columns = np.indices((size[1], size[0]), dtype=np.float32)
    pavement = rows > ends[0, 1] + slope * (columns - ends[0, 0])
    backdrop = street.backdrop(random, (size[1], size[0]), pavement)
    colours = cv2.warpPerspective(cv2.GaussianBlur(front.colours, (0, 0), 0.6), shrunk, size, flags=cv2.INTER_LINEAR)
    covered, labels, windows = (
        cv2.warpPerspective(layer, shrunk, size, flags=cv2.INTER_NEAREST)
        for layer in (front.covered, front.labels, front.openings.astype(np.float32))
    )
    picture = np.where(covered[..., None] > 0, colours, backdrop).astype(np.float32)
    return picture, labels, windows.astype(np.int32), (covered == 0) & ~pavement


def _wedged(random: Random, configuration: Configuration, picture: Colours) -> Field:
    """Corners that nothing was seen of, as where a photo was made upright."""
    hidden = np.zeros(picture.shape[:2], np.uint8)
    if random.random() >= configuration.wedges:
        return hidden > 0
    height, width = picture.shape[:2]
    grey = (float(random.choice([0.0, 0.0, 0.5, 1.0])),) * 3
    for x, to in ((0, 1), (width, -1)):
        reach = random.uniform(0, 0.2) * width * to
        at_foot = bool(random.random() < 0.75)
        wedge = np.array([[x, 0], [x, height], [x + reach, height * at_foot]])
        street.cover_polygon(picture, hidden, wedge, grey)
    if random.random() < 0.5:
        tip = [width * (random.random() < 0.5), random.uniform(0, 0.15) * height]
        street.cover_polygon(picture, hidden, np.array([[0, 0], [width, 0], tip]), grey)
    return hidden > 0
