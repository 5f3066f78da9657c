"""Light on the cornea: lamps, windows, flashes, the room, and things that stand in front of them."""

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.iris.geometry import Points
from processing.imaging.iris.renderer.colour import Colours, between, grey, mixed, rgb, thrice
from processing.imaging.iris.renderer.noise import Field, Random, cloud, pick, step
from processing.imaging.iris.renderer.scene import Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

CORNERS = 40


def shone_on(random: Random, scene: Scene, eyeball: Colours) -> Colours:
    """Room first, then shades, then lamps: as bright as they are on a real eye."""
    eyeball = _shaded(random, scene, _mirrored(random, scene, eyeball))
    lamps = lamps_on(random, scene)
    glow = cv2.GaussianBlur(lamps, (0, 0), max(scene.radius * 0.08, 1.0)) * np.float32(pick(random, (0.0, 0.5)))
    colour = np.ones(3, np.float32) if scene.infrared else np.float32(1 + random.normal(0, 0.04, 3))
    return mixed(eyeball + thrice(glow) * colour, np.clip(colour, 0, 1.1), np.clip(lamps, 0, 1))


def lamps_on(random: Random, scene: Scene) -> Field:
    """How much of each pixel is a catch-light, 0..1."""
    drawn = np.zeros((scene.height, scene.width), np.uint8)
    least, most = scene.configuration.catch_lights
    for _ in range(int(random.integers(least, most + 1))):
        _lamp(random, scene, drawn)
    return (
        cv2.GaussianBlur(drawn, (0, 0), max(scene.radius * pick(random, (0.002, 0.02)), 0.5)).astype(np.float32) / 255
    )


def _lamp(random: Random, scene: Scene, drawn: "NDArray[np.uint8]") -> None:
    value = int(random.integers(150, 256)) if random.random() < 0.4 else 255
    shape = "dot" if scene.infrared else random.choice(["disc", "ring", "window", "strip", "flash", "dot", "blob"])
    size = _size(random, str(shape))
    # Anywhere on the cornea, most of them over or beside the pupil; a few bite the limbus.
    spread = 0.18 if scene.infrared else 0.42
    at = np.clip(random.normal(0, spread, 2), -1.05, 1.05)
    outline = _outline(random, str(shape)) * size + at
    path = np.round(_on_cornea(scene, outline) * 8).astype(np.int32)
    if shape == "ring":
        cv2.polylines(drawn, [path], True, (value,), max(1, round(size * scene.radius * 0.25)), cv2.LINE_AA, shift=3)
        return
    cv2.fillPoly(drawn, [path], (value,), cv2.LINE_AA, shift=3)
    if shape == "window":
        _bars(random, scene, drawn, outline)


def _size(random: Random, shape: str) -> float:
    """Half the lamp's width in radii."""
    ranges = {
        "dot": (0.02, 0.07), "flash": (0.05, 0.14), "disc": (0.05, 0.25), "ring": (0.12, 0.5),
        "window": (0.1, 0.4), "strip": (0.1, 0.45), "blob": (0.06, 0.35),
    }  # fmt: skip
    return pick(random, ranges[shape])


def _outline(random: Random, shape: str) -> Points:
    """Corners about (0, 0), about 1 from it; straight lines bow on a round cornea."""
    turn = pick(random, (-0.5, 0.5))
    t = np.linspace(0, 2 * math.pi, CORNERS, endpoint=False)
    if shape in {"disc", "ring", "dot", "flash"}:
        points = np.stack([np.cos(t), np.sin(t) * pick(random, (0.7, 1.0))], axis=-1)
    elif shape == "blob":
        radius = 1 + 0.3 * np.sin(2 * t + random.random() * 6) + 0.2 * np.sin(3 * t + random.random() * 6)
        points = np.stack([np.cos(t) * radius, np.sin(t) * radius * pick(random, (0.4, 1))], axis=-1)
    else:
        tall = pick(random, (0.12, 0.35)) if shape == "strip" else pick(random, (0.5, 1.5))
        points = _rectangle(tall) + np.stack(
            [0 * t, pick(random, (-0.25, 0.25)) * np.square(_rectangle(tall)[:, 0])], -1
        )
        turn += 0.0 if random.random() < 0.7 else math.pi / 2
    cos, sin = math.cos(turn), math.sin(turn)
    return points @ np.array([[cos, sin], [-sin, cos]])


def _rectangle(tall: float) -> Points:
    side = np.linspace(-1, 1, CORNERS // 4, endpoint=False)
    one = np.ones_like(side)
    edges = [(side, -one), (one, side), (-side, one), (-one, -side)]
    return np.concatenate([np.stack([x, y * tall], axis=-1) for x, y in edges])


def _bars(random: Random, scene: Scene, drawn: "NDArray[np.uint8]", outline: Points) -> None:
    """The cross of a window."""
    quarter = CORNERS // 4
    crossings = [(quarter // 2, 2 * quarter + quarter // 2), (quarter + quarter // 2, 3 * quarter + quarter // 2)]
    for one, other in crossings[: int(random.integers(0, 3))]:
        ends = np.round(_on_cornea(scene, outline[[one, other]]) * 8).astype(np.int32)
        cv2.polylines(drawn, [ends], False, (40,), max(1, round(scene.radius * 0.02)), cv2.LINE_AA, shift=3)


def _on_cornea(scene: Scene, points: Points) -> Points:
    return scene.in_photo(points + np.array(scene.gaze))


def _cornea(scene: Scene) -> Field:
    """1 over the iris, fading a little outside it: the white mirrors less."""
    x, y = scene.grid
    away = np.hypot(x - scene.gaze[0], y - scene.gaze[1])
    return 1 - step(away, 0.9, 1.25)


def _mirrored(random: Random, scene: Scene, eyeball: Colours) -> Colours:
    """The room: sky above, something darker below, with edges."""
    strength = pick(random, scene.configuration.mirrored_room)
    tile = cloud(random, scene.height, scene.width, scene.radius * pick(random, (0.25, 0.9)), 3)
    sharp = pick(random, (0.4, 2.0))
    room = step(tile - 0.5 * scene.grid[1], 0.2, 0.2 + sharp)
    tint = np.ones(3, np.float32) if scene.infrared else between(random, grey(0.6), grey(1.0))
    light = room * _cornea(scene) * np.float32(strength)
    return eyeball + (1 - eyeball) * (thrice(light) * tint)


def _shaded(random: Random, scene: Scene, eyeball: Colours) -> Colours:
    """Sometimes a dark thing is mirrored or a shadow with a clear edge lies over a part of the eye."""
    if random.random() > 0.15:
        return eyeball
    x, y = scene.grid
    angle, reach = pick(random, (0, 2 * math.pi)), pick(random, (0.15, 0.9))
    side = (x - scene.gaze[0]) * math.cos(angle) + (y - scene.gaze[1]) * math.sin(angle)
    side = side + 0.12 * cloud(random, scene.height, scene.width, scene.radius * 0.7, 2)
    shade = step(side, reach, reach + pick(random, (0.05, 0.4))) * np.float32(pick(random, (0.2, 0.75)))
    return mixed(eyeball, eyeball * rgb(0.45, 0.35, 0.3), shade)
