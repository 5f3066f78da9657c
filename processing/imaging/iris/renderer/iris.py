"""The iris itself: fibres, collarette, crypts, furrows, freckles and pigment on a polar sheet laid over the ring."""

from typing import TYPE_CHECKING

import numpy as np

from processing.imaging.iris.renderer.colour import Colours, grey, mixed, rgb
from processing.imaging.iris.renderer.noise import Field, Random, line, looked_up, pick, ring, smooth, step
from processing.imaging.iris.renderer.scene import Scene

if TYPE_CHECKING:
    pass

# Outer (ciliary) and inner (pupillary) colour from no melanin to much.
PALETTE = np.array(
    [
        [(0.50, 0.60, 0.68), (0.62, 0.66, 0.66)],
        [(0.32, 0.43, 0.56), (0.50, 0.53, 0.50)],
        [(0.38, 0.43, 0.43), (0.52, 0.45, 0.32)],
        [(0.36, 0.38, 0.26), (0.50, 0.38, 0.20)],
        [(0.42, 0.33, 0.18), (0.46, 0.29, 0.13)],
        [(0.36, 0.21, 0.10), (0.40, 0.22, 0.10)],
        [(0.25, 0.14, 0.07), (0.25, 0.13, 0.06)],
        [(0.15, 0.085, 0.05), (0.14, 0.08, 0.045)],
        [(0.085, 0.055, 0.04), (0.08, 0.05, 0.035)],
    ],
    np.float32,
)


def polar(scene: Scene) -> tuple[Field, Field]:
    """Every pixel's place on the sheet: 0 at the pupil, 1 at the limbus; and the angle in turns, 0..1."""
    y, x = np.indices((scene.height, scene.width), dtype=np.float32)
    inside = (scene.in_pupil - 1) * np.float32(scene.pupil.radius)
    outside = (1 - scene.in_limbus) * np.float32(scene.limbus.radius)
    along = np.where(outside <= 0, 1 - outside / scene.radius, inside / np.maximum(inside + outside, 1e-3))
    turn = np.arctan2(y - scene.pupil.cy, x - scene.pupil.cx) / (2 * np.pi)
    return along.astype(np.float32), (turn % 1).astype(np.float32)


def painted(random: Random, scene: Scene) -> tuple[Colours, Field]:
    """The iris over the whole photo, and how much of it covers the white (soft at the limbus)."""
    along, turn = polar(scene)
    sheet = _sheet(random, scene)
    down, around = sheet.shape[:2]
    rows = np.clip(along, 0, 1) * np.float32(down - 1)
    columns = turn * np.float32(around)
    colours = np.stack([looked_up(np.ascontiguousarray(sheet[..., c]), columns, rows) for c in range(3)], axis=-1)
    softness = pick(random, (0.015, 0.11))
    cover = 1 - step(along, 1 - softness, 1 + softness)
    return colours, cover


def _sheet(random: Random, scene: Scene) -> Colours:
    """Rows from pupil to limbus, columns once around."""
    down, around = int(np.clip(scene.radius, 24, 200)), int(np.clip(scene.radius * 5, 120, 1000))
    r = np.linspace(0, 1, down, dtype=np.float32)[:, None]
    collarette = pick(random, (0.18, 0.45)) + pick(random, (0.01, 0.06)) * ring(random, 2, around, 2, 9)[:1]
    relief = _relief(random, down, around, r, collarette)
    colours = _pigment(random, scene, r, collarette, relief)
    colours = _marks(random, scene, colours, r)
    return np.clip(colours * _edges(random, r, down, around)[..., None], 0.0, 1.0)


def _relief(random: Random, down: int, around: int, r: Field, collarette: Field) -> Field:
    """Light and shade of the fibres, about -1..1."""
    bend = pick(random, (0.0, 2.5)) * around / 360 * ring(random, down, around, 3, 14)
    fibres, spread = np.zeros((down, around), np.float32), 0.0
    for threads in (28, 60, 120, 240):
        weight = pick(random, (0.2, 1.0))
        fibres += weight * ring(random, down, around, int(pick(random, (2, 6))), min(threads, around // 3))
        spread += weight * weight
    columns, rows = np.meshgrid(np.arange(around, dtype=np.float32), np.arange(down, dtype=np.float32))
    fibres = looked_up(fibres / np.float32(np.sqrt(spread)), columns + bend, rows)
    ridge = 1 - np.abs(looked_up(ring(random, down, around, 3, min(150, around // 3)), columns + bend, rows))
    crypts = _crypts(random, down, around, r, collarette)
    border = np.exp(-(((r - collarette) / 0.035) ** 2)) * pick(random, (0.0, 0.9))
    thin = 1 - np.abs(looked_up(ring(random, down, around, 4, min(260, around // 3)), columns + bend, rows)) * 2
    return 0.4 * fibres + 0.3 * ridge + pick(random, (0, 0.5)) * thin - crypts + border + _furrows(random, r, around)


def _crypts(random: Random, down: int, around: int, r: Field, collarette: Field) -> Field:
    """Dark lens-shaped holes, most of them just outside the collarette."""
    holes = step(ring(random, down, around, 7, int(pick(random, (16, 34)))), 1.0, 1.7)
    near = np.exp(-(((r - collarette - 0.12) / 0.2) ** 2))
    return holes * near * pick(random, (0.0, 1.4))


def _furrows(random: Random, r: Field, around: int) -> Field:
    """Faint rings where the iris folds as the pupil widens."""
    wave = np.sin(2 * np.pi * (pick(random, (2, 5)) * r + 0.15 * ring(random, 2, around, 2, 8)[:1]))
    return wave * pick(random, (-0.05, 0.2)) * step(r, 0.4, 0.7)


def _pigment(random: Random, scene: Scene, r: Field, collarette: Field, relief: Field) -> Colours:
    outer, inner = _pair(random, scene)
    zone = 1 - step(r - collarette, -0.12, pick(random, (0.02, 0.35)))
    zone = np.clip(zone + 0.18 * relief * step(zone, 0.02, 0.4), 0, 1)
    colours = mixed(np.broadcast_to(outer, (*relief.shape, 3)), inner, zone)
    contrast = pick(random, (0.12, 0.5)) * (0.45 if scene.infrared else 1.0)
    shade = 1 + contrast * relief
    sector = 1 + pick(random, (0.0, 0.12)) * ring(random, relief.shape[0], relief.shape[1], 2, 4)
    return colours * np.clip(shade * sector, 0.15, 2.2)[..., None]


def _pair(random: Random, scene: Scene) -> tuple[Colours, Colours]:
    """Outer and inner colour. Near infrared passes through melanin: all irises are mid grey there."""
    if scene.infrared:
        level = pick(random, (0.22, 0.52))
        return grey(level), grey(level * pick(random, (0.85, 1.15)))
    at = scene.melanin * (len(PALETTE) - 1)
    low = min(int(at), len(PALETTE) - 2)
    pair = PALETTE[low] + (PALETTE[low + 1] - PALETTE[low]) * np.float32(at - low)
    pair = pair * (1 + random.normal(0, 0.07, (2, 3))).astype(np.float32) * np.float32(pick(random, (0.75, 1.3)))
    inner = pair[0] + (pair[1] - pair[0]) * np.float32(pick(random, (0.0, 1.2)))
    return pair[0], np.clip(inner, 0.01, 1)


def _marks(random: Random, scene: Scene, colours: Colours, r: Field) -> Colours:
    """Freckles, a stain of another colour, a milky ring of age."""
    down, around = colours.shape[:2]
    turn = np.arange(around, dtype=np.float32)[None] / around
    for _ in range(int(random.integers(0, 6)) if random.random() < 0.4 else 0):
        size = pick(random, (0.01, 0.05))
        away = np.abs(turn - random.random())
        away = np.minimum(away, 1 - away) * 2 * np.pi * (0.4 + 0.6 * r)
        spot = 1 - step(np.hypot(away, r - random.random()), size * 0.6, size * 1.3)
        colours = mixed(colours, colours * rgb(0.5, 0.38, 0.28), spot * np.float32(pick(random, (0.4, 1))))
    if random.random() < 0.12:
        stain = step(ring(random, down, around, 2, 4), 0.5, 1.2)
        colours = mixed(colours, rgb(0.36, 0.22, 0.1) * colours.mean() * 4, stain * 0.5)
    if random.random() < 0.1:
        milky = step(r, 0.72, 0.85) * (1 - step(r, 0.92, 1.0)) * np.ones_like(turn)
        colours = mixed(colours, grey(0.6), milky * np.float32(pick(random, (0.1, 0.45))))
    return colours


def _edges(random: Random, r: Field, down: int, around: int) -> Field:
    """The dark ring at the limbus and the ruff at the pupil."""
    width, depth = pick(random, (0.05, 0.3)), pick(random, (0.0, 0.65))
    wobble = 1 + 0.15 * line(random, around, 7)[None]
    outer = 1 - depth * step(r, 1 - width, 1.02) * wobble
    ruff = 1 - pick(random, (0.0, 0.6)) * (1 - step(r, 0.0, pick(random, (0.02, 0.1))))
    return np.clip(outer * ruff, 0.1, 1.2) * (1 + 0.03 * smooth(random, down, around, 3))
