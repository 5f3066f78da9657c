"""One house, and those that touch it, on one front."""

from dataclasses import replace

import numpy as np

from processing.imaging.facade.renderer import ground as ground_floor
from processing.imaging.facade.renderer import openings, ornament
from processing.imaging.facade.renderer.configuration import Configuration
from processing.imaging.facade.renderer.fields import Colour, Random, pick, smooth, tinted
from processing.imaging.facade.renderer.front import OTHER, WALL, Front
from processing.imaging.facade.renderer.materials import material, paint

MARGIN = 14.0
"""Metres of street drawn to either side of the house, when there are neighbours."""


def build(
    random: Random, configuration: Configuration, pixels: float
) -> tuple[Front, tuple[float, float, float, float]]:
    """The front, and where the house stands on it (left, top, right, bottom in metres). ``pixels`` is about how many
    the house's longer side should have."""
    storeys = int(random.integers(configuration.storeys[0], configuration.storeys[1] + 1))
    columns = int(random.integers(configuration.columns[0], configuration.columns[1] + 1))
    bay, storey = pick(random, (2.0, 4.0)), pick(random, (2.7, 4.2))
    ground = storey * pick(random, (1.0, 1.3))
    roof = pick(random, (0.5, 3.0)) if random.random() < 0.55 else 0.0
    width, height = columns * bay + pick(random, (0.3, 1.6)), (storeys - 1) * storey + ground + pick(random, (0.4, 1.4))
    scale = pixels / max(width, height)
    left, right = (MARGIN if random.random() < configuration.neighbours else 0.0 for _ in range(2))
    front = Front.blank(left + width + right, height + roof + 1.0, scale)
    box = left, roof + 1.0, left + width, roof + 1.0 + height
    wall, beside = paint(random), random.random() < 0.35
    for begin, end in ((0.0, left), (left + width, front.width)):
        if end - begin > 1:
            top = float(np.clip(box[1] + random.normal(0, 2.5), 0.2, box[3] - 4))
            tone = wall * np.float32(pick(random, (0.85, 1.15))) if beside else paint(random)
            raised(random, front, (begin, top, end, box[3]), (bay, storey, ground), tone, is_house=False)
    raised(random, front, box, (bay, storey, ground), wall, is_house=True)
    if roof:
        _roof(random, front, box, roof, wall)
    elif columns <= 4 and random.random() < 0.25:
        _gabled(random, front, box, storey)
    return front, box


def raised(
    random: Random, front: Front, box: tuple[float, float, float, float], rhythm: tuple[float, float, float],
    wall: Colour, *, is_house: bool,
) -> None:  # fmt: skip
    """Wall, stone and openings of one house; a neighbour is then made OTHER throughout."""
    left, top, _, bottom = box
    bay, storey, ground = rhythm if is_house else tuple(value * pick(random, (0.85, 1.2)) for value in rhythm)
    at = front.place(*box)
    front.box(*box, material(random, front.labels[at].shape, front.scale, wall), label=WALL)
    style = openings.style(random, np.asarray(front.colours[at].mean(axis=(0, 1)), np.float32))
    if random.random() < 0.6:
        ornament.adorned(random, front, box, (bay, storey, ground), style.trim)
    else:
        _bands(random, front, box, (bay, storey, ground), style.trim)
    if random.random() < 0.5:
        ornament.soiled(random, front, box)
    _filled(random, front, box, (bay, storey, ground), style)
    _lit(random, front, at)
    if not is_house:
        front.labels[at], front.openings[at] = OTHER, 0
        front.shade(left, top, left + 0.1, bottom, 0.5)


def _bands(
    random: Random, front: Front, box: tuple[float, float, float, float], rhythm: tuple[float, float, float],
    trim: Colour,
) -> None:  # fmt: skip
    """Cornice, string courses, base, another material on the ground floor, corner stones, pilasters."""
    left, top, right, bottom = box
    bay, storey, ground = rhythm
    if random.random() < 0.45:
        at = front.place(left, bottom - ground, right, bottom)
        other = material(random, front.labels[at].shape, front.scale, trim)
        front.box(left, bottom - ground, right, bottom, other, label=WALL)
    if random.random() < 0.5:
        front.box(left, bottom - pick(random, (0.4, 1.2)), right, bottom, trim * np.float32(0.75), label=WALL)
    if random.random() < 0.35:
        wide = pick(random, (0.3, 0.7))
        between = np.arange(left + bay, right - 1, 2 * bay) if random.random() < 0.4 else ()
        for begin in (left, right - wide, *between):
            front.box(float(begin), top, float(begin) + wide, bottom, np.minimum(trim * 1.05, 1), label=WALL)
            front.shade(float(begin) + wide, top, float(begin) + wide + 0.08, bottom, 0.75)
    if random.random() < 0.55:
        for level in np.arange(bottom - ground, top + 1, -storey):
            front.box(left, float(level) - 0.2, right, float(level), np.minimum(trim * 1.05, 1), label=WALL)
            front.shade(left, float(level), right, float(level) + 0.12, 0.65)
    if random.random() < 0.65:
        deep = pick(random, (0.2, 0.6))
        front.box(left, top, right, top + deep, np.minimum(trim * 1.1, 1), label=WALL)
        front.shade(left, top + deep, right, top + deep + 0.35, 0.6)


def _filled(
    random: Random, front: Front, box: tuple[float, float, float, float], rhythm: tuple[float, float, float],
    style: openings.Style,
) -> None:  # fmt: skip
    left, top, right, bottom = box
    bay, storey, ground = rhythm
    count = max(int((right - left) / bay), 1)
    edge = left + ((right - left) - count * bay) / 2
    share = pick(random, (0.22, 0.68)) * (0.8 if style.shutters else 1)
    tall = storey * pick(random, (0.42, 0.7))
    opens = float(random.random())
    lights = int(random.choice([1, 1, 1, 1, 1, 2, 2, 3]))
    door = int(random.integers(count))
    levels = [bottom - ground - storey * level for level in range(int((bottom - top - ground) / storey + 0.3))]
    for level, floor in enumerate([bottom, *levels]):
        high = ground if level == 0 else storey
        if level == 0 and opens < 0.22:
            openings.shops(random, front, style, (left + 0.3, right - 0.3), (bottom - ground + 0.4, bottom))
            continue
        if level == 0 and opens < 0.45:
            ground_floor.floor(random, front, style, (edge, bay, count), (bottom - ground, bottom))
            continue
        now, high_now = (style, tall) if random.random() < 0.6 else _varied(random, style, tall)
        for column in range(count):
            middle, half = edge + (column + 0.5) * bay, bay * share / 2
            if level == 0 and column == door:
                openings.door(
                    random, front, style, (middle - min(half, 1), bottom - 0.75 * high, middle + min(half, 1), bottom)
                )
                continue
            if random.random() < 0.03:
                continue
            base = floor - high * 0.18 - (high - tall) * 0.2
            head = max(base - high_now, top + 0.3)
            openings.windows(random, front, now, (middle - half, head, middle + half, base), lights)
    _balconies(random, front, (edge, bay, count, share), levels, style)


def _varied(random: Random, style: openings.Style, tall: float) -> tuple[openings.Style, float]:
    """The windows of one storey may differ from the others'."""
    changed = replace(
        style, head=int(random.choice(6)), arched=bool(random.random() < 0.3), apron=bool(random.random() < 0.4),
        border=pick(random, (0.08, 0.3)) if random.random() < 0.6 else 0.0,
    )  # fmt: skip
    return changed, tall * pick(random, (0.45, 1.08))


def _balconies(
    random: Random, front: Front, columns: tuple[float, float, int, float], levels: list[float], style: openings.Style
) -> None:
    if random.random() > 0.35:
        return
    edge, bay, count, share = columns
    chosen = random.random(count) < pick(random, (0.1, 1.0))
    along = random.random() < 0.2
    for floor in levels:
        if along:
            openings.balcony(random, front, style, (edge + 0.1 * bay, edge + (count - 0.1) * bay), floor - 0.1)
            along = random.random() < 0.3
            continue
        for column in np.flatnonzero(chosen):
            middle, half = edge + (column + 0.5) * bay, bay * min(share * 0.65, 0.48)
            openings.balcony(random, front, style, (middle - half, middle + half), floor - 0.1)


def _lit(random: Random, front: Front, at: tuple[slice, slice]) -> None:
    """Slow changes of light over the house; another house's shadow is cast in ``camera``."""
    height, width = front.labels[at].shape
    slow = 1 + np.float32(pick(random, (0, 0.07))) * smooth(random, height, width, max(height, width) / 2)
    front.colours[at] *= slow[..., None]


def _roof(random: Random, front: Front, box: tuple[float, float, float, float], tall: float, wall: Colour) -> None:
    left, top, right, _ = box
    colour = tinted(float(random.choice([10, 20, 215, 0])), pick(random, (0.05, 0.6)), pick(random, (0.2, 0.6)))
    for x in random.uniform(left, right - 1, int(random.integers(0, 4))):
        brick = tinted(pick(random, (5, 30)), pick(random, (0.1, 0.5)), pick(random, (0.25, 0.7)))
        front.box(float(x), top - tall - 0.8, float(x) + pick(random, (0.4, 1.2)), top, brick, label=OTHER)
    front.box(left - 0.2, top - tall, right + 0.2, top, colour, label=OTHER)
    for row in np.arange(top - tall, top, 0.35):
        front.shade(left - 0.2, float(row), right + 0.2, float(row) + 0.08, 0.8)
    if random.random() < 0.4:
        _hipped(front, (left - 0.2, right + 0.2), (top - tall - 0.8, top), pick(random, (0.3, 1.6)))
        return
    stone = wall if random.random() < 0.5 else colour
    style = openings.style(random, np.asarray(stone, np.float32))
    if tall > 1.6 and random.random() < 0.6:
        step = pick(random, (1.8, 5))
        for middle in np.arange(left + 0.5 * step, right - 0.8, step):
            at = float(middle) - 0.5, top - tall * 0.8, float(middle) + 0.5, top - 0.3
            front.box(at[0] - 0.3, at[1] - 0.3, at[2] + 0.3, at[3] + 0.3, stone * np.float32(0.95), label=OTHER)
            openings.window(random, front, style, at, 0)
            place = front.place(at[0] - 0.5, at[1] - 0.6, at[2] + 0.5, at[3] + 0.3)
            front.labels[place] = OTHER


def _hipped(front: Front, ends: tuple[float, float], tops: tuple[float, float], lean: float) -> None:
    """Sky to either side of a roof that leans in, ``lean`` metres for each metre up."""
    for level in np.arange(tops[0], tops[1], 0.8 / front.scale):
        cut = min((tops[1] - float(level)) * lean, (ends[1] - ends[0]) * 0.45)
        for begin, end in ((0.0, ends[0] + cut), (ends[1] - cut, front.width)):
            at = front.place(begin, float(level), end, float(level) + 1 / front.scale)
            front.labels[at], front.openings[at], front.covered[at] = OTHER, 0, 0


def _gabled(random: Random, front: Front, box: tuple[float, float, float, float], storey: float) -> None:
    """The upper storey's corners are cut away: straight or in steps."""
    left, top, right, _ = box
    tall, flat = storey * pick(random, (0.5, 1.2)), (right - left) * pick(random, (0.05, 0.3))
    steps = int(random.integers(3, 7)) if random.random() < 0.5 else 60
    reach = (right - left - flat) / 2
    for step in range(steps):
        high, low = top + tall * step / steps, top + tall * (step + 1) / steps
        cut = reach * (1 - (step + 0.5) / steps)
        for begin, end in ((left, left + cut), (right - cut, right)):
            at = front.place(begin, high, end, low)
            front.labels[at], front.openings[at], front.covered[at] = OTHER, 0, 0
