"""The sheet a house is drawn on: colours, labels and numbers of openings in the plane of the wall, in metres."""

from dataclasses import dataclass

import numpy as np

from processing.imaging.facade.renderer.fields import Colour, Colours, Field

OTHER, WALL, WINDOW, DOOR = range(4)


@dataclass(eq=False)
class Front:
    """``colours`` H x W x 3, ``labels`` H x W, ``openings`` H x W (number of the window from 1, 0 none), ``covered``
    H x W: what of the sheet is house; ``scale`` pixels per metre. Metres count from the upper left."""

    colours: Colours
    labels: Field
    openings: Field
    covered: Field
    scale: float

    @classmethod
    def blank(cls, width: float, height: float, scale: float) -> "Front":
        rows, columns = max(round(height * scale), 2), max(round(width * scale), 2)
        return cls(
            np.zeros((rows, columns, 3), np.float32), np.zeros((rows, columns), np.uint8),
            np.zeros((rows, columns), np.int32), np.zeros((rows, columns), np.uint8), scale,
        )  # fmt: skip

    @property
    def width(self) -> float:
        return self.labels.shape[1] / self.scale

    @property
    def height(self) -> float:
        return self.labels.shape[0] / self.scale

    def place(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        """The pixels of a box, at least one each way."""
        rows, columns = self.labels.shape
        first, high = int(left * self.scale + 0.5), int(top * self.scale + 0.5)
        last, low = max(int(right * self.scale + 0.5), first + 1), max(int(bottom * self.scale + 0.5), high + 1)
        first, last = (min(max(value, 0), columns) for value in (first, last))
        high, low = (min(max(value, 0), rows) for value in (high, low))
        return slice(high, low), slice(first, last)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: "Colour | Colours",
        *, label: int | None = None, opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """Painted over; what is thinner than a pixel is painted as thin as it is."""
        at = self.place(left, top, right, bottom)
        thin = min(1.0, (bottom - top) * self.scale, (right - left) * self.scale) * opacity
        self.colours[at] = self.colours[at] * np.float32(1 - thin) + np.asarray(colour, np.float32) * np.float32(thin)
        self.covered[at] = 1
        if label is not None:
            self.labels[at] = label
            self.openings[at] = 0

    def shade(self, left: float, top: float, right: float, bottom: float, factor: float) -> None:
        at = self.place(left, top, right, bottom)
        thin = min(1.0, (bottom - top) * self.scale, (right - left) * self.scale)
        self.colours[at] *= np.float32(1 + (factor - 1) * thin)
