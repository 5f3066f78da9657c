"""Ground floors that open to the street: shops between piers, arcades, gates. The piers are wall."""

import cv2
import numpy as np

from processing.imaging.facade.renderer import openings, ornament
from processing.imaging.facade.renderer.fields import Random, pick, tinted
from processing.imaging.facade.renderer.front import DOOR, OTHER, Front


def floor(
    random: Random, front: Front, style: openings.Style, ends: tuple[float, float, int], tops: tuple[float, float]
) -> None:
    """``ends``: where the first bay begins, its width, how many there are; ``tops``: ceiling and ground."""
    begin, bay, count = ends
    share, is_arched = pick(random, (0.55, 0.9)), random.random() < 0.4
    top = tops[0] + pick(random, (0.3, 0.9))
    is_gate = random.random(count) < 0.12
    for place in range(count):
        middle, half = begin + (place + 0.5) * bay, bay * share / 2
        box = middle - half, top, middle + half, tops[1]
        if is_gate[place]:
            openings.door(random, front, style, (middle - min(half, 1.4), top + 0.2, middle + min(half, 1.4), tops[1]))
        elif is_arched:
            _arched(random, front, style, box)
        else:
            openings.shops(random, front, style, (box[0], box[2]), (box[1], box[3]))


def _arched(random: Random, front: Front, style: openings.Style, box: tuple[float, float, float, float]) -> None:
    """A deep arch: dark behind, or glazed."""
    left, top, right, bottom = box
    half = (right - left) / 2
    rise = min(half, (bottom - top) * 0.5)
    if random.random() < 0.6:
        ornament.arch(front, left + half, top + rise, (half + 0.25, rise + 0.25), style.trim)
    dark = tinted(pick(random, (0, 360)), pick(random, (0, 0.4)), pick(random, (0.03, 0.35)))
    label = OTHER if random.random() < 0.7 else DOOR
    at = round((left + half) * front.scale), round((top + rise) * front.scale)
    axes = max(round(half * front.scale), 1), max(round(rise * front.scale), 1)
    for layer, value in ((front.colours, dark.tolist()), (front.labels, (label,)), (front.openings, (0,))):
        cv2.ellipse(layer, at, axes, 0, 180, 360, value, -1)
    front.box(left, top + rise, right, bottom, dark, label=label)
    if random.random() < 0.6:
        pane = left + 0.1, top + rise, right - 0.1, bottom - pick(random, (0, 0.6))
        front.box(*pane, openings.glass(random, style, front.labels[front.place(*pane)].shape[:2]))
        for x in np.linspace(left, right, int(random.integers(2, 5)))[1:-1]:
            front.box(float(x) - 0.05, top + 0.4 * rise, float(x) + 0.05, bottom, style.frame)
