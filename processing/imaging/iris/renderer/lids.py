"""The lids over the eyeball: skin above and below the opening, the wet pink rim on their edge."""

import numpy as np

from processing.imaging.iris.renderer.colour import Colours, between, grey, mixed, rgb, thrice
from processing.imaging.iris.renderer.noise import Field, Random, pick, smooth, step
from processing.imaging.iris.renderer.scene import Scene


def opened(scene: Scene) -> Field:
    """1 where the eyeball shows, 0 under the lids; soft over one pixel."""
    return np.clip(0.5 - np.maximum(scene.above, scene.beneath) * np.float32(scene.radius), 0, 1)


def closed_over(random: Random, scene: Scene, eyeball: Colours, skin: Colours) -> Colours:
    """Eyeball and skin in one picture."""
    skin = _rim(random, scene, skin, np.where(scene.beneath > scene.above, scene.beneath, 9), (0.02, 0.16))
    skin = _rim(random, scene, skin, np.where(scene.beneath > scene.above, 9, scene.above), (0.0, 0.07))
    return _tears(random, scene, mixed(skin, eyeball, opened(scene)))


def _rim(random: Random, scene: Scene, skin: Colours, away: Field, widths: tuple[float, float]) -> Colours:
    """The lid has a thickness; its edge is pink and lighter than the skin, darker in dark skin."""
    width = pick(random, widths)
    band = (1 - step(away, width * 0.6, width * 1.25 + 0.01)) * scene.by_lids
    if scene.infrared:
        colour = grey(pick(random, (0.55, 0.95)))
    else:
        pale = between(random, rgb(0.68, 0.42, 0.38), rgb(0.95, 0.72, 0.68))
        colour = pale * np.float32(1 - 0.45 * scene.skin)
    return mixed(skin, colour, band * np.float32(pick(random, (0.3, 0.95))))


def _tears(random: Random, scene: Scene, picture: Colours) -> Colours:
    """A broken bright line where the tear film stands on the lower lid."""
    line = np.exp(-np.square((scene.beneath + 0.02) / pick(random, (0.015, 0.05))))
    broken = step(smooth(random, scene.height, scene.width, max(scene.radius * 0.15, 2)), 0.2, 1.5)
    wet = line * broken * scene.by_lids * np.float32(pick(random, (0.0, 0.8)))
    return picture + (1 - picture) * thrice(np.clip(wet, 0, 1))
