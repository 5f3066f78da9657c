"""Where the camera stands, and what it makes of the light."""

import math

import cv2
import numpy as np

from processing.imaging.facade.renderer.configuration import Configuration
from processing.imaging.facade.renderer.fields import Colours, Field, Random, pick, smooth
from processing.imaging.types import Pixels

# Edges of a shadow that nobody would call an edge any more, in shares of the picture.
SOFT = 0.004


def plane(random: Random, configuration: Configuration, box: tuple[float, float, float, float]) -> Field:
    """Homography (3 x 3 float64, metres on the front to pixels) of a camera that looks at the house in ``box``."""
    yaw, pitch, roll = (
        math.radians(pick(random, one)) for one in (configuration.yaw, configuration.pitch, configuration.roll)
    )
    turned = _turn(2, roll) @ _turn(0, pitch) @ _turn(1, yaw)
    width, height = configuration.width, configuration.height
    focal = max(width, height) * pick(random, (0.9, 1.7))
    lens = np.array([[focal, 0, 0], [0, focal, 0], [0, 0, 1.0]])
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    corners = np.array([[x, y] for x in (box[0], box[2]) for y in (box[1], box[3])])
    away, fill = 2.5 * max(box[2] - box[0], box[3] - box[1]), pick(random, configuration.fill)
    for _ in range(8):
        seen = lens @ np.column_stack([turned[:, 0], turned[:, 1], -turned[:, :2] @ middle + (0, 0, away)])
        spread = np.ptp(mapped(seen, corners), axis=0) / (width, height)
        away *= (float(spread.max()) / fill) ** 0.9
        away = max(away, 1.1 * max(box[2] - box[0], box[3] - box[1]) * abs(math.sin(yaw)) + 3)
    points = mapped(seen, corners)
    shift = np.array([width, height]) / 2 - (points.min(axis=0) + points.max(axis=0)) / 2
    shift += random.normal(0, 0.05, 2) * (width, height)
    return np.asarray(np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1]]) @ seen)


def mapped(homography: Field, points: Field) -> Field:
    """n x 2 points through a homography."""
    found = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(found[:, :2] / found[:, 2:])


def _turn(axis: int, angle: float) -> Field:
    one, other = [place for place in range(3) if place != axis]
    turned = np.eye(3)
    turned[one, one] = turned[other, other] = math.cos(angle)
    turned[one, other], turned[other, one] = math.sin(angle), -math.sin(angle)
    return turned


def shading(random: Random, shape: tuple[int, int]) -> Field:
    """H x W, about 1: a slope of the light and, at times, the shadow of what stands opposite."""
    height, width = shape
    rows, columns = np.indices(shape, dtype=np.float32)
    slope = (
        1 + pick(random, (-0.18, 0.18)) * (columns / width - 0.5) + pick(random, (-0.18, 0.18)) * (rows / height - 0.5)
    )
    if random.random() < 0.4:
        knots = np.cumsum(random.normal(0, 0.08, 7)) + pick(random, (0.1, 0.9))
        line = np.interp(np.arange(width), np.linspace(0, width, 7), knots * height)
        slanted = rows + (columns - width / 2) * pick(random, (-1.2, 1.2))
        dark = np.clip((slanted - line[None].astype(np.float32)) / np.float32(SOFT * 2 * height + 1) + 0.5, 0, 1)
        slope = slope * (1 - dark * pick(random, (0.15, 0.7)))
    elif random.random() < 0.2:
        slope = slope * (1 - np.clip(smooth(random, height, width, width / 14), 0, 1) * pick(random, (0.1, 0.45)))
    return np.asarray(slope, np.float32)


def taken(random: Random, configuration: Configuration, picture: Colours) -> Pixels:
    """``picture`` (H x W x 3, about 0..1) as an 8-bit RGB photo."""
    grey = picture.mean(axis=2, keepdims=True)
    picture = grey + (picture - grey) * np.float32(pick(random, (0.5, 1.3)))
    warm, green = random.normal(0, configuration.cast, 2) * (1.0, 0.25)
    picture = picture * np.exp(np.array([warm, green, -warm], np.float32))
    picture = np.clip(picture * np.float32(pick(random, configuration.exposure)), 0, 1.2)
    # A camera meters: half of a photo is neither black nor burnt.
    half = float(np.median(picture))
    picture = picture * np.float32(np.clip(half, 0.2, 0.62) / max(half, 0.02))
    middle = np.float32(0.45)
    picture = (picture - middle) * np.float32(pick(random, (0.7, 1.25))) + middle
    if random.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), pick(random, (0.3, 1.1)) * configuration.width / 512)
    strength = pick(random, configuration.noise) * random.random()
    picture = picture + random.standard_normal(picture.shape, np.float32) * np.float32(strength)
    photo = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    quality = int(random.integers(configuration.jpeg[0], configuration.jpeg[1] + 1))
    _, data = cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1].copy()
