"""What lies between the lids: the white with its veins and corner, the iris on it, the pupil in it."""

import cv2
import numpy as np

from processing.imaging.iris.renderer import iris
from processing.imaging.iris.renderer.colour import Colours, grey, mixed, rgb, thrice
from processing.imaging.iris.renderer.noise import Field, Random, cloud, pick, step
from processing.imaging.iris.renderer.scene import EYEBALL, Scene


def painted(random: Random, scene: Scene) -> Colours:
    """The eyeball over the whole photo, as if there were no lids."""
    white = _white(random, scene)
    colours, cover = iris.painted(random, scene)
    pupil, hole = _pupil(random, scene)
    eye = mixed(mixed(white, colours, cover), pupil, hole)
    return eye * thrice(_lid_shadow(random, scene))


def _white(random: Random, scene: Scene) -> Colours:
    if scene.infrared:
        tint = grey(pick(random, (0.45, 0.85)))
    else:
        tint = rgb(1.03, 1.0, 0.97) * pick(random, (0.62, 0.95)) * (1 + random.normal(0, 0.035, 3))
    x, y = scene.grid
    away = np.minimum((x * x + y * y) / EYEBALL**2, 1.0)
    shade = 1 - pick(random, (0.1, 0.35) if scene.infrared else (0.2, 0.6)) * away
    shade *= 1 + 0.035 * cloud(random, scene.height, scene.width, scene.radius * 0.7, 3)
    colours = tint * thrice(shade)
    if not scene.infrared:
        colours = _flesh(random, scene, _veined(random, scene, colours))
    return colours


def _veined(random: Random, scene: Scene, colours: Colours) -> Colours:
    veins = np.zeros((scene.height, scene.width), np.uint8)
    for _ in range(int(random.integers(0, 22))):
        _vein(random, scene, veins)
    red = cv2.GaussianBlur(veins, (0, 0), max(0.012 * scene.radius, 0.5)).astype(np.float32) / 255
    red += pick(random, (0.0, 0.3)) * step(cloud(random, scene.height, scene.width, scene.radius), 0.2, 2)
    return mixed(colours, colours * rgb(0.95, 0.55, 0.5), np.clip(red * pick(random, (0.2, 1.0)), 0, 1))


def _vein(random: Random, scene: Scene, veins: "cv2.typing.MatLike") -> None:
    """A wandering line from somewhere near a corner towards the iris."""
    side = 1 if random.random() < 0.5 else -1
    steps = np.cumsum(random.normal([-side * 0.07, 0.0], [0.05, 0.06], (int(random.integers(6, 18)), 2)), axis=0)
    start = (scene.opening.middle + side * pick(random, (1.1, 2.3)), random.normal(0, 0.4))
    path = np.round(scene.in_photo(steps + start) * 8).astype(np.int32)
    thick = max(1, round(scene.radius * pick(random, (0.005, 0.02))))
    cv2.polylines(veins, [path], False, (int(random.integers(60, 255)),), thick, cv2.LINE_AA, shift=3)


def _flesh(random: Random, scene: Scene, colours: Colours) -> Colours:
    """The pink corner towards the nose, and pink where the white meets the lids."""
    x, y = scene.grid
    corner = scene.opening.middle - scene.side * scene.opening.half * 0.93
    away = np.hypot((x - corner) / 0.42, (y - 0.02) / 0.3)
    pink = rgb(0.72, 0.36, 0.34) * np.float32(pick(random, (0.6, 1.15)))
    colours = mixed(colours, pink, (1 - step(away, 0.5, 1.2)) * np.float32(0.85))
    edge = np.exp(np.minimum(np.maximum(scene.above, scene.beneath), 0) / pick(random, (0.05, 0.3)))
    return mixed(colours, pink, edge.astype(np.float32) * np.float32(pick(random, (0, 0.5))))


def _pupil(random: Random, scene: Scene) -> tuple[Colours, Field]:
    soft = max(pick(random, (0.01, 0.08)), 0.6 / scene.pupil.radius)
    black = grey(pick(random, (0.01, 0.07)))
    if scene.infrared:
        black = grey(pick(random, (0.01, 0.1)))
    elif random.random() < 0.05:
        black = rgb(0.35, 0.08, 0.05) * np.float32(pick(random, (0.4, 1.4)))
    return black, 1 - step(scene.in_pupil, 1 - soft, 1 + soft)


def _lid_shadow(random: Random, scene: Scene) -> Field:
    """Darker under the upper lid, a little at the lower one and in the corners."""
    least, most = scene.configuration.lid_shadow
    depth, reach = pick(random, (least, most)), pick(random, (0.1, 0.55))
    upper = depth * np.exp(np.minimum(scene.above, 0) / reach)
    lower = 0.3 * depth * np.exp(np.minimum(scene.beneath, 0) / 0.12)
    return np.clip(1 - upper - lower, 0.12, 1).astype(np.float32)
