"""Stone that is more than plain wall: corner stones, pilasters, mouldings, brackets, carving, soot. All is wall."""

import cv2
import numpy as np

from processing.imaging.facade.renderer.fields import Colour, Random, pick, smooth
from processing.imaging.facade.renderer.front import WALL, Front

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in metres on the front."""


def adorned(random: Random, front: Front, box: Box, rhythm: tuple[float, float, float], trim: Colour) -> None:
    """What a house of some standing has on its wall, before its windows are cut. ``rhythm``: widths of a bay and
    heights of a storey and of the ground floor."""
    left, top, right, bottom = box
    _, storey, ground = rhythm
    if random.random() < 0.3:
        bossed(random, front, (left, bottom - ground, right, bottom), trim if random.random() < 0.5 else None)
    elif random.random() < 0.1:
        bossed(random, front, box, None)
    if random.random() < 0.22:
        quoins(random, front, box, trim)
    if random.random() < 0.25:
        columns(random, front, box, rhythm, trim)
    if random.random() < 0.35:
        for level in np.arange(bottom - ground, top + 1, -storey):
            moulding(random, front, (left, right), float(level), trim)
    if random.random() < 0.5:
        _crowned(random, front, box, trim)
    if random.random() < 0.15:
        _projecting(random, front, box, rhythm)


def quoins(random: Random, front: Front, box: Box, trim: Colour) -> None:
    """Long and short stones up both corners."""
    left, top, right, bottom = box
    tall, long, short = pick(random, (0.3, 0.65)), pick(random, (0.55, 1.0)), pick(random, (0.3, 0.55))
    dark = pick(random, (0.55, 0.9))
    for row, level in enumerate(np.arange(bottom - tall, top, -tall)):
        wide, low = (short, long)[row % 2], float(level)
        for begin in (left, right - wide):
            stone = np.minimum(trim * np.float32(pick(random, (0.92, 1.08))), 1)
            front.box(begin, low, begin + wide, low + tall, stone, label=WALL)
            front.shade(begin, low + tall - 0.05, begin + wide, low + tall, dark)
            front.shade(begin + wide, low, begin + wide + 0.05, low + tall, dark)


def columns(random: Random, front: Front, box: Box, rhythm: tuple[float, float, float], trim: Colour) -> None:
    """Pilasters between the bays, with heads and feet, at times fluted."""
    left, top, right, bottom = box
    bay, storey, ground = rhythm
    high, low = top + pick(random, (0.3, 0.9)), bottom - ground if random.random() < 0.6 else bottom
    half, count = pick(random, (0.14, 0.32)), max(int((right - left) / bay), 1)
    edge = left + ((right - left) - count * bay) / 2
    stone = np.minimum(trim * np.float32(pick(random, (0.9, 1.1))), 1)
    fluted = random.random() < 0.3
    step = 1 if random.random() < 0.6 else 2
    tops = np.arange(low - storey, high, -storey) if random.random() < 0.3 else (high,)
    for place in range(0, count + 1, step):
        x = edge + place * bay
        front.box(x - half, high, x + half, low, stone, label=WALL)
        front.shade(x + half, high, x + half + 0.09, low, 0.65)
        front.shade(x - half, high, x - half + 0.05, low, 1.15)
        if fluted:
            for line in np.linspace(x - 0.7 * half, x + 0.7 * half, 4):
                front.shade(float(line), high, float(line) + 0.04, low, 0.7)
        for head in tops:
            front.box(x - 1.4 * half, float(head), x + 1.4 * half, float(head) + 0.4, stone, label=WALL)
            relief(random, front, (x - 1.4 * half, float(head), x + 1.4 * half, float(head) + 0.4), 0.5)
            front.shade(x - 1.4 * half, float(head) + 0.4, x + 1.4 * half, float(head) + 0.5, 0.55)
        front.box(x - 1.25 * half, low - 0.35, x + 1.25 * half, low, stone, label=WALL)


def moulding(random: Random, front: Front, ends: tuple[float, float], level: float, trim: Colour) -> None:
    """A string course of several steps, each lit above and dark below; at times a frieze or brackets under it."""
    left, right = ends
    high = level
    for _ in range(int(random.integers(1, 4))):
        deep = pick(random, (0.06, 0.2))
        front.box(
            left, high, right, high + deep, np.minimum(trim * np.float32(pick(random, (0.85, 1.2))), 1), label=WALL
        )
        front.shade(left, high + deep * 0.7, right, high + deep, pick(random, (0.5, 0.9)))
        high += deep
    front.shade(left, high, right, high + pick(random, (0.06, 0.25)), pick(random, (0.45, 0.8)))
    chance = random.random()
    if chance < 0.3:
        brackets(random, front, ends, high, trim)
    elif chance < 0.5:
        relief(random, front, (left, high, right, high + pick(random, (0.25, 0.8))), pick(random, (0.15, 0.6)))


def brackets(random: Random, front: Front, ends: tuple[float, float], top: float, trim: Colour) -> None:
    """Small stones in a row under a ledge, with their shadows: dentils or consoles."""
    step = pick(random, (0.25, 1.1))
    wide, tall = step * pick(random, (0.3, 0.6)), step * pick(random, (0.4, 1.0))
    stone = np.minimum(trim * np.float32(pick(random, (0.9, 1.15))), 1)
    front.shade(ends[0], top, ends[1], top + tall, pick(random, (0.5, 0.85)))
    for begin in np.arange(ends[0], ends[1] - wide, step):
        front.box(float(begin), top, float(begin) + wide, top + tall, stone, label=WALL)
        front.shade(float(begin) + wide, top, float(begin) + wide * 1.4, top + tall, 0.6)
        front.shade(float(begin), top + tall, float(begin) + wide, top + tall * 1.2, 0.55)


def bossed(random: Random, front: Front, box: Box, colour: "Colour | None") -> None:
    """Rusticated: courses with deep joints, at times whole blocks, each lit from above."""
    left, top, right, bottom = box
    if colour is not None:
        at = front.place(*box)
        front.colours[at] = front.colours[at] * np.float32(0.25) + np.asarray(colour, np.float32) * np.float32(0.75)
    tall, joint = pick(random, (0.28, 0.75)), pick(random, (0.03, 0.09))
    dark, light = pick(random, (0.4, 0.85)), pick(random, (1.0, 1.18))
    wide = tall * pick(random, (1.3, 3)) if random.random() < 0.6 else 0.0
    for row, level in enumerate(np.arange(bottom, top, -tall)):
        high = max(float(level) - tall, top)
        front.shade(left, float(level) - joint, right, float(level), dark)
        front.shade(left, high, right, high + joint, light)
        for x in np.arange(left + wide * 0.5 * (row % 2), right, wide) if wide else ():
            front.shade(float(x), high, float(x) + joint, float(level), dark)
    if random.random() < 0.3:
        relief(random, front, box, pick(random, (0.1, 0.4)))


def relief(random: Random, front: Front, box: Box, strength: float) -> None:
    """Carving, lit from above: leaves and scrolls that mirror themselves, or none to name."""
    at = front.place(*box)
    height, width = front.labels[at].shape
    if min(height, width) < 3:
        return
    depth = smooth(random, height, width, max(front.scale * pick(random, (0.08, 0.35)), 1.5))
    if random.random() < 0.5:
        depth = depth + depth[:, ::-1]
    lit = np.clip(cv2.Sobel(depth, cv2.CV_32F, 0, 1) * np.float32(0.4) + 0.3 * depth, -1.5, 1.2)
    front.colours[at] *= (1 + np.float32(strength) * 0.5 * lit)[..., None]


def panel(random: Random, front: Front, box: Box, trim: Colour) -> None:
    """A field with a raised rim, carved at times."""
    left, top, right, bottom = box
    if random.random() < 0.4:
        front.box(*box, np.minimum(trim * np.float32(pick(random, (0.8, 1.1))), 1), label=WALL)
    if random.random() < 0.5:
        relief(random, front, box, pick(random, (0.3, 1.0)))
    rim = 0.06
    for edge, factor in (
        ((left, top, right, top + rim), 0.6), ((left, top, left + rim, bottom), 0.7),
        ((left, bottom - rim, right, bottom), 1.15), ((right - rim, top, right, bottom), 1.1),
    ):  # fmt: skip
        front.shade(*edge, factor)


def arch(front: Front, middle: float, foot: float, reach: tuple[float, float], colour: Colour) -> None:
    """The upper half of an ellipse of wall, ``reach`` half as wide and as tall as that, with a dark rim."""
    at = round(middle * front.scale), round(foot * front.scale)
    axes = max(round(reach[0] * front.scale), 1), max(round(reach[1] * front.scale), 1)
    stone = np.minimum(np.asarray(colour), 1)
    for layer, value in ((front.colours, stone.tolist()), (front.labels, (WALL,)), (front.covered, (1,))):
        cv2.ellipse(layer, at, axes, 0, 180, 360, value, -1)
    line = max(round(0.07 * front.scale), 1)
    cv2.ellipse(front.colours, at, axes, 0, 180, 360, (stone * 0.55).tolist(), line, cv2.LINE_AA)


def soiled(random: Random, front: Front, box: Box) -> None:
    """Soot, damp and rain: dark from below, in streaks from above, in patches."""
    at = front.place(*box)
    height, width = front.labels[at].shape
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    tone = np.ones((height, width), np.float32)
    if random.random() < 0.4:
        damp = down - 1 + np.float32(pick(random, (0.05, 0.3))) + 0.05 * smooth(random, height, width, width / 8)
        tone *= 1 - np.clip(damp * 6, 0, 1) * np.float32(pick(random, (0.1, 0.45)))
    if random.random() < 0.5:
        streaks = np.clip(smooth(random, 1, width, max(front.scale * pick(random, (0.1, 0.5)), 1)), 0, 2)
        reach = np.clip(smooth(random, height, width, front.scale * 2) + 0.5, 0, 1)
        tone *= 1 - streaks * reach * np.float32(pick(random, (0.05, 0.25)))
    if random.random() < 0.5:
        patches = smooth(random, height, width, front.scale * pick(random, (1, 5)))
        tone *= 1 - np.clip(patches * 2, 0, 1) * np.float32(pick(random, (0.05, 0.35)))
    front.colours[at] *= np.clip(tone, 0.2, 1.2)[..., None]


def _crowned(random: Random, front: Front, box: Box, trim: Colour) -> None:
    """The main cornice: a deep ledge, brackets, a carved frieze."""
    left, top, right, _ = box
    deep = pick(random, (0.15, 0.45))
    front.box(left, top, right, top + deep, np.minimum(trim * np.float32(pick(random, (0.8, 1.15))), 1), label=WALL)
    for line in np.arange(top + 0.1, top + deep, pick(random, (0.08, 0.2))):
        front.shade(left, float(line), right, float(line) + 0.04, 0.7)
    if random.random() < 0.6:
        brackets(random, front, (left, right), top + deep, trim)
    if random.random() < 0.5:
        relief(
            random, front, (left, top + deep, right, top + deep + pick(random, (0.3, 0.9))), pick(random, (0.2, 0.7))
        )


def _projecting(random: Random, front: Front, box: Box, rhythm: tuple[float, float, float]) -> None:
    """A bay that stands forward: lighter or darker, with a shadow down its side."""
    left, top, right, bottom = box
    bay, _, ground = rhythm
    begin = pick(random, (left, max(right - 2 * bay, left + 0.1)))
    end = min(begin + bay * pick(random, (1, 2)), right)
    low = bottom - ground if random.random() < 0.5 else bottom
    front.shade(begin, top, end, low, pick(random, (0.85, 1.12)))
    front.shade(end, top, end + pick(random, (0.1, 0.6)), low, pick(random, (0.5, 0.8)))
    front.shade(begin, top, begin + 0.08, low, 0.7)
    front.shade(begin, low, end, low + pick(random, (0.1, 0.5)), 0.55)
