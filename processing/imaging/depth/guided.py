"""A rough map along the edges of its picture."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def along_edges(
    field: "NDArray[np.float32]", guide: "NDArray[np.float32]", radius: int, evenness: float = 1e-3
) -> "NDArray[np.float32]":
    """``field`` (H x W) with the edges of ``guide`` (H x W, 0..1): the guided filter (He, Sun & Tang 2010).

    ``radius`` in pixels; variances of the guide below ``evenness`` are no edges.
    """
    size = (2 * radius + 1, 2 * radius + 1)
    mean, level = cv2.blur(field, size), cv2.blur(guide, size)
    together = cv2.blur(field * guide, size) - mean * level
    spread = cv2.blur(guide * guide, size) - level * level
    slope = together / (spread + evenness)
    rest = mean - slope * level
    return np.asarray(cv2.blur(slope, size) * guide + cv2.blur(rest, size), np.float32)
