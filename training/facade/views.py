"""One drawn facade seen many ways: as a whole, cut to its house or a part of it, mirrored, lit and damaged."""

import math

import cv2
import numpy as np

from training.facade.dataset import SIDE, Pictures

VIEW = 160
"""Side of most views in pixels; the network itself takes any multiple of 16."""
WHOLE, CUT = 0.6, 0.2
"""Shares of views that show the whole picture as the engine sees a photo, with what stands beside the house; and that
show the house as a rectified photo does, from edge to edge. The others show any part."""

USUAL = 160
"""Pixels of an opening that count as one pixel each."""


def view(
    random: np.random.Generator, pictures: Pictures, row: int, side: int = VIEW
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``side`` square: RGB uint8, labels int64 (0 other, 1 wall, 2 window or door), how much each pixel counts."""
    photo, labels = np.asarray(pictures.photos[row]), np.asarray(pictures.labels[row])
    matrix = _placed(random, pictures.boxes[row], side)
    shrinking = abs(np.linalg.det(matrix[:, :2])) < 0.6
    if shrinking:
        photo = cv2.GaussianBlur(photo, (0, 0), 0.6)
    seen = cv2.warpAffine(photo, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    classes = cv2.warpAffine(labels, matrix, (side, side), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
    classes = np.minimum(classes, 2)
    return _damaged(random, _lit(random, seen)), classes.astype(np.int64), _weights(classes, USUAL * (side / VIEW) ** 2)


def _weights(classes: np.ndarray, usual: float) -> np.ndarray:
    """Small openings count more than their pixels do, so that each whole one counts: of ``usual`` pixels, as one."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats((classes == 2).astype(np.uint8), connectivity=4)
    weights = np.clip(np.sqrt(usual / stats[:, cv2.CC_STAT_AREA]), 0.8, 3).astype(np.float32)
    weights[0] = 1
    return np.asarray(weights[numbers])


def _placed(random: np.random.Generator, box: np.ndarray, side: int) -> np.ndarray:
    """Affine matrix of what is to be seen."""
    size, middle = _part(random, box)
    low, high = size / 2, SIDE - size / 2
    middle = np.where(low < high, np.clip(middle, low, high), SIDE / 2)
    turn = math.radians(float(np.clip(random.normal(0, 2), -6, 6)))
    linear = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]) @ np.diag(side / size)
    linear = linear @ np.diag([1 if random.random() < 0.5 else -1, 1])
    return np.concatenate([linear, (side / 2 - linear @ middle)[:, None]], axis=1)


def _part(random: np.random.Generator, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Width and height, and middle, of the whole picture, the house with a margin, or any part."""
    chance = random.random()
    if chance < WHOLE:
        return SIDE * random.uniform(0.8, 1.0, 2), SIDE / 2 + random.normal(0, 0.04, 2) * SIDE
    if chance < WHOLE + CUT:
        size = (box[2:] - box[:2]) * np.exp(random.normal(0.05, 0.13, 2))
        middle = (box[:2] + box[2:]) / 2 + random.normal(0, 0.05, 2) * size
    else:
        size = np.full(2, SIDE * random.uniform(0.3, 1.05))
        middle = random.uniform(0.35, 0.65, 2) * SIDE
    size = np.maximum(size, SIDE * 0.2)
    # A house much longer than tall is seen in its proportions, else windows would be slits.
    return np.maximum(size, size.max() * random.uniform(0.4, 1.0)), middle


def _lit(random: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    """One table per channel: gamma, gain, offset, a little colour; sometimes grey, sometimes hues turned."""
    levels = np.arange(256) / 255
    gamma, gain = math.exp(random.normal(0, 0.25)), math.exp(random.normal(0, 0.2))
    offset = random.normal(0, 0.05)
    tables = [levels**gamma * gain * math.exp(random.normal(0, 0.06)) + offset for _ in range(3)]
    table = np.round(np.clip(np.stack(tables, axis=-1), 0, 1) * 255).astype(np.uint8)[:, None]
    seen = cv2.LUT(seen, table)
    chance = random.random()
    if chance < 0.1:
        return cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return np.ascontiguousarray(seen[..., random.permutation(3)]) if chance < 0.2 else seen


def _damaged(random: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    if random.random() < 0.3:
        seen = cv2.GaussianBlur(seen, (0, 0), random.uniform(0.4, 1.3))
    elif random.random() < 0.25:
        seen = cv2.addWeighted(seen, 1.8, cv2.GaussianBlur(seen, (0, 0), 1.2), -0.8, 0)
    if random.random() < 0.3:
        grain = random.standard_normal(seen.shape, np.float32) * random.uniform(2, 14)
        seen = np.clip(seen + grain, 0, 255).astype(np.uint8)
    if random.random() < 0.15:
        _, data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(15, 60))])
        seen = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return seen
