"""One rendered picture seen many ways: as a whole or close up, turned, squeezed, lit and damaged differently."""

import math

import cv2
import numpy as np

from processing.imaging.iris.network import INPUT_SIZE, PADDING
from training.iris.dataset import HEIGHT, WIDTH, Pictures

CLOSE_UPS = 0.65
"""Share of views near the iris: the outlines come from those, the whole picture only has to show where."""


def view(random: np.random.Generator, pictures: Pictures, row: int) -> tuple[np.ndarray, np.ndarray]:
    """INPUT_SIZE square: RGB uint8 and labels int64 (0 background, 1 iris, 2 pupil)."""
    photo, mask, box = pictures.photos[row], pictures.masks[row], pictures.boxes[row]
    matrix = _close_up(random, box) if random.random() < CLOSE_UPS else _whole(random)
    size = (INPUT_SIZE, INPUT_SIZE)
    shrinking = abs(np.linalg.det(matrix[:, :2])) < 0.5
    how = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    seen = cv2.warpAffine(photo, matrix, size, flags=how, borderValue=(PADDING,) * 3)
    labels = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_NEAREST)
    classes = np.where(labels == 255, 1, np.where(labels == 128, 2, 0)).astype(np.int64)
    return _damaged(random, _lit(random, seen)), classes


def _whole(random: np.random.Generator) -> np.ndarray:
    scale = INPUT_SIZE / WIDTH * math.exp(random.normal(0, 0.12))
    return _placed(random, (WIDTH / 2, HEIGHT / 2), scale, 10.0)


def _close_up(random: np.random.Generator, box: np.ndarray) -> np.ndarray:
    """As the second pass sees it: the iris about in the middle, a third to six sevenths of the view wide."""
    if box[2] == 0:
        scale = INPUT_SIZE / WIDTH * random.uniform(1, 4)
        return _placed(random, random.uniform([0, 0], [WIDTH, HEIGHT]), scale, 0.0)
    scale = INPUT_SIZE * random.uniform(0.35, 0.85) / (2 * box[2])
    return _placed(random, box[:2], scale, INPUT_SIZE * 0.07)


def _placed(random: np.random.Generator, middle: np.ndarray | tuple, scale: float, spread: float) -> np.ndarray:
    """Affine matrix that brings ``middle`` near the view's own, turned, squeezed, maybe mirrored."""
    angle = math.radians(float(np.clip(random.normal(0, 9), -30, 30)))
    squeeze = np.diag([scale * math.exp(random.normal(0, 0.04)), scale * math.exp(random.normal(0, 0.04))])
    cos, sin = math.cos(angle), math.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ squeeze @ np.diag([1 if random.random() < 0.5 else -1, 1])
    target = INPUT_SIZE / 2 + np.clip(random.normal(0, max(spread, 1e-3), 2), -60, 60)
    return np.concatenate([linear, (target - linear @ np.asarray(middle, float))[:, None]], axis=1)


def _lit(random: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    """One table per channel: gamma, gain, offset, a little colour; sometimes grey."""
    levels = np.arange(256) / 255
    gamma, gain = math.exp(random.normal(0, 0.2)), math.exp(random.normal(0, 0.2))
    offset = random.normal(0, 0.04)
    tables = [levels**gamma * gain * math.exp(random.normal(0, 0.05)) + offset for _ in range(3)]
    table = np.round(np.clip(np.stack(tables, axis=-1), 0, 1) * 255).astype(np.uint8)[:, None]
    seen = cv2.LUT(seen, table)
    if random.random() < 0.12:
        seen = cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return seen


def _damaged(random: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    if random.random() < 0.2:
        seen = cv2.GaussianBlur(seen, (0, 0), random.uniform(0.4, 2.2))
    if random.random() < 0.2:
        grain = random.standard_normal(seen.shape, np.float32) * random.uniform(2, 16)
        seen = np.clip(seen + grain, 0, 255).astype(np.uint8)
    if random.random() < 0.12:
        _, data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(12, 60))])
        seen = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return _covered(random, seen) if random.random() < 0.15 else seen


def _covered(random: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    """Glare or dirt over some of it; the truth stays, so the outline has to be continued."""
    seen = seen.copy()
    for _ in range(int(random.integers(1, 4))):
        middle = tuple(int(value) for value in random.integers(10, INPUT_SIZE - 10, 2))
        axes = tuple(int(value) for value in random.integers(2, 13, 2))
        bright = int(random.choice([255, 255, 240, 20, int(random.integers(0, 256))]))
        cv2.ellipse(seen, middle, axes, random.uniform(0, 180), 0, 360, (bright,) * 3, -1, cv2.LINE_AA)
    return seen
