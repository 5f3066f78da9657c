"""Landscapes that nobody photographed, for a library that is still empty: hills in haze, a light, sometimes a lake."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Colours = NDArray[np.float32]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Hour:
    """The light of one time of day, in sRGB: the sky above, the horizon, the nearest hill, and the light itself.

    ``height`` is where the light stands, as a share of the picture from its top; ``stars`` is how many there are.
    """

    above: Colour
    horizon: Colour
    near: Colour
    light: Colour
    height: float
    stars: int = 0


HOURS: Final = {
    "dawn": Hour((92, 122, 176), (255, 205, 178), (38, 48, 70), (255, 226, 190), 0.46),
    "noon": Hour((64, 132, 206), (214, 232, 240), (44, 82, 62), (255, 250, 230), 0.14),
    "dusk": Hour((58, 44, 98), (255, 142, 92), (30, 20, 44), (255, 196, 120), 0.5),
    "night": Hour((8, 12, 34), (44, 62, 104), (6, 9, 20), (236, 238, 226), 0.22, 420),
    "autumn": Hour((136, 160, 184), (246, 222, 184), (122, 58, 26), (255, 240, 208), 0.26),
    "winter": Hour((150, 178, 206), (236, 240, 246), (92, 112, 136), (255, 248, 240), 0.34),
}
RIDGES: Final = 6


def scenery(seed: int, hour: str = "dawn", *, width: int = 1800, height: int = 1200, lake: bool = False) -> Pixels:
    """A landscape as H x W x 3 uint8 sRGB; the same arguments give the same picture. Unknown hours raise KeyError."""
    random, light = np.random.default_rng(seed), HOURS[hour]
    shore = int(height * 0.68) if lake else height
    picture = _sky(random, light, width, shore)
    for ridge in range(RIDGES):
        _cover(random, light, picture, nearness=(ridge + 1) / RIDGES)
    if lake:
        picture = np.concatenate([picture, _mirrored(random, picture, height - shore)])
    picture += random.normal(0, 1.6, (*picture.shape[:2], 1)).astype(np.float32)
    return picture.clip(0, 255).astype(np.uint8)


def _sky(random: np.random.Generator, hour: Hour, width: int, height: int) -> Colours:
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 0.8
    sky = (1 - down) * _rgb(hour.above) + down * _rgb(hour.horizon)
    sky = np.repeat(sky, width, axis=1)
    _strew(random, hour, sky)
    return _lit(random, hour, sky)


def _strew(random: np.random.Generator, hour: Hour, sky: Colours) -> None:
    """Stars, most of them faint."""
    rows = (random.uniform(0, 0.75, hour.stars) * sky.shape[0]).astype(int)
    columns = random.integers(0, sky.shape[1], hour.stars)
    sky[rows, columns] += (random.uniform(0, 1, hour.stars) ** 3 * 210)[:, None].astype(np.float32)


def _lit(random: np.random.Generator, hour: Hour, sky: Colours) -> Colours:
    """The sky with its light in it: a disc with a soft edge and a glow around it."""
    height, width = sky.shape[:2]
    down, across = np.mgrid[0:height, 0:width].astype(np.float32) / height
    away = np.hypot(across - random.uniform(0.25, 0.75) * width / height, down - hour.height)
    disc = np.clip((0.034 - away) / 0.003, 0, 1)
    share = np.maximum(disc, 0.55 * np.exp(-away / 0.12))[..., None]
    return sky * (1 - share) + _rgb(hour.light) * share


def _cover(random: np.random.Generator, hour: Hour, picture: Colours, *, nearness: float) -> None:
    """One range of hills in front of what is there: the further away, the paler; mist lies in its valleys."""
    height, width = picture.shape[:2]
    top = height * (0.42 + 0.5 * nearness - _outline(random, width, nearness) * (0.2 - 0.1 * nearness))
    down = np.arange(height, dtype=np.float32)[:, None] - top[None, :]
    share = np.clip(down + 0.5, 0, 1)[..., None]
    haze = np.clip(down / (height * 0.22), 0, 1)[..., None] * 0.45 * (1 - nearness)
    body = _between(hour.horizon, hour.near, nearness**0.8) * (1 - haze) + _rgb(hour.horizon) * haze
    picture *= 1 - share
    picture += share * body


def _outline(random: np.random.Generator, width: int, nearness: float) -> Colours:
    """Heights along a ridge: broad waves, and trees on the nearer ones. Spectral synthesis (Saupe, 1988)."""
    orders = np.arange(1, 160, dtype=np.float32)
    weights = orders**-1.35 * random.uniform(0.3, 1, orders.size)
    phases = random.uniform(0, 2 * np.pi, orders.size)
    places = np.linspace(0, 2 * np.pi, width, dtype=np.float32)
    waves = (weights[:, None] * np.sin(orders[:, None] * places + phases[:, None])).sum(0)
    trees = np.abs(np.sin(places * random.uniform(160, 220) + 3 * waves)) * 0.1 * max(nearness - 0.5, 0)
    return (waves + trees).astype(np.float32)


def _mirrored(random: np.random.Generator, above: Colours, height: int) -> Colours:
    """A lake: what stands above it upside down, darker, and drawn sideways by small waves."""
    width = above.shape[1]
    water = above[::-1][:height].copy()
    waves = random.normal(0, 1, height).cumsum() * 0.35
    depth = np.linspace(0, 1, height)
    for row, (shift, far) in enumerate(zip(waves, depth, strict=True)):
        water[row] = np.roll(water[row], int(shift * far * 5 + 6 * far * np.sin(row * 0.9)) % width, axis=0)
    return water * 0.82 + _rgb((6, 10, 16))


def _between(far: Colour, near: Colour, share: float) -> Colours:
    return _rgb(far) * (1 - share) + _rgb(near) * share


def _rgb(colour: Colour) -> Colours:
    return np.array(colour, np.float32)
