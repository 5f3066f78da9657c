"""Whether an iris is worth an artwork; if not: which number says so, its limit, and what a person can do about it.

Numbers after ISO/IEC 29794-6:2015 (iris image quality), taken with the iris scaled to one size.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from processing.imaging.errors import Code, ImageRefused
from processing.imaging.iris.geometry import IRIS, PUPIL, IrisGeometry, Segmentation, draw_mask
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

RADIUS = 128
"""Pixels: the limbus has this radius when contrast and sharpness are taken."""
# In a photo with an iris of so many pixels, it does not matter how little of the photo that is.
AMPLE_DIAMETER = 300.0
LEAST_DIAMETER = 100.0
MOST_GLARE_PCT = 25.0


@dataclass(frozen=True)
class Measured:
    """``diameter`` of the limbus in pixels of the original; ``coverage_pct`` of the photo that is iris;
    ``usable_pct`` of the ring that is seen; ``sclera_contrast`` and ``pupil_contrast`` 0..100; ``pupil_ratio`` in per
    cent of the limbus; ``concentricity`` 100 when both outlines have one middle; ``roundness`` in per cent: the short
    axis over the long one; ``sharpness`` in grey levels; ``confidence`` 0..100 of the engine."""

    diameter: float
    coverage_pct: float
    usable_pct: float
    sclera_contrast: float
    pupil_contrast: float
    pupil_ratio: float
    concentricity: float
    roundness: float
    sharpness: float
    confidence: float

    def to_json(self) -> dict[str, float]:
        return {name: round(float(value), 2) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Limit:
    """``name`` of the number, what it must at least (or at most) be, and the words for a picture that fails.

    ``detail`` may use {value} and {limit}."""

    name: str
    limit: float
    code: Code
    detail: str
    suggestion: str
    is_most: bool = False

    def fails(self, found: Measured) -> bool:
        value = float(getattr(found, self.name))
        return value > self.limit if self.is_most else value < self.limit

    def refusal(self, found: Measured) -> ImageRefused:
        value, limit = _spoken(getattr(found, self.name)), _spoken(self.limit)
        return ImageRefused(self.code, self.detail.format(value=value, limit=limit), self.suggestion)


def _spoken(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


CLOSER = "Move closer, or use the camera's macro mode, so that the eye fills the picture."
FOCUS = "Tap the eye on the screen to focus, hold still, and take another photo."
LIGHT = "Use more light from the side, without a flash in the pupil."
STRAIGHT = "Look straight into the lens and take another photo."
OPEN = "Open the eye wide, lift the lid with a finger if need be."

LIMITS = (
    Limit("usable_pct", 50, Code.IRIS_HIDDEN,
          "Lids hide too much of the iris: {value} % of it can be seen, at least {limit} % are needed.", OPEN),
    Limit("diameter", LEAST_DIAMETER, Code.IRIS_TOO_SMALL,
          "The iris is {value} pixels wide; at least {limit} are needed.", CLOSER),
    Limit("sharpness", 4, Code.TOO_BLURRED,
          "The iris is blurred: its sharpness is {value}, at least {limit} is needed.", FOCUS),
    Limit("confidence", 30, Code.NO_EYE,
          "It is not certain that this is an eye: {value} of 100, at least {limit} are needed.",
          "Photograph one open eye from close by, or place the circles by hand."),
    Limit("sclera_contrast", 3, Code.TOO_LITTLE_CONTRAST,
          "The iris hardly differs from the white of the eye: {value} of 100, at least {limit} is needed.", LIGHT),
    Limit("pupil_contrast", 5, Code.TOO_LITTLE_CONTRAST,
          "The pupil hardly differs from the iris: {value} of 100, at least {limit} is needed.", LIGHT),
    Limit("pupil_ratio", 10, Code.LOOKING_AWAY,
          "The pupil is {value} % as wide as the iris; at least {limit} % are usual.", STRAIGHT),
    Limit("pupil_ratio", 80, Code.TOO_LITTLE_CONTRAST,
          "The pupil is {value} % as wide as the iris, which leaves too little of it; {limit} % are the most.",
          "Use more light, so that the pupil gets smaller.", is_most=True),
    Limit("concentricity", 80, Code.LOOKING_AWAY,
          "The pupil is not in the middle of the iris: {value} of 100, at least {limit} are needed.", STRAIGHT),
    Limit("roundness", 75, Code.LOOKING_AWAY,
          "The eye looks away: the iris is {value} % as wide as it is long, at least {limit} % are needed.", STRAIGHT),
)  # fmt: skip
AFAR = Limit(
    "coverage_pct", 0.25, Code.EYE_TOO_FAR,
    "The eye is far away: its iris is {value} % of the photo, at least {limit} % are needed.",
    "Come closer: one eye should fill the picture.",
)  # fmt: skip
FAR = Limit(
    "coverage_pct", 3, Code.IRIS_TOO_SMALL,
    "The iris is {value} % of the photo; at least {limit} % are needed when it has this few pixels.", CLOSER,
)  # fmt: skip


def measured(photo: Pixels, found: Segmentation, scale: float = 1.0) -> Measured:
    """The numbers of the iris ``found`` in ``photo`` (H x W x 3), whose original has ``scale`` pixels for each."""
    geometry, mask = found.geometry, found.mask
    pupil, limbus = geometry.pupil, geometry.limbus
    seen = int(np.count_nonzero(mask == IRIS))
    apart = math.hypot(pupil.cx - limbus.cx, pupil.cy - limbus.cy)
    grey, ring, size = _scaled(photo, found)
    sclera, pupil_contrast = _contrasts(grey, ring, size)
    return Measured(
        diameter=2 * limbus.radius * scale,
        coverage_pct=100 * seen / mask.size,
        usable_pct=min(100.0, 100 * seen / max(limbus.area - pupil.area, 1.0)),
        sclera_contrast=sclera,
        pupil_contrast=pupil_contrast,
        pupil_ratio=100 * pupil.radius / limbus.radius,
        concentricity=100 * (1 - min(apart / limbus.radius, 1.0)),
        roundness=100 * limbus.b / limbus.a,
        sharpness=sharpness(grey, ring == IRIS),
        confidence=100 * found.confidence,
    )


def _scaled(photo: Pixels, found: Segmentation) -> tuple["NDArray[np.float32]", "NDArray[np.uint8]", IrisGeometry]:
    """Grey levels, mask and outlines around the iris, with the limbus at RADIUS."""
    limbus = found.geometry.limbus
    scale, reach = RADIUS / limbus.a, 1.4 * limbus.a
    height, width = found.mask.shape
    left, right = (int(np.clip(limbus.cx + side * reach, 0, width)) for side in (-1, 1))
    top, bottom = (int(np.clip(limbus.cy + side * reach, 0, height)) for side in (-1, 1))
    part = cv2.cvtColor(np.ascontiguousarray(photo[top:bottom, left:right, :3]), cv2.COLOR_RGB2GRAY)
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    grey = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    mask = cv2.resize(found.mask[top:bottom, left:right], size, interpolation=cv2.INTER_NEAREST)
    moved = found.geometry.shifted(-left, -top).scaled(scale)
    return np.asarray(grey, np.float32), np.asarray(mask, np.uint8), moved


def sharpness(grey: "NDArray[np.float32]", ring: "NDArray[np.bool_]") -> float:
    """Spread of the Laplacian over the ring without its borders and lamps, in grey levels."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13))
    inner = cv2.erode(ring.astype(np.uint8), kernel) > 0
    if np.count_nonzero(inner) < 100:
        return 0.0
    # Grain is not detail: what differs from one pixel to the next only is smoothed away first.
    edges = cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 0.7), cv2.CV_32F, ksize=3)[inner]
    low, high = np.percentile(edges, (2, 98))
    return float(np.std(np.clip(edges, low, high)))


def _contrasts(grey: "NDArray[np.float32]", mask: "NDArray[np.uint8]", geometry: IrisGeometry) -> tuple[float, float]:
    """Iris against sclera (just beside the limbus, left and right) and against the pupil: 0..100 each."""
    iris = grey[mask == IRIS]
    if not len(iris):
        return 0.0, 0.0
    middle = float(np.median(iris))
    hole = grey[mask == PUPIL]
    # A lamp may fill most of the pupil.
    dark = float(np.percentile(hole, 5)) if len(hole) else middle
    height, width = grey.shape
    around = draw_mask(IrisGeometry(geometry.limbus.grown(1.06), geometry.limbus.grown(1.25)), height, width) == IRIS
    rows = np.abs(np.arange(height) - geometry.limbus.cy) < 0.4 * geometry.limbus.a
    beside = grey[around & rows[:, None]]
    white = float(np.percentile(beside, 60)) if len(beside) else middle
    sclera = 100 * abs(white - middle) / max(white + middle - 2 * min(dark, middle), 1.0)
    weber = max(middle - dark, 0.0) / (20 + dark)
    return min(sclera, 100.0), 100 * weber / (0.75 + weber)


def failures(found: Measured) -> Iterator[ImageRefused]:
    """Everything that speaks against this iris, what matters most first."""
    if AFAR.fails(found) and found.diameter < AMPLE_DIAMETER:
        yield AFAR.refusal(found)
    elif FAR.fails(found) and LEAST_DIAMETER <= found.diameter < AMPLE_DIAMETER:
        yield FAR.refusal(found)
    yield from (limit.refusal(found) for limit in LIMITS if limit.fails(found))


def check(found: Measured) -> None:
    """Raises ImageRefused with the first number that fails."""
    for refusal in failures(found):
        raise refusal


def check_glare(area_pct: float) -> None:
    """``area_pct`` of the iris that reflections hide. Raises ImageRefused when that is too much."""
    if area_pct > MOST_GLARE_PCT:
        raise ImageRefused(
            Code.TOO_MUCH_GLARE,
            f"Reflections cover {area_pct:.0f} % of the iris; {MOST_GLARE_PCT:.0f} % are the most.",
            "Turn away from windows and lamps, or shade the eye with a dark cloth.",
        )


ONE_EYE = "Photograph one open eye from close by, or place the circles by hand."


def no_eye(photo: Pixels) -> ImageRefused:
    """Why no iris was found in ``photo`` (H x W x 3), as far as a look at its coarse shapes can tell."""
    small = cv2.cvtColor(cv2.resize(photo, (96, 72), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    grey = small.astype(np.float32)
    spread = float(grey.std())
    # Closed lids lie across the picture; a head stands upright and has more contrast; noise has no direction or
    # no large shapes.
    lying = float(np.abs(np.diff(grey, axis=0)).mean()) / (float(np.abs(np.diff(grey, axis=1)).mean()) + 0.1)
    coarse = float(cv2.GaussianBlur(grey, (0, 0), 3).std()) / (spread + 0.1)
    if (spread >= 27 and coarse >= 0.76 and lying < 1.12) or (spread >= 9 and coarse >= 0.8 and lying < 1.05):
        detail = "No iris is near enough: this seems to be more than an eye."
        return ImageRefused(Code.EYE_TOO_FAR, detail, "Come closer: one eye should fill the picture.")
    if coarse >= 0.58 and lying > 1.08:
        return ImageRefused(Code.EYE_CLOSED, "No iris was found: the eye seems to be closed.", OPEN)
    return ImageRefused(Code.NO_EYE, "No eye was found in this picture.", ONE_EYE)
