"""What the camera makes of it: light, colour, blur, noise, borders, JPEG."""

import math

import cv2
import numpy as np

from processing.imaging.iris.renderer.colour import Colours, rgb, thrice
from processing.imaging.iris.renderer.configuration import Configuration
from processing.imaging.iris.renderer.noise import Random, pick, smooth
from processing.imaging.types import Pixels


def taken(random: Random, configuration: Configuration, picture: Colours, radius: float, infrared: bool) -> Pixels:
    """``picture`` (H x W x 3, 0..1) as an 8-bit RGB photo; ``radius`` of the iris in pixels."""
    picture = _blurred(random, configuration, np.clip(picture, 0, 1.3).astype(np.float32), radius)
    picture = _lit(random, configuration, picture, infrared)
    picture = _sensed(random, configuration, np.clip(picture, 0, 1), infrared)
    photo = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if random.random() < 0.25:
        photo = _sharpened(random, photo)
    return _compressed(random, configuration, _framed(random, configuration, photo))


def _blurred(random: Random, configuration: Configuration, picture: Colours, radius: float) -> Colours:
    sigma = pick(random, configuration.defocus) * radius * math.sqrt(random.random())
    if random.random() < 0.1:
        picture = _shaken(random, picture, radius)
    return cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.25 else picture


def _shaken(random: Random, picture: Colours, radius: float) -> Colours:
    length = max(3, round(radius * pick(random, (0.02, 0.1))) | 1)
    kernel, angle = np.zeros((length, length), np.float32), pick(random, (0, math.pi))
    reach = np.array([math.cos(angle), math.sin(angle)]) * length / 2
    ends = np.round(np.array([-reach, reach]) + length // 2).astype(int)
    cv2.line(kernel, tuple(map(int, ends[0])), tuple(map(int, ends[1])), (1.0,), 1)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def _lit(random: Random, configuration: Configuration, picture: Colours, infrared: bool) -> Colours:
    """Exposure, contrast, vignette, the lamp's colour, saturation."""
    height, width = picture.shape[:2]
    grey = picture.mean(axis=2, keepdims=True)
    picture = grey + (picture - grey) * np.float32(pick(random, (0.6, 1.2)))
    if infrared or random.random() < configuration.grey:
        picture = np.repeat(grey, 3, axis=2)
    else:
        # Lamps differ between warm and cold far more than between green and purple.
        warm, green = random.normal(0, configuration.cast, 2) * (1.0, 0.25)
        picture = picture * np.exp(rgb(warm, green, -warm))
    rows, columns = np.indices((height, width), dtype=np.float32)
    away = np.hypot(rows / height - pick(random, (0.2, 0.8)), columns / width - pick(random, (0.2, 0.8)))
    picture = picture * thrice(1 - pick(random, (-0.1, 0.45)) * away * away)
    picture = np.maximum(picture * np.float32(pick(random, configuration.exposure)), 0)
    picture = picture ** np.float32(pick(random, (0.7, 1.2)))
    middle = np.float32(pick(random, (0.35, 0.55)))
    return (picture - middle) * np.float32(pick(random, (0.75, 1.3))) + middle


def _sensed(random: Random, configuration: Configuration, picture: Colours, infrared: bool) -> Colours:
    """Noise grows with the light; a part of it is coarse and coloured, as phones leave it."""
    height, width = picture.shape[:2]
    strength = pick(random, configuration.noise) * random.random()
    planes = 1 if infrared or random.random() < 0.3 else 3
    fine = random.standard_normal((height, width, planes), np.float32)
    coarse = np.stack([smooth(random, height, width, 3) for _ in range(planes)], axis=-1)
    share = np.float32(pick(random, (0.0, 0.6)))
    return picture + (fine * (1 - share) + coarse * share) * np.float32(strength) * (0.4 + np.sqrt(picture))


def _sharpened(random: Random, photo: Pixels) -> Pixels:
    amount = pick(random, (0.2, 1.2))
    blurred = cv2.GaussianBlur(photo, (0, 0), pick(random, (0.7, 2.0)))
    return np.asarray(cv2.addWeighted(photo, 1 + amount, blurred, -amount, 0), np.uint8)


def _framed(random: Random, configuration: Configuration, photo: Pixels) -> Pixels:
    if random.random() > configuration.framed:
        return photo
    height, width = photo.shape[:2]
    value = int(random.choice([0, 255, int(random.integers(0, 256))]))
    photo[height - int(height * pick(random, (0, 0.1))) :] = value
    if random.random() < 0.5:
        photo[: int(height * pick(random, (0, 0.08)))] = value
        photo[:, : int(width * pick(random, (0, 0.06)))] = value
        photo[:, width - int(width * pick(random, (0, 0.06))) :] = value
    return photo


def _compressed(random: Random, configuration: Configuration, photo: Pixels) -> Pixels:
    quality = int(random.integers(configuration.jpeg[0], configuration.jpeg[1] + 1))
    _, data = cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1].copy()
