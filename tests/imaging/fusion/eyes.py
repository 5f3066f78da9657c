"""Drawn irises as artworks: fibres of one's own colour, a pupil, a soft rim."""

import cv2
import numpy as np

from processing.imaging.fusion.placing import Source


def iris(seed: int, side: int = 256, pupil: float = 0.3) -> Source:
    """Square, its limbus 0.9 of the half side."""
    random = np.random.default_rng(seed)
    y, x = (np.mgrid[:side, :side].astype(np.float32) - (side - 1) / 2) / (side / 2)
    radius, angle = np.hypot(x, y) / 0.9, np.arctan2(y, x)
    fibres = sum(random.uniform(0.2, 1) * np.sin(angle * wave + random.uniform(0, 6)) for wave in (17, 31, 47, 71))
    colour = random.uniform(40, 200, 3)
    picture = colour * (1 + 0.12 * fibres[..., None]) * (0.75 + 0.4 * radius[..., None])
    picture[radius < pupil] = 4
    alpha = np.clip((1 - radius) * side / 4, 0, 1)[..., None] * 255
    pixels = np.clip(np.concatenate([picture, alpha], axis=-1), 0, 255).astype(np.uint8)
    return Source(pixels, pupil, 0.9)


def scene(seed: int, height: int = 180, width: int = 220) -> np.ndarray:
    """Large soft patches with grain: no border is darker than another."""
    random = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(random.standard_normal((height, width, 3)).astype(np.float32), (0, 0), 12) * 600
    grain = cv2.GaussianBlur(random.standard_normal((height, width, 3)).astype(np.float32), (0, 0), 1.5) * 40
    return np.clip(120 + soft + grain, 0, 255).astype(np.uint8)


def ellipse(height: int = 180, width: int = 220) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (width // 2, height // 2), (width // 3, height // 3), 0, 0, 360, (255,), -1)
    return mask
