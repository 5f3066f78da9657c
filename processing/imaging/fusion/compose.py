"""Two to four pictures beside each other: in a row, a column or a grid. Nothing is ever enlarged."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Size: TypeAlias = tuple[int, int]
"""Width, height in pixels."""
FEWEST, MOST = 2, 4
SMOOTHER = 4
"""A round cell's rim is drawn so many times as large, then averaged."""


class Layout(StrEnum):
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    GRID = "grid_2x2"


class Cells(StrEnum):
    """NATURAL keeps each picture's proportions where the layout allows it; the others cut the middle out."""

    NATURAL = "natural"
    SQUARE = "square"
    ROUND = "round"


class Fill(StrEnum):
    """What becomes of a last row that is not full: its pictures move to the middle, the first ones come again, or the
    ground stays."""

    CENTRE = "centre"
    REPEAT = "repeat"
    BACKGROUND = "background"


@dataclass(frozen=True)
class Frame:
    """``gap`` between cells and ``border`` around all, in pixels of the result; ``background`` RGB 0..255."""

    gap: int = 0
    border: int = 0
    background: tuple[int, int, int] = (0, 0, 0)
    cells: Cells = Cells.NATURAL
    fill: Fill = Fill.CENTRE


@dataclass(frozen=True)
class Cell:
    """Where a picture goes: the corner and the size in pixels of the result, and the picture's number."""

    left: int
    top: int
    width: int
    height: int
    picture: int


def composed(pictures: list[Pixels], layout: Layout, frame: Frame) -> Pixels:
    """The pictures (2 to 4, each H x W x 3 or x 4 uint8) as one H x W x 3; ValueError for another number of them."""
    sizes = [(picture.shape[1], picture.shape[0]) for picture in pictures]
    cells, (width, height) = arranged(sizes, layout, frame)
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = frame.background
    for cell in cells:
        part = fitted(pictures[cell.picture], (cell.width, cell.height))
        area = sheet[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width]
        area[:] = _laid(area, part, frame.cells)
    return sheet


def arranged(sizes: list[Size], layout: Layout, frame: Frame) -> tuple[list[Cell], Size]:
    """The cells of pictures of these sizes, and the size of the whole."""
    if not FEWEST <= len(sizes) <= MOST:
        raise ValueError(f"{FEWEST} to {MOST} pictures are composed, not {len(sizes)}.")
    if frame.gap < 0 or frame.border < 0:
        raise ValueError("Gap and border are not negative.")
    if layout is Layout.GRID:
        return _grid(sizes, frame)
    return _line(sizes, layout, frame)


def within(sizes: list[Size], layout: Layout, frame: Frame, limit: int) -> list[Size]:
    """Sizes of the same shapes whose arrangement has no side over ``limit`` pixels; never larger than they were."""
    found = sizes
    # Rounding may leave a pixel too much, so once more.
    for _ in range(3):
        cells, whole = arranged(found, layout, frame)
        if max(whole) <= limit:
            break
        fixed = _fixed(whole, cells)
        factor = min((limit - at) / (side - at) for side, at in zip(whole, fixed, strict=True) if side > limit)
        found = [_times(size, factor) for size in found]
    return found


def smaller(sizes: list[Size], layout: Layout, frame: Frame, limit: int) -> tuple[list[Size], Frame]:
    """Sizes and frame of the same arrangement, so small that its longer side is about ``limit`` pixels."""
    factor = min(1.0, limit / max(arranged(sizes, layout, frame)[1]))
    shrunk = replace(frame, gap=round(frame.gap * factor), border=round(frame.border * factor))
    return [_times(size, factor) for size in sizes], shrunk


def _fixed(whole: Size, cells: list[Cell]) -> Size:
    """Of each side, what gaps and borders take."""
    across = {cell.left: cell.width for cell in cells if cell.top == cells[0].top}
    down = {cell.top: cell.height for cell in cells if cell.left == cells[0].left}
    return whole[0] - sum(across.values()), whole[1] - sum(down.values())


def _times(size: Size, factor: float) -> Size:
    return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))


def fitted(picture: Pixels, size: Size) -> Pixels:
    """``picture`` covering ``size``: averaged down as far as both sides allow, its middle cut out."""
    width, height = size
    scale = min(1.0, max(width / picture.shape[1], height / picture.shape[0]))
    smaller = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    if smaller != (picture.shape[1], picture.shape[0]):
        picture = np.asarray(cv2.resize(picture, smaller, interpolation=cv2.INTER_AREA), np.uint8)
    left, top = (picture.shape[1] - width) // 2, (picture.shape[0] - height) // 2
    return picture[top : top + height, left : left + width]


def _cell_sizes(sizes: list[Size], layout: Layout, cells: Cells) -> list[Size]:
    """As large as the smallest picture allows."""
    width, height = min(size[0] for size in sizes), min(size[1] for size in sizes)
    if cells is not Cells.NATURAL:
        return [(min(width, height),) * 2] * len(sizes)
    if layout is Layout.GRID:
        return [(width, height)] * len(sizes)
    if layout is Layout.HORIZONTAL:
        return [(max(1, round(size[0] * height / size[1])), height) for size in sizes]
    return [(width, max(1, round(size[1] * width / size[0]))) for size in sizes]


def _line(sizes: list[Size], layout: Layout, frame: Frame) -> tuple[list[Cell], Size]:
    cells, at = [], frame.border
    wanted = _cell_sizes(sizes, layout, frame.cells)
    for number, (width, height) in enumerate(wanted):
        if layout is Layout.HORIZONTAL:
            cells.append(Cell(at, frame.border, width, height, number))
            at += width + frame.gap
        else:
            cells.append(Cell(frame.border, at, width, height, number))
            at += height + frame.gap
    along, across = at - frame.gap + frame.border, 2 * frame.border
    if layout is Layout.HORIZONTAL:
        return cells, (along, across + wanted[0][1])
    return cells, (across + wanted[0][0], along)


def _grid(sizes: list[Size], frame: Frame) -> tuple[list[Cell], Size]:
    width, height = _cell_sizes(sizes, Layout.GRID, frame.cells)[0]
    numbers = list(range(len(sizes)))
    if frame.fill is Fill.REPEAT:
        numbers = [number % len(sizes) for number in range(2 * ((len(sizes) + 1) // 2))]
    cells = [
        Cell(
            frame.border + place % 2 * (width + frame.gap),
            frame.border + place // 2 * (height + frame.gap),
            width,
            height,
            number,
        )
        for place, number in enumerate(numbers)
    ]
    if len(cells) % 2 and frame.fill is Fill.CENTRE:
        last = cells[-1]
        cells[-1] = Cell(last.left + (width + frame.gap) // 2, last.top, width, height, last.picture)
    rows = (len(cells) + 1) // 2
    return cells, (
        2 * (frame.border + width) + frame.gap,
        2 * frame.border + rows * height + (rows - 1) * frame.gap,
    )


def _laid(ground: Pixels, part: Pixels, cells: Cells) -> Pixels:
    """``part`` upon ``ground``: where it is transparent, or outside a round cell, the ground shows."""
    if cells is not Cells.ROUND and part.shape[2] == 3:
        return part
    share = part[..., 3:].astype(np.float32) / 255 if part.shape[2] == 4 else np.ones((*part.shape[:2], 1), np.float32)
    if cells is Cells.ROUND:
        share = share * _disc(part.shape[0])[..., None]
    return np.asarray(np.rint(ground + (part[..., :3].astype(np.float32) - ground) * share), np.uint8)


def _disc(side: int) -> "NDArray[np.float32]":
    large = np.zeros((side * SMOOTHER, side * SMOOTHER), np.uint8)
    middle = side * SMOOTHER // 2
    cv2.circle(large, (middle, middle), middle - 1, (255,), -1)
    return np.asarray(cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) / 255, np.float32)
