"""Windows, doors, shops and balconies on a front."""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.imaging.facade.renderer import ornament
from processing.imaging.facade.renderer.fields import Colour, Colours, Random, pick, smooth, tinted
from processing.imaging.facade.renderer.front import DOOR, OTHER, WALL, WINDOW, Front


@dataclass(frozen=True, eq=False)
class Style:
    """How the windows of one house look."""

    frame: Colour
    trim: Colour
    shutter: Colour
    glass: Colour
    border: float
    frame_width: float
    across: int
    down: int
    arched: bool
    sill: bool
    head: int
    shutters: float
    curtains: float
    blinds: float
    reflecting: float
    railing: float
    apron: bool
    opposite: Colour
    """Of the houses that the panes mirror."""


def style(random: Random, wall: Colour) -> Style:
    light = np.float32(pick(random, (0.7, 1.0)))
    white = tinted(pick(random, (20, 60)), pick(random, (0, 0.12)), float(light))
    dark = tinted(pick(random, (0, 360)), pick(random, (0, 0.5)), pick(random, (0.08, 0.4)))
    trim = wall * np.float32(pick(random, (0.75, 1.25))) if random.random() < 0.6 else white
    return Style(
        frame=white if random.random() < 0.65 else dark,
        trim=np.minimum(trim, 1),
        shutter=tinted(
            float(random.choice([25, 100, 140, 210, 0])), pick(random, (0, 0.7)), pick(random, (0.15, 0.75))
        ),
        glass=tinted(pick(random, (180, 240)), pick(random, (0.0, 0.35)), pick(random, (0.05, 0.4))),
        border=pick(random, (0.08, 0.28)) if random.random() < 0.6 else 0.0,
        frame_width=pick(random, (0.04, 0.12)),
        across=int(random.choice([1, 2, 2, 3])), down=int(random.choice([1, 1, 2, 3, 4])),
        arched=bool(random.random() < 0.14), sill=bool(random.random() < 0.65), head=int(random.choice(6)),
        shutters=1.0 if random.random() < 0.18 else 0.0, curtains=pick(random, (0, 0.7)),
        blinds=pick(random, (0, 0.5)) if random.random() < 0.4 else 0.0, reflecting=pick(random, (0, 1)),
        railing=pick(random, (0.5, 1)) if random.random() < 0.2 else 0.0,
        apron=bool(random.random() < 0.2),
        opposite=wall * np.float32(pick(random, (0.3, 0.9))) if random.random() < 0.5 else dark,
    )  # fmt: skip


def windows(random: Random, front: Front, style: Style, box: tuple[float, float, float, float], lights: int) -> None:
    """``lights`` windows side by side in ``box``, posts of wall between them, numbered after all others."""
    left, top, right, bottom = box
    wide = (right - left) / lights
    post = 0.0 if lights == 1 else wide * pick(random, (0.08, 0.2))
    for light in range(lights):
        at = left + light * wide + post, top, left + (light + 1) * wide - post, bottom
        window(random, front, style, at, int(front.openings.max()) + 1)


def window(random: Random, front: Front, style: Style, box: tuple[float, float, float, float], number: int) -> None:
    """One window in ``box`` (left, top, right, bottom in metres): surround, reveal, glass, frame, what hangs before."""
    left, top, right, bottom = box
    _surround(random, front, style, box)
    if style.shutters:
        _shutters(random, front, style, box)
    before = front.colours[front.place(*box)].copy()
    front.box(*box, style.frame, label=WINDOW)
    inner = style.frame_width
    pane = left + inner, top + inner, right - inner, bottom - inner
    front.box(*pane, glass(random, style, front.colours[front.place(*pane)].shape[:2]))
    _hung(random, front, style, pane)
    _mullions(front, style, box)
    front.shade(left, top, right, top + 0.14, 0.6)
    front.shade(left, top, left + 0.07, bottom, 0.75)
    at = front.place(*box)
    front.openings[at] = number
    if style.arched:
        _arched(front, at, before)


def _surround(random: Random, front: Front, style: Style, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    wide = style.border
    if wide:
        front.box(left - wide, top - wide, right + wide, bottom + wide, style.trim, label=WALL)
        front.shade(right + wide, top - wide, right + wide + 0.06, bottom + wide, 0.7)
        front.shade(left - wide, bottom + wide, right + wide, bottom + wide + 0.06, 0.7)
    if style.sill:
        front.box(left - 0.12, bottom, right + 0.12, bottom + 0.12, np.minimum(style.trim * 1.1, 1), label=WALL)
        front.shade(left - 0.12, bottom + 0.12, right + 0.12, bottom + 0.24, 0.6)
    if style.arched and wide:
        ornament.arch(front, (left + right) / 2, top + (right - left) / 2, ((right - left) / 2 + wide,) * 2, style.trim)
    if style.apron:
        ornament.panel(random, front, (left, bottom + 0.2, right, bottom + pick(random, (0.5, 0.9))), style.trim)
    if style.head == 5:
        ornament.relief(random, front, (left - wide - 0.1, top - 0.8, right + wide + 0.1, top), 0.9)
    if style.head:
        high = top - wide - 0.18
        reach = wide + 0.15
        front.box(left - reach, high - 0.16, right + reach, high, np.minimum(style.trim * 1.08, 1), label=WALL)
        front.shade(left - reach, high, right + reach, high + 0.16, 0.58)
    if style.head == 4:
        half = (right - left) / 2 + wide + 0.15
        ornament.arch(front, (left + right) / 2, top - wide - 0.34, (half, half * pick(random, (0.3, 0.6))), style.trim)
    if style.head == 3:
        _gable(front, style, (left - wide - 0.15, right + wide + 0.15), top - wide - 0.34)


def _gable(front: Front, style: Style, reach: tuple[float, float], foot: float) -> None:
    left, right = reach
    tip = foot - 0.22 * (right - left)
    points = np.array([[left, foot], [(left + right) / 2, tip], [right, foot]]) * front.scale
    lines = np.round(points).astype(np.int32)
    cv2.fillPoly(front.colours, [lines], style.trim.tolist(), cv2.LINE_AA)
    dark = (style.trim * 0.55).tolist()
    cv2.polylines(front.colours, [lines], True, dark, max(round(0.08 * front.scale), 1), cv2.LINE_AA)


def glass(random: Random, style: Style, shape: tuple[int, int]) -> Colours:
    """Dark rooms, or the sky and the houses opposite."""
    height, width = shape
    base = style.glass * np.float32(pick(random, (0.6, 1.4)))
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = base
    if random.random() < style.reflecting and height > 1:
        sky = tinted(pick(random, (195, 225)), pick(random, (0, 0.4)), pick(random, (0.45, 1.0)))
        share = np.float32(pick(random, (0.15, 0.85)))
        edge = pick(random, (0.2, 1.3))
        down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        slope = np.linspace(0, pick(random, (-0.5, 0.5)), width, dtype=np.float32)[None]
        seen = np.clip((edge - down + slope) * 6, 0, 1)
        picture += ((1 - seen) * share * np.float32(pick(random, (0, 0.9))))[..., None] * (style.opposite - picture)
        picture += (seen * share)[..., None] * (sky - picture)
    uneven = smooth(random, height, width, max(width / 2, 2)) * np.float32(pick(random, (0, 0.12)))
    return np.asarray(np.clip(picture * (1 + uneven[..., None]), 0, 1), np.float32)


def _hung(random: Random, front: Front, style: Style, pane: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = pane
    wide, tall = right - left, bottom - top
    light = tinted(pick(random, (25, 60)), pick(random, (0, 0.25)), pick(random, (0.5, 0.95)))
    if random.random() < style.curtains:
        reach = wide * pick(random, (0.12, 0.5))
        opacity = pick(random, (0.3, 0.85))
        front.box(left, top, left + reach, bottom, light, opacity=opacity)
        front.box(right - reach, top, right, bottom, light, opacity=opacity)
    if random.random() < style.blinds:
        front.box(left, top, right, top + tall * pick(random, (0.2, 1.0)), light * np.float32(0.9))


def _mullions(front: Front, style: Style, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    half = style.frame_width * 0.4
    for part in range(1, style.across):
        x = left + (right - left) * part / style.across
        front.box(x - half, top, x + half, bottom, style.frame)
    for part in range(1, style.down):
        y = top + (bottom - top) * part / style.down
        front.box(left, y - half, right, y + half, style.frame)


def _arched(front: Front, at: tuple[slice, slice], before: Colours) -> None:
    height, width = front.labels[at].shape
    rise = min(width // 2, height - 1)
    if rise < 2:
        return
    keep = np.zeros((height, width), np.uint8)
    cv2.ellipse(keep, (width // 2, rise), (width // 2, rise), 0, 180, 360, (1,), -1)
    keep[rise:] = 1
    outside = keep == 0
    front.colours[at][outside] = before[outside]
    front.labels[at][outside] = WALL
    front.openings[at][outside] = 0


def _shutters(random: Random, front: Front, style: Style, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    wide = (right - left) * 0.5
    if random.random() < 0.12:
        return
    if random.random() < 0.15:
        wide *= pick(random, (0.2, 0.7))
    for begin in (left - wide, right):
        front.box(begin, top, begin + wide, bottom, style.shutter * np.float32(pick(random, (0.9, 1.1))), label=OTHER)
        for slat in np.arange(top + 0.1, bottom, 0.22):
            front.shade(begin + 0.06, float(slat), begin + wide - 0.06, float(slat) + 0.07, 0.7)


def door(random: Random, front: Front, style: Style, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    trim = np.minimum(style.trim * np.float32(pick(random, (0.85, 1.1))), 1)
    front.box(left - 0.25, top - 0.25, right + 0.25, bottom, trim, label=WALL)
    colour = tinted(pick(random, (0, 360)), pick(random, (0, 0.7)), pick(random, (0.06, 0.6)))
    front.box(*box, colour, label=DOOR)
    front.box(
        left,
        top,
        right,
        top + 0.5,
        glass(random, style, front.colours[front.place(left, top, right, top + 0.5)].shape[:2]),
    )
    middle = (left + right) / 2
    front.shade(middle - 0.03, top, middle + 0.03, bottom, 0.4)
    front.shade(left, top, right, top + 0.2, 0.5)
    for panel in (left + 0.12, middle + 0.1):
        front.shade(panel, top + 0.8, panel + (right - left) * 0.3, top + 1.4, 0.8)


def shops(random: Random, front: Front, style: Style, ends: tuple[float, float], tops: tuple[float, float]) -> None:
    """Panes, their fascia and an awning along the ground floor between ``ends``; ``tops`` are ceiling and ground."""
    left, right = ends
    top, bottom = tops
    colour = tinted(pick(random, (0, 360)), pick(random, (0, 0.8)), pick(random, (0.1, 0.9)))
    board = top + pick(random, (0.3, 0.7))
    front.box(left, top, right, bottom, colour * np.float32(0.8), label=OTHER)
    front.box(left, top, right, board, colour, label=OTHER)
    for letter in np.arange(left + 0.5, right - 0.5, 0.42):
        if random.random() < 0.8:
            front.box(float(letter), top + 0.12, float(letter) + 0.25, board - 0.1, 1 - colour)
    step = pick(random, (1.6, 3.4))
    for begin in np.arange(left + 0.15, right - 0.6, step):
        box = float(begin), board + 0.1, min(float(begin) + step - 0.2, right - 0.1), bottom - pick(random, (0, 0.6))
        front.box(*box, glass(random, style, front.colours[front.place(*box)].shape[:2]))
        for _ in range(3):
            x, y = pick(random, (box[0], box[2] - 0.3)), pick(random, (box[1] + 0.5, box[3] - 0.3))
            goods = tinted(pick(random, (0, 360)), pick(random, (0, 1)), pick(random, (0.2, 1)))
            front.box(x, y, x + pick(random, (0.2, 0.8)), y + pick(random, (0.2, 0.8)), goods, opacity=0.7)
    if random.random() < 0.35:
        front.box(left, board - 0.1, right, board + pick(random, (0.4, 1.0)), colour * np.float32(0.9), label=OTHER)


def balcony(random: Random, front: Front, style: Style, ends: tuple[float, float], floor: float) -> None:
    """A slab, and bars or a solid front before the lower part of what stands behind."""
    left, right = ends
    solid = random.random() < 0.35
    tall = pick(random, (0.85, 1.1))
    if solid:
        light = style.trim * np.float32(pick(random, (0.7, 1.2)))
        front.box(left, floor - tall, right, floor, np.minimum(light, 1), label=OTHER)
    else:
        at = front.place(left, floor - tall, right, floor)
        front.labels[at], front.openings[at] = OTHER, 0
        step = pick(random, (0.12, 0.3))
        dark = style.frame * np.float32(0.15)
        for bar in np.arange(left, right, step):
            front.box(float(bar), floor - tall, float(bar) + 0.05, floor, dark)
        front.box(left, floor - tall, right, floor - tall + 0.08, dark)
    front.box(left - 0.1, floor, right + 0.1, floor + 0.2, np.minimum(style.trim, 1), label=OTHER)
    front.shade(left - 0.1, floor + 0.2, right + 0.1, floor + 0.7, 0.6)
