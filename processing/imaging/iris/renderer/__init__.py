"""Rendered eyes with exact truth: what the network learns from, what the tests and the demo look at.

``render(seed, configuration)`` is a pure function: the same two always give the same bytes, on numpy and OpenCV alone.
No picture of a person is in it.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from processing.imaging.iris.geometry import IRIS, PUPIL, IrisGeometry, Mask
from processing.imaging.iris.renderer import camera, eyeball, lashes, lids, light, negatives, skin
from processing.imaging.iris.renderer.colour import Colours
from processing.imaging.iris.renderer.configuration import EVERYDAY, Configuration, Kind
from processing.imaging.iris.renderer.noise import Random
from processing.imaging.iris.renderer.scene import Scene, draw_scene
from processing.imaging.types import Pixels


@dataclass(frozen=True, eq=False)
class RenderedEye:
    """``photo`` H x W x 3 RGB, ``mask`` its truth (lids cut out, lashes and catch-lights not), ``geometry`` the
    outlines; None and an empty mask where there is no iris to use."""

    photo: Pixels
    mask: Mask
    geometry: IrisGeometry | None


def render(seed: int, configuration: Configuration = EVERYDAY) -> RenderedEye:
    """One picture. ``seed`` >= 0."""
    random = np.random.default_rng([seed, zlib.crc32(configuration.name.encode())])
    if configuration.kind in {Kind.OBJECT, Kind.NOISE}:
        draw = negatives.round_things if configuration.kind is Kind.OBJECT else negatives.noise
        return _without_iris(random, configuration, draw(random, configuration), configuration.width * 0.15)
    if configuration.kind is Kind.FACE:
        return _face(random, configuration)
    scene = draw_scene(random, configuration)
    photo = camera.taken(random, configuration, _painted(random, scene), scene.radius, scene.infrared)
    if configuration.kind is Kind.CLOSED:
        return RenderedEye(photo, np.zeros(photo.shape[:2], np.uint8), None)
    return RenderedEye(photo, truth(scene), scene.geometry())


def truth(scene: Scene) -> Mask:
    """By pixel centres: inside the limbus, outside the pupil, between the lids."""
    mask = np.where(scene.in_limbus <= 1, IRIS, 0)
    mask = np.where(scene.in_pupil <= 1, PUPIL, mask)
    return np.where(np.maximum(scene.above, scene.beneath) < 0, mask, 0).astype(np.uint8)


def _painted(random: Random, scene: Scene) -> Colours:
    """Each noun has its own stream, so that more lashes do not change the fibres."""
    streams = random.spawn(5)
    globe = light.shone_on(streams[1], scene, eyeball.painted(streams[0], scene))
    picture = lids.closed_over(streams[3], scene, globe, skin.painted(streams[2], scene))
    return lashes.grown(streams[4], scene, picture)


def _face(random: Random, configuration: Configuration) -> RenderedEye:
    scene = draw_scene(random, configuration)
    level = configuration.height * float(random.uniform(0.42, 0.5))
    apart = configuration.width * float(random.uniform(0.09, 0.13))
    halves, twin = [], int(random.integers(1 << 30))
    for side in (-1, 1):
        at = (configuration.width / 2 + side * apart, level)
        shift = (at[0] - scene.limbus.cx, at[1] - scene.limbus.cy)
        moved = replace(
            scene, origin=at, tilt=0.0, side=side, gaze=(0.0, 0.0),
            pupil=scene.pupil.shifted(*shift), limbus=scene.limbus.shifted(*shift),
        )  # fmt: skip
        halves.append(_painted(np.random.default_rng(twin), moved))
    picture = negatives.face(random, configuration, *halves)
    return _without_iris(random, configuration, picture, scene.radius)


def _without_iris(random: Random, configuration: Configuration, picture: Colours, radius: float) -> RenderedEye:
    photo = camera.taken(random, configuration, picture, radius, infrared=False)
    return RenderedEye(photo, np.zeros(photo.shape[:2], np.uint8), None)
