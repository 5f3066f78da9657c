"""The default engine: a small network of our own, trained on rendered eyes only (training/iris), and what follows it.

Two looks: at the whole photo to find the eye, then close up, where the iris always has the same size, so that a small
iris in a large photo is outlined as finely as a macro. The outlines come from ``refinement``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging import weights
from processing.imaging.iris.geometry import Segmentation
from processing.imaging.iris.refinement import Outlines, outlined
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    import onnxruntime
    from numpy.typing import NDArray

NAME = "network-1"
INPUT_SIZE = 160
PADDING = 128
"""Grey level of what lies outside the photo."""
WEIGHTS = Path(__file__).parent / "weights" / "eye-network-1.onnx"

Shares: TypeAlias = "NDArray[np.float32]"
"""3 x INPUT_SIZE x INPUT_SIZE: how surely each pixel is background, iris, pupil; sums to 1."""

# The close look sees the iris this wide, as a share of its window.
CLOSE_UP = 0.65
# An eye the network is less sure of is none; renders of faces, closed eyes and noise stay below it.
LEAST_EYE = 0.5
# Photos are brought down to this longest edge first: no look is finer than that for an iris the gate accepts.
LARGEST = 1600
# A smaller spot in a look at 160 px is chance.
LEAST_PIXELS = 24


@dataclass(frozen=True)
class Window:
    """A square of the photo, ``side`` pixels wide, that may reach beyond it; ``left``, ``top`` of its corner."""

    left: float
    top: float
    side: float

    @property
    def scale(self) -> float:
        """Photo pixels per pixel of the look."""
        return self.side / INPUT_SIZE

    @classmethod
    def around(cls, cx: float, cy: float, side: float) -> "Window":
        return cls(cx - side / 2, cy - side / 2, side)


@dataclass(frozen=True, eq=False)
class Look:
    """What the network says about one window."""

    window: Window
    shares: Shares
    eye: float


def session() -> "onnxruntime.InferenceSession":
    """Of the weights that are shipped. Raises WeightsDamaged, OSError."""
    return weights.session(WEIGHTS)


def segment(photo: Pixels) -> Segmentation | None:
    """The iris of ``photo`` (H x W x 3 RGB uint8, upright), or None when the network sees no eye in it."""
    height, width = photo.shape[:2]
    shrink = max(max(height, width) / LARGEST, 1.0)
    small = photo if shrink == 1 else _reduced(photo, shrink)
    found = find(small)
    if found is None:
        return None
    close = looked_closely(small, found)
    if close is None or close[0].eye < LEAST_EYE:
        return None
    look, outlines = close[0], close[1].scaled(shrink)
    return Segmentation(outlines.drawn(height, width), outlines.geometry, NAME, confidence(look, outlines))


def _reduced(photo: Pixels, shrink: float) -> Pixels:
    size = max(round(photo.shape[1] / shrink), 1), max(round(photo.shape[0] / shrink), 1)
    return np.asarray(cv2.resize(photo[..., :3], size, interpolation=cv2.INTER_AREA), np.uint8)


def find(photo: Pixels) -> Outlines | None:
    """Roughly where the iris is: in the whole photo, else in its parts."""
    height, width = photo.shape[:2]
    whole = Window.around(width / 2, height / 2, max(height, width))
    for windows in ([whole], _parts(height, width)):
        looks = sorted(look_at(photo, windows), key=_promise, reverse=True)
        if _promise(looks[0]) > 0:
            return outlined(looks[0].shares, looks[0].window.left, looks[0].window.top, looks[0].window.scale)
    return None


def _parts(height: int, width: int) -> list[Window]:
    """Overlapping halves of the longer side: an iris too small for the whole look is twice as large here."""
    side = max(height, width) / 2
    across = [side / 2, width / 2, width - side / 2] if width > side else [width / 2]
    down = [side / 2, height / 2, height - side / 2] if height > side else [height / 2]
    return [Window.around(x, y, side) for y in down for x in across]


def _promise(look: Look) -> float:
    """How much of an iris is there: 0 without an eye."""
    pixels = int(np.count_nonzero(look.shares[0] < 0.5))
    return look.eye * min(pixels / 100, 1.0) if pixels >= LEAST_PIXELS and look.eye >= LEAST_EYE * 0.4 else 0.0


def looked_closely(photo: Pixels, rough: Outlines) -> tuple[Look, Outlines] | None:
    """Again, near; once more when the first near look was badly centred."""
    limbus, close = rough.geometry.limbus, rough
    for _ in range(2):
        window = Window.around(limbus.cx, limbus.cy, 2 * limbus.a / CLOSE_UP)
        look = _mirrored_too(photo, window)
        near = outlined(look.shares, window.left, window.top, window.scale, photo)
        if near is None:
            return None
        close, found = near, near.geometry.limbus
        moved = np.hypot(found.cx - limbus.cx, found.cy - limbus.cy) / found.a
        if moved < 0.12 and 0.85 < found.a / limbus.a < 1.18:
            break
        limbus = found
    return look, close


def _mirrored_too(photo: Pixels, window: Window) -> Look:
    """The mean of the look and its mirror image: the two err differently."""
    seen = cut_out(photo, window)
    shares, eyes = _answers(np.stack([seen, seen[:, ::-1]]))
    return Look(window, (shares[0] + shares[1][:, :, ::-1]) / 2, float(eyes.mean()))


def look_at(photo: Pixels, windows: list[Window]) -> list[Look]:
    shares, eyes = _answers(np.stack([cut_out(photo, window) for window in windows]))
    return [Look(window, shares[row], float(eyes[row])) for row, window in enumerate(windows)]


def _answers(seen: "NDArray[np.uint8]") -> tuple["NDArray[np.float32]", "NDArray[np.float32]"]:
    """n x INPUT_SIZE x INPUT_SIZE x 3 uint8 in; n x 3 x INPUT_SIZE x INPUT_SIZE shares and n eye scores out."""
    pixels = np.ascontiguousarray(seen.transpose(0, 3, 1, 2), np.float32)
    shares, eyes = session().run(None, {"pixels": pixels})
    return shares, eyes


def cut_out(photo: Pixels, window: Window) -> Pixels:
    """The window at INPUT_SIZE; a large one is averaged, not sampled."""
    height, width = photo.shape[:2]
    left, top = max(int(window.left), 0), max(int(window.top), 0)
    right = min(int(np.ceil(window.left + window.side)) + 1, width)
    bottom = min(int(np.ceil(window.top + window.side)) + 1, height)
    part, scale = photo[top:bottom, left:right, :3], window.scale
    if part.size == 0:
        return np.full((INPUT_SIZE, INPUT_SIZE, 3), PADDING, np.uint8)
    if scale > 1:
        size = (max(round(part.shape[1] / scale), 1), max(round(part.shape[0] / scale), 1))
        across, down = size[0] / part.shape[1], size[1] / part.shape[0]
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        across = down = 1.0
    step_x, step_y = scale * across, scale * down
    matrix = np.array([
        [step_x, 0, (window.left + 0.5 * scale - left) * across - 0.5],
        [0, step_y, (window.top + 0.5 * scale - top) * down - 0.5],
    ])  # fmt: skip
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(part, matrix, (INPUT_SIZE, INPUT_SIZE), flags=flags, borderValue=(PADDING,) * 3)
    return np.asarray(seen, np.uint8)


def confidence(look: Look, outlines: Outlines) -> float:
    """0..1: the eye score, times how decided the network is on its pixels, times how well the outlines fit them."""
    there = look.shares[0] < 0.5
    decided = float(np.max(look.shares, axis=0)[there].mean()) if there.any() else 0.0
    return float(np.clip(look.eye * (2 * decided - 1) * outlines.agreement, 0, 1))
