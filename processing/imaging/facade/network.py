"""The default engine: a small network of our own, trained on drawn facades only, and what follows it."""

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging import weights
from processing.imaging.depth.guided import along_edges
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    import onnxruntime
    from numpy.typing import NDArray

NAME = "wall-network-1"
WEIGHTS = Path(__file__).parent / "weights" / "wall-network-1.onnx"
# Longest edges of the looks: the coarse one sees the house, the fine one small windows.
LOOKS = (160, 256)
STEP = 16
"""The network takes sides that are multiples of this."""
# Where wall is followed along the photo's edges; larger photos get the answer scaled up.
FINE = 1024
RADIUS = 6
# A pixel is wall from this share on: openings cost more than wall that was missed.
DECIDED = 0.55


def session() -> "onnxruntime.InferenceSession":
    """Of the weights that are shipped. Raises WeightsDamaged, OSError."""
    return weights.session(WEIGHTS)


def find(photo: Pixels) -> "NDArray[np.float32]":
    """H x W, 0..1: how much of each pixel of ``photo`` (H x W x 3 RGB uint8) is wall."""
    height, width = photo.shape[:2]
    scale = min(1.0, FINE / max(height, width))
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.asarray(cv2.resize(photo[..., :3], size, interpolation=cv2.INTER_AREA), np.uint8)
    wall = refined(small, looked(small))
    return np.clip(cv2.resize(wall, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1).astype(np.float32)


def looked(photo: Pixels) -> "NDArray[np.float32]":
    """H x W: the mean of the looks and their mirror images; each errs differently."""
    return np.asarray(np.mean([_look(photo, longest) for longest in LOOKS], axis=0), np.float32)


def _look(photo: Pixels, longest: int) -> "NDArray[np.float32]":
    height, width = photo.shape[:2]
    scale = longest / max(height, width)
    across, down = (max(round(side * scale / STEP), 1) * STEP for side in (width, height))
    seen = cv2.resize(photo, (across, down), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    both = np.stack([seen, seen[:, ::-1]]).transpose(0, 3, 1, 2)
    shares = session().run(None, {"pixels": np.ascontiguousarray(both, np.float32)})[0][:, 1]
    wall = (shares[0] + shares[1][:, ::-1]) / 2
    return np.asarray(cv2.resize(wall, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def refined(photo: Pixels, wall: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """``wall`` along the edges of ``photo`` (both H x W), decided where the network was nearly sure."""
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    radius = max(round(RADIUS * max(grey.shape) / FINE), 1)
    followed = along_edges(wall, grey, radius)
    return np.clip((followed - DECIDED) * 6 + 0.5, 0, 1).astype(np.float32)
