"""A flat wall with windows, drawn straight and seen by a camera whose place is known."""

from dataclasses import dataclass

import cv2
import numpy as np

SKY, WALL, PANE, FRAME, STREET = (176, 200, 226), (186, 160, 130), (52, 60, 70), (236, 234, 228), (120, 118, 116)


@dataclass(frozen=True, eq=False)
class Seen:
    """``photo`` H x W x 3; ``to_photo`` takes pixels of the straight drawing to it; ``wall`` H x W, 0..1."""

    photo: np.ndarray
    to_photo: np.ndarray
    wall: np.ndarray


def straight(storeys: int = 4, windows: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A facade of 960 x 720 in a picture of 1280 x 960, and where its wall is (0 or 1)."""
    random = np.random.default_rng(seed)
    picture = np.full((960, 1280, 3), SKY, np.uint8)
    picture[860:] = STREET
    left, top, right, bottom = 160, 120, 1120, 860
    picture[top:bottom, left:right] = WALL
    wall = np.zeros((960, 1280), np.float32)
    wall[top:bottom, left:right] = 1
    tall, wide = (bottom - top) / storeys, (right - left) / windows
    for storey in range(storeys):
        for window in range(windows):
            x, y = round(left + (window + 0.28) * wide), round(top + (storey + 0.25) * tall)
            across, down = round(0.44 * wide), round(0.55 * tall)
            cv2.rectangle(picture, (x - 6, y - 6), (x + across + 6, y + down + 6), FRAME, -1)
            cv2.rectangle(picture, (x, y), (x + across, y + down), PANE, -1)
            wall[y - 6 : y + down + 7, x - 6 : x + across + 7] = 0
        cv2.line(picture, (left, round(top + storey * tall)), (right, round(top + storey * tall)), (150, 126, 100), 5)
    grain = random.normal(0, 3, (960, 1280, 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8), wall


def seen(yaw: float, pitch: float, roll: float = 0, focal: float = 1.3, size: tuple[int, int] = (900, 1200)) -> Seen:
    """``straight()`` turned by degrees before a camera, ``focal`` in halves of the diagonal; ``size`` height, width."""
    picture, wall = straight()
    height, width = size
    unit = focal * np.hypot(height, width) / 2
    camera = np.array([[unit, 0, (width - 1) / 2], [0, unit, (height - 1) / 2], [0, 0, 1]])
    turned = (cv2.Rodrigues(np.radians([pitch, 0, 0]))[0] @ cv2.Rodrigues(np.radians([0, yaw, 0]))[0]
              @ cv2.Rodrigues(np.radians([0, 0, roll]))[0])  # fmt: skip
    pose = np.stack([turned[:, 0], turned[:, 1], [0, 0, 1.5 * focal]], axis=1)
    to_photo = camera @ pose @ np.array([[1 / 640, 0, -639.5 / 640], [0, 1 / 640, -479.5 / 640], [0, 0, 1]])
    photo = cv2.warpPerspective(picture, to_photo, (width, height), flags=cv2.INTER_LINEAR, borderValue=SKY)
    return Seen(photo, to_photo, cv2.warpPerspective(wall, to_photo, (width, height), flags=cv2.INTER_LINEAR))


WHOLE = (200.0, 160.0, 1080.0, 820.0)
"""Most of the straight wall: left, top, right, bottom."""


def degrees_off(
    found: np.ndarray, to_photo: np.ndarray, box: tuple[float, float, float, float] = WHOLE
) -> tuple[float, float]:
    """By how many degrees the wall's levels and uprights miss theirs after ``found`` (photo to wall): means over
    ``box``, in the units that ``to_photo`` takes to the photo."""
    both = found @ to_photo
    x, y = np.meshgrid(np.linspace(box[0], box[2], 7), np.linspace(box[1], box[3], 7))
    places = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    little = (box[2] - box[0]) / 1000

    def moved(step: tuple[float, float]) -> np.ndarray:
        ends = [both @ (places + sign * little * np.array([[step[0]], [step[1]], [0]])) for sign in (1, -1)]
        return np.asarray(ends[0][:2] / ends[0][2] - ends[1][:2] / ends[1][2])

    level, upright = moved((1, 0)), moved((0, 1))
    return (
        float(np.degrees(np.abs(np.arctan2(level[1], level[0]))).mean()),
        float(np.degrees(np.abs(np.arctan2(upright[0], upright[1]))).mean()),
    )
