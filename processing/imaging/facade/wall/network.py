"""The default engine: a small network of our own, trained on drawn facades only, and what follows it."""

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging import weights
from processing.imaging.depth.guided import along_edges
from processing.imaging.facade.wall.neighbours import alone
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    import onnxruntime
    from numpy.typing import NDArray

NAME = "wall-network-3"
WEIGHTS = Path(__file__).parent / "weights" / "wall-network-3.onnx"
# Longest edges of the looks that tell the house from what surrounds it, and of those that tell its openings.
HOUSE_LOOKS, OPENING_LOOKS = (224, 256, 384), (384, 512, 640)
STEP = 16
"""The network takes sides that are multiples of this."""
# Where both are decided; larger photos get the answer scaled up.
FINE = 1024
RADIUS = 4
# A pixel is house from this share on, since neighbours look like it; and an opening, which costs more than wall that
# was missed, from that share of wall and opening on.
HOUSE, OPENING = 0.6, 0.04
# Between not and wholly, round these: an edge is soft, and what is surely wall is wholly wall.
HOUSE_EDGE, OPENING_EDGE = 0.17, 0.04
LEAST_SHARE = 0.003
"""No look is surer than this."""


def session() -> "onnxruntime.InferenceSession":
    """Of the weights that are shipped. Raises WeightsDamaged, OSError."""
    return weights.session(WEIGHTS)


def find(photo: Pixels) -> "NDArray[np.float32]":
    """H x W, 0..1: how much of each pixel of ``photo`` (H x W x 3 RGB uint8) is wall."""
    height, width = photo.shape[:2]
    scale = min(1.0, FINE / max(height, width))
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.asarray(cv2.resize(photo[..., :3], size, interpolation=cv2.INTER_AREA), np.uint8)
    rough, opening = looked(small)
    house = _followed(small, rough)
    wall = np.minimum(alone(_decided(house, HOUSE, HOUSE_EDGE), house), 1 - _decided(opening, OPENING, OPENING_EDGE))
    return np.clip(cv2.resize(wall, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1).astype(np.float32)


def looked(photo: Pixels) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """H x W each: the share that is house, wall or opening; and of these the share of openings."""
    seen = {longest: _look(photo, longest) for longest in {*HOUSE_LOOKS, *OPENING_LOOKS}}
    houses = [seen[longest].sum(axis=2) for longest in HOUSE_LOOKS]
    house = _agreed([(house, 1 - np.minimum(house, 1)) for house in houses])
    return house, _agreed([(seen[longest][..., 1], seen[longest][..., 0]) for longest in OPENING_LOOKS])


def _agreed(looks: "list[tuple[NDArray[np.float32], NDArray[np.float32]]]") -> "NDArray[np.float32]":
    """Shares for and against, pooled by the mean of their log-odds (Genest & Zidek 1986): one look that is sure counts
    more than with a plain mean, and rims stay where the finest look has them."""
    least = np.float32(LEAST_SHARE)
    odds = np.mean([np.log((pro + least) / (con + least)) for pro, con in looks], axis=0)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _look(photo: Pixels, longest: int) -> "NDArray[np.float32]":
    """H x W x 2: shares of wall and opening; the mean of a look and its mirror image, as each errs differently."""
    height, width = photo.shape[:2]
    scale = longest / max(height, width)
    across, down = (max(round(side * scale / STEP), 1) * STEP for side in (width, height))
    seen = cv2.resize(photo, (across, down), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    both = np.stack([seen, seen[:, ::-1]]).transpose(0, 3, 1, 2)
    shares = session().run(None, {"pixels": np.ascontiguousarray(both, np.float32)})[0][:, 1:]
    mean = np.ascontiguousarray(((shares[0] + shares[1][..., ::-1]) / 2).transpose(1, 2, 0))
    return np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _followed(photo: Pixels, share: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """``share`` along the edges of ``photo``, both H x W."""
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    return along_edges(share, grey, max(round(RADIUS * max(grey.shape) / FINE), 1))


def _decided(share: "NDArray[np.float32]", least: float, edge: float) -> "NDArray[np.float32]":
    """1 well above ``least``, 0 well below, a half at it; between them, over a range of ``edge``, a ramp."""
    return np.clip((share - np.float32(least)) / np.float32(edge) + np.float32(0.5), 0, 1).astype(np.float32)
