"""Whether an iris is worth an artwork; if not, which number says so, its limit, and what to do about it.

Numbers after ISO/IEC 29794-6.
"""

from dataclasses import asdict, dataclass

import numpy as np

from processing.imaging.errors import Code, ImageRefused
from processing.imaging.iris.geometry import IRIS, Segmentation

LEAST_DIAMETER = 100
LEAST_COVERAGE = 5.0


@dataclass(frozen=True)
class Measured:
    """``diameter`` of the limbus in photo pixels; ``coverage_pct`` of the photo that is iris."""

    diameter: float
    coverage_pct: float

    def to_json(self) -> dict[str, float]:
        return {name: round(float(value), 3) for name, value in asdict(self).items()}


def measured(segmentation: Segmentation, scale: float = 1.0) -> Measured:
    """``scale``: pixels of the original photo for each of the mask's."""
    covered = 100 * np.count_nonzero(segmentation.mask == IRIS) / segmentation.mask.size
    return Measured(2 * segmentation.geometry.limbus.radius * scale, float(covered))


def check(found: Measured) -> None:
    """Raises ImageRefused with the number that fails."""
    if found.diameter < LEAST_DIAMETER:
        raise ImageRefused(
            Code.IRIS_TOO_SMALL,
            f"The iris is {found.diameter:.0f} pixels wide; at least {LEAST_DIAMETER} are needed.",
            "Move closer, or use the camera's macro mode, so that the eye fills the picture.",
        )


def no_eye() -> ImageRefused:
    return ImageRefused(
        Code.NO_EYE,
        "No iris was found in this photo.",
        "Photograph one open eye from close by, or place the circles by hand.",
    )
