"""Pictures without an iris to use: faces from afar, round things that are no eye, noise."""

import cv2
import numpy as np

from processing.imaging.iris.renderer.colour import Colours, between, grey, mixed, rgb
from processing.imaging.iris.renderer.configuration import Configuration
from processing.imaging.iris.renderer.noise import Field, Random, cloud, pick, smooth, step


def background(random: Random, configuration: Configuration) -> Colours:
    """Something out of focus or rough, in two colours."""
    height, width = configuration.height, configuration.width
    one, other = (between(random, grey(0.03), grey(0.97)) for _ in range(2))
    share = step(cloud(random, height, width, width * pick(random, (0.03, 0.5)), int(random.integers(1, 6))), -1.5, 1.5)
    return mixed(np.broadcast_to(one, (height, width, 3)), other, share)


def round_things(random: Random, configuration: Configuration) -> Colours:
    """Plates, wheels, buttons, balls, coins: rings and spokes, but no white and no lids."""
    picture = background(random, configuration)
    for _ in range(int(random.integers(0, 5))):
        picture = _thing(random, picture)
    return picture


def _thing(random: Random, picture: Colours) -> Colours:
    height, width = picture.shape[:2]
    rows, columns = np.indices((height, width), dtype=np.float32)
    radius = width * pick(random, (0.04, 0.35))
    dx, dy = columns - width * random.random(), rows - height * random.random()
    dy = dy / np.float32(pick(random, (0.5, 1.0)))
    away, turn = np.hypot(dx, dy) / np.float32(radius), np.arctan2(dy, dx)
    spokes = 1 + pick(random, (0, 0.4)) * np.cos(turn * int(random.integers(2, 24)))
    for edge in sorted(random.uniform(0.1, 1.0, int(random.integers(1, 4))), reverse=True):
        colour = between(random, grey(0), grey(1))
        inside = 1 - step(away, edge * 0.98, edge * 1.02 + 1 / radius)
        if random.random() < 0.4:
            inside = inside * step(np.maximum(np.abs(dx), np.abs(dy)) / np.float32(radius), edge, edge * 0.9)
        picture = mixed(picture, np.clip(colour * spokes[..., None], 0, 1), inside)
    return picture


def noise(random: Random, configuration: Configuration) -> Colours:
    """No picture at all: sensor noise, blobs, a flat colour, stripes."""
    height, width = configuration.height, configuration.width
    field = smooth(random, height, width, float(random.choice([1, 2, 4, 12, 40])))
    level = between(random, grey(0.1), grey(0.9))
    strength = np.float32(pick(random, (0.0, 0.35)))
    if random.random() < 0.3:
        rows = np.arange(height, dtype=np.float32)[:, None]
        field = np.sin(rows * pick(random, (0.02, 1.0)) + field)
    coloured = np.stack([smooth(random, height, width, 2) for _ in range(3)], axis=-1)
    return level + strength * (field[..., None] + 0.5 * coloured)


def face(random: Random, configuration: Configuration, left: Colours, right: Colours) -> Colours:
    """Two small eyes in one head: the halves joined over the nose, a mouth, hair and whatever is behind."""
    height, width = configuration.height, configuration.width
    rows, columns = np.indices((height, width), dtype=np.float32)
    x, y = columns / width - 0.5, rows / height
    picture = mixed(left, right, step(x, -0.05, 0.05))
    nose = np.exp(-np.square(x / 0.035)) * np.exp(-np.square((y - 0.58) / 0.12))
    nostrils = np.exp(-np.square((np.abs(x) - 0.025) / 0.012)) * np.exp(-np.square((y - 0.66) / 0.012))
    picture = picture * (1 + 0.2 * nose - 0.6 * nostrils)[..., None]
    mouth = 1 - step(np.hypot(x / pick(random, (0.06, 0.11)), (y - 0.8) / pick(random, (0.015, 0.04))), 0.8, 1.2)
    picture = mixed(picture, picture * rgb(0.85, 0.5, 0.5), mouth)
    return _headed(random, configuration, picture, x, y)


def _headed(random: Random, configuration: Configuration, picture: Colours, x: Field, y: Field) -> Colours:
    oval = np.hypot(x / pick(random, (0.24, 0.36)), (y - 0.55) / pick(random, (0.48, 0.62)))
    hair = rgb(0.3, 0.2, 0.13) * np.float32(pick(random, (0.1, 2.0)))
    strands = 1 + 0.2 * smooth(random, configuration.height, configuration.width, 3)
    fringe = step(0.22 - y, -0.02, pick(random, (0.05, 0.2)))
    picture = mixed(picture, hair * strands[..., None], fringe)
    around = mixed(background(random, configuration), hair * strands[..., None], 1 - step(oval, 1.05, 1.35))
    return cv2.GaussianBlur(mixed(picture, around, step(oval, 0.95, 1.05)), (0, 0), 0.6)
