"""Skin around the eye: its tone, the crease, wrinkles, pores, shine, brows; and hair where a face ends."""

import cv2
import numpy as np

from processing.imaging.iris.renderer.colour import Colours, between, grey, mixed, rgb, thrice
from processing.imaging.iris.renderer.noise import Field, Random, cloud, looked_up, pick, smooth, step
from processing.imaging.iris.renderer.scene import Scene

TONES = np.array(
    [
        (0.95, 0.80, 0.72),
        (0.88, 0.69, 0.58),
        (0.78, 0.58, 0.45),
        (0.64, 0.44, 0.32),
        (0.47, 0.30, 0.21),
        (0.32, 0.20, 0.15),
        (0.20, 0.13, 0.10),
    ],
    np.float32,
)


def tone(random: Random, scene: Scene) -> Colours:
    if scene.infrared:
        return grey(pick(random, (0.6, 1.0)))
    at = scene.skin * (len(TONES) - 1)
    low = min(int(at), len(TONES) - 2)
    colour = TONES[low] + (TONES[low + 1] - TONES[low]) * np.float32(at - low)
    return np.clip(colour * (1 + random.normal(0, 0.05, 3)), 0.03, 1).astype(np.float32)


def painted(random: Random, scene: Scene) -> Colours:
    """Skin over the whole photo, as if the eye were not there."""
    base = tone(random, scene)
    colours = base * thrice(_relief(random, scene))
    blotches = step(cloud(random, scene.height, scene.width, scene.radius * 0.9, 4), 0.3, 2.2)
    ruddy = grey(0.92) if scene.infrared else rgb(0.98, 0.78, 0.74)
    colours = mixed(colours, colours * ruddy, blotches * np.float32(pick(random, (0, 0.6))))
    colours = _made_up(random, scene, colours)
    colours = _shining(random, scene, _spotted(random, scene, colours))
    return _browed(random, scene, colours)


def _relief(random: Random, scene: Scene) -> Field:
    """Light on the forms: from one side, into the socket, over lid and crease, along the wrinkles."""
    x, y = scene.grid
    angle = pick(random, (0, 2 * np.pi))
    light = 1 + pick(random, (0, 0.16)) * (x * np.cos(angle) + y * np.sin(angle)) / 2.5
    light += pick(random, (0.02, 0.13)) * cloud(random, scene.height, scene.width, scene.radius * 2, 2)
    light *= _crease(random, scene) * _pouch(random, scene)
    light += _wrinkles(random, scene) * pick(random, (0.01, 0.11))
    light += pick(random, (0.0, 0.14)) * _pores(random, scene)
    return np.clip(light, 0.05, 1.7)


def _pores(random: Random, scene: Scene) -> Field:
    """Small bumps lit from one side."""
    bumps = cloud(random, scene.height, scene.width, max(scene.radius * pick(random, (0.03, 0.12)), 1.5), 2)
    return bumps - np.roll(bumps, (1, int(random.integers(-1, 2))), axis=(0, 1))


def _crease(random: Random, scene: Scene) -> Field:
    """The fold over the upper lid: some have it high, some low, some not at all."""
    x, _ = scene.grid
    bow = 1 - 0.5 * np.square((x - scene.opening.middle) / scene.opening.half)
    at = pick(random, (0.12, 0.8)) * np.maximum(bow, 0.1)
    width = pick(random, (0.03, 0.14))
    fold = np.exp(-np.square((scene.above - at) / width)) * pick(random, (0.0, 0.6))
    lid = step(scene.above, 0, 0.3) * (1 - step(scene.above - at, -0.1, 0.05)) * pick(random, (-0.12, 0.15))
    socket = np.exp(-np.square((scene.above - at - 0.5) / 0.6)) * pick(random, (-0.05, 0.25))
    rim = np.exp(-np.abs(scene.above) / pick(random, (0.03, 0.12))) * pick(random, (0.0, 0.5))
    return 1 + scene.by_lids * (lid - fold - socket - rim)


def _pouch(random: Random, scene: Scene) -> Field:
    at, width = pick(random, (0.35, 1.5)), pick(random, (0.08, 0.35))
    fold = np.exp(-np.square((scene.beneath - at) / width)) * pick(random, (0.0, 0.22))
    bag = np.exp(-np.square((scene.beneath - at * 0.5) / 0.25)) * pick(random, (-0.03, 0.1))
    rim = np.exp(-np.abs(scene.beneath) / pick(random, (0.03, 0.1))) * pick(random, (-0.05, 0.3))
    return 1 + scene.by_lids * (bag - fold - rim)


def _wrinkles(random: Random, scene: Scene) -> Field:
    """Noise drawn out along the lids."""
    x, y = scene.grid
    tile = cloud(random, 128, 128, 8, 3)
    near = np.where(y < 0, scene.above, scene.beneath)
    fine = pick(random, (30, 110))
    lines = looked_up(tile, x * pick(random, (4, 16)) + 300, near * np.float32(fine) + 500)
    return lines * scene.by_lids * np.exp(-np.square((near - 0.6) / pick(random, (0.5, 1.6))))


def _made_up(random: Random, scene: Scene, colours: Colours) -> Colours:
    """Reddish or dark rings, eye shadow, liner."""
    if scene.infrared:
        return colours
    near = np.exp(-np.maximum(np.maximum(scene.above, scene.beneath), 0) / pick(random, (0.15, 0.8))) * scene.by_lids
    colour = between(random, rgb(0.25, 0.12, 0.12), rgb(0.9, 0.6, 0.6))
    strength = pick(random, (0.0, 0.5)) if random.random() < 0.6 else 0.0
    colours = mixed(colours, colour * colours.mean() * 1.4, near * np.float32(strength))
    if random.random() < 0.15:
        liner = np.exp(-np.square(scene.above / pick(random, (0.03, 0.12)))) * scene.by_lids
        colours = mixed(colours, grey(0.05), liner * np.float32(pick(random, (0.4, 0.95))))
    return colours


def _spotted(random: Random, scene: Scene, colours: Colours) -> Colours:
    if random.random() < 0.3:
        spots = step(smooth(random, scene.height, scene.width, max(scene.radius * 0.07, 1.5)), 1.6, 2.4)
        colours = mixed(colours, colours * rgb(0.72, 0.58, 0.5), spots * np.float32(pick(random, (0.2, 0.9))))
    return colours


def _shining(random: Random, scene: Scene, colours: Colours) -> Colours:
    """Grease and sweat: specks where the light comes back straight."""
    where = step(cloud(random, scene.height, scene.width, scene.radius * 1.2, 2), 0.2, 1.6)
    specks = step(smooth(random, scene.height, scene.width, max(scene.radius * 0.035, 1.2)), 0.6, 2.2)
    strength = pick(random, (0.0, 0.9 if scene.infrared else 0.5))
    return colours + thrice(where * (0.25 + specks) * np.float32(strength * 0.4))


def _browed(random: Random, scene: Scene, colours: Colours) -> Colours:
    """Short strokes in a band over the socket."""
    if random.random() < 0.25:
        return colours
    at, thick = pick(random, (1.7, 3.2)), pick(random, (0.2, 0.5))
    hairs = np.zeros((scene.height, scene.width), np.uint8)
    x = scene.opening.middle + scene.opening.half * random.uniform(-1.1, 1.2, 320)
    y = (
        np.interp(x, scene.opening.x, np.maximum(scene.opening.upper, -1.4)) * 0.5
        - at
        + thick * random.normal(0, 0.4, 320)
    )
    lean = scene.side * random.uniform(0.1, 0.5, 320)
    roots = np.stack([x, y], axis=-1)
    tips = roots + np.stack([lean, -0.25 * random.uniform(0.2, 1, 320)], axis=-1)
    ends = np.round(scene.in_photo(np.stack([roots, tips], axis=1)) * 8).astype(np.int32)
    width = max(1, round(scene.radius * 0.025))
    cv2.polylines(hairs, list(ends), False, (int(random.integers(90, 230)),), width, cv2.LINE_AA, shift=3)
    cover = cv2.GaussianBlur(hairs, (0, 0), max(scene.radius * 0.012, 0.5)).astype(np.float32) / 255
    return mixed(colours, colours * np.float32(pick(random, (0.1, 0.5))), cover)
