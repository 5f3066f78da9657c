"""Quantities over a picture that are known coarsely and wanted finely, strip by strip: flow, grain, tone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
"""Height x width, or height x width x bands."""

Done: TypeAlias = Callable[[float], None]
"""Hears how much of the work is done, 0..1."""

Kind = TypeVar("Kind", bound="NDArray[np.generic]")

LONGEST_STRIP = 1 << 18
"""Pixels that are worked on at once: what stays in a processor's cache."""


@dataclass(frozen=True, eq=False)
class Field:
    """``coarse`` (h x w, or h x w x bands) laid over a picture of ``height`` x ``width`` pixels."""

    coarse: Floats
    height: int
    width: int

    def rows(self, top: int, bottom: int) -> Floats:
        """Its values for these rows of the picture, in between by straight lines."""
        tall, wide = self.coarse.shape[:2]
        down, across = tall / self.height, wide / self.width
        turn = np.array([[across, 0, across / 2 - 0.5], [0, down, (top + 0.5) * down - 0.5]])
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (self.width, bottom - top)
        return np.asarray(
            cv2.warpAffine(self.coarse, turn, size, flags=how, borderMode=cv2.BORDER_REPLICATE), np.float32
        )

    def whole(self) -> Floats:
        return self.rows(0, self.height)


def unit(photo: "NDArray[np.generic]") -> float:
    """A thousandth of the side of a square as large as the picture, in pixels: what brushes are measured in, so that
    a small look and the large artwork are the same painting."""
    height, width = photo.shape[:2]
    return float(np.sqrt(height * width)) / 1000


def unheard(share: float) -> None:
    """For who does not want to know."""


def part(done: Done, first: float, last: float) -> Done:
    """Of work that is ``first`` to ``last`` of the whole."""
    return lambda share: done(first + (last - first) * share)


def strips(photo: "NDArray[np.generic]", margin: int, done: Done = unheard) -> Iterator[tuple[slice, slice, slice]]:
    """What is looked at, what is made, and where that lies in what is looked at: rows, top to bottom."""
    height, width = photo.shape[:2]
    tall = max(2 * margin, LONGEST_STRIP // max(width, 1), 1)
    for top in range(0, height, tall):
        bottom, first = min(top + tall, height), max(top - margin, 0)
        last = min(bottom + margin, height)
        yield slice(first, last), slice(top, bottom), slice(top - first, bottom - first)
        done(bottom / height)


def grain(photo: "NDArray[np.generic]", cell: float, seed: int, salt: int) -> Field:
    """Seeded noise, mean 0 and deviation 1, of cells ``cell`` units wide: the same pattern whatever the size."""
    height, width = photo.shape[:2]
    side = max(cell * unit(photo), 1e-6)
    tall, wide = (max(2, round(length / side)) for length in (height, width))
    noise = np.random.default_rng([seed, salt]).standard_normal((tall, wide), np.float32)
    if tall > height and wide > width:
        noise = np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    return Field(noise, height, width)


def clouds(photo: "NDArray[np.generic]", cell: float, seed: int, salt: int, octaves: int = 4) -> Field:
    """Seeded turbulence, mean 0 and deviation 1: ever finer noise, each half as strong (Perlin 1985); the coarsest
    cells are ``cell`` units wide."""
    finest = grain(photo, cell / 2 ** (octaves - 1), seed, salt + octaves - 1)
    total = finest.coarse * np.float32(0.5 ** (octaves - 1))
    for octave in range(octaves - 1):
        coarse = grain(photo, cell / 2**octave, seed, salt + octave).coarse
        total += cv2.resize(coarse, total.shape[::-1], interpolation=cv2.INTER_CUBIC) * np.float32(0.5**octave)
    total -= total.mean()
    return Field(total / max(float(total.std()), 1e-6), finest.height, finest.width)


def blurred(picture: Kind, reach: float) -> Kind:
    """A picture softened by a Gaussian of ``reach`` pixels, at least half of one; of the same kind."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.5, reach)), picture.dtype)  # type: ignore[arg-type,return-value]


def luminance(pixels: "Pixels | Floats") -> Floats:
    """Brightness 0..1 of RGB 0..255 (H x W x 3)."""
    grey = cv2.cvtColor(np.asarray(pixels, np.float32), cv2.COLOR_RGB2GRAY)
    return np.asarray(grey / 255, np.float32)
