"""How well two pictures were joined: does the seam show, and did the colours stay whose they are?"""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray


def seam_jump(picture: Pixels, mask: "NDArray[np.uint8]", within: "NDArray[np.bool_]") -> float:
    """Steps across the mask's edge over the steps 6 to 14 pixels away from it: 1 is a seam nobody sees.

    ``within``: where both pictures are, so that no other edge counts.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    inside = (mask > 127).astype(np.uint8)
    away = cv2.distanceTransform(inside, cv2.DIST_L2, 5) + cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    across, down = (
        cv2.Scharr(cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 3), cv2.CV_32F, 1, 0),
        cv2.Scharr(cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 3), cv2.CV_32F, 0, 1),
    )
    length = np.hypot(across, down) + 1e-6
    step = np.abs(cv2.Scharr(grey, cv2.CV_32F, 1, 0) * across + cv2.Scharr(grey, cv2.CV_32F, 0, 1) * down) / length
    near, far = within & (away <= 1.5), within & (away >= 6) & (away <= 14)
    return float(step[near].mean() / max(float(step[far].mean()), 1e-6))


def colour_drift(picture: Pixels, source: Pixels, where: "NDArray[np.bool_]") -> float:
    """Mean distance in CIE L*a*b* (CIE 1976 dE) of ``picture`` from ``source``, of colours averaged over 15 pixels."""
    lab = [
        cv2.cvtColor(cv2.blur(one, (15, 15)).astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for one in (picture, source)
    ]
    return float(np.linalg.norm(lab[0] - lab[1], axis=-1)[where].mean())
