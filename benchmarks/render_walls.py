"""How well each way finds the wall: on drawn facades that nothing was learnt from, and on labelled real ones.

``benchmarks.render`` prints these figures among its own; ``python -m benchmarks.render_walls`` prints them alone, and
``--sheet FILE`` writes photos beside their masks instead, to be looked at.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from processing.imaging.facade.renderer import WINDOW, evaluation
from processing.imaging.facade.wall import engines
from processing.imaging.types import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Finder = Callable[[Pixels], Mask]

TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
# The data set's labels: facade, cornice, sill, deco, molding, pillar are wall.
REAL_WALL, REAL_WINDOW = (2, 5, 6, 9, 10, 11), 3
IOU = {"drawn": 0.85, "real": 0.70}
LEAK = {"drawn": 0.10, "real": 0.25}


@dataclass(frozen=True, eq=False)
class Labelled:
    """A photo with the truth, H x W each; ``numbers`` 0 or the number of the window."""

    photo: Pixels
    wall: "Mask"
    window: "Mask"
    numbers: "NDArray[np.int32]"


@dataclass
class Score:
    ious: list[float] = field(default_factory=list)
    leaks: list[float] = field(default_factory=list)
    spilt: list[bool] = field(default_factory=list)

    def add(self, picture: Labelled, found: "Mask") -> None:
        both, either = (int(one.sum()) for one in (found & picture.wall, found | picture.wall))
        self.ious.append(both / max(either, 1))
        if picture.window.any():
            self.leaks.append(float(found[picture.window].mean()))
        sizes = np.bincount(picture.numbers.ravel())
        painted = np.bincount(picture.numbers[found], minlength=len(sizes))
        self.spilt += [painted[one] > 0.1 * sizes[one] for one in range(1, len(sizes)) if sizes[one] >= 40]


def everything(photo: Pixels) -> "Mask":
    return np.ones(photo.shape[:2], bool)


def ways() -> "dict[str, Finder]":
    """A mask and its name; a network that cannot run is not called one."""
    found: dict[str, Finder] = {"everything is wall": everything}
    for name in engines.Name:
        found[name] = lambda photo, name=name: engines.wall_mask(photo, name).share > 0.5  # type: ignore[misc]
    return found


def drawn(count: int = evaluation.FACADES) -> Iterator[Labelled]:
    for facade in evaluation.facades(count):
        yield Labelled(facade.photo, facade.wall, facade.labels == WINDOW, facade.windows)


def real(folder: Path = TEST_DATA / "facade") -> Iterator[Labelled]:
    for path in sorted(folder.glob("*.png")):
        labels = np.asarray(Image.open(path))
        photo = np.asarray(Image.open(path.with_suffix(".jpg")).convert("RGB"))
        window = labels == REAL_WINDOW
        numbers = cv2.connectedComponents(window.astype(np.uint8), connectivity=4)[1].astype(np.int32)
        yield Labelled(photo, np.isin(labels, REAL_WALL), window, numbers)


def scored(pictures: Iterable[Labelled]) -> dict[str, Score]:
    scores = {name: Score() for name in ways()}
    for picture in pictures:
        for name, find in ways().items():
            scores[name].add(picture, find(picture.photo))
    return scores


def mask_figures(quick: bool = False) -> Iterator[dict[str, object]]:
    """IoU of the wall, share of window pixels painted, share of single windows painted beyond 10 %, by each way; the
    default engine's are held against the targets."""
    for kind, pictures in (("drawn", drawn(12 if quick else evaluation.FACADES)), ("real", real())):
        for name, score in scored(pictures).items():
            if not score.ious:
                print(f"{kind} facades: not measured, they are not here (set AUREOLE_TEST_DATA).")
                break
            default = name == engines.DEFAULT
            iou, leak = float(np.mean(score.ious)), float(np.mean(score.leaks))
            yield _line(f"{kind} facades, {name}: wall IoU", iou, IOU[kind] if default else None, iou >= IOU[kind])
            yield _line(
                f"{kind} facades, {name}: window leak", leak, LEAK[kind] if default else None, leak <= LEAK[kind]
            )
            spilt = float(np.mean(score.spilt))
            yield _line(f"{kind} facades, {name}: share of windows painted beyond 10 %", spilt, None, True)


def _line(figure: str, value: float, target: float | None, reached: bool) -> dict[str, object]:
    told: dict[str, object] = {"benchmark": "render", "figure": figure, "value": round(value, 4), "target": target}
    return told | {"holds": target is None or reached}


def sheet(path: Path, pictures: Iterable[Labelled], name: str) -> None:
    """Photo, truth (red wall), and the engine's mask side by side, four pictures a row."""
    tiles = [_tile(picture, ways()[name](picture.photo)) for picture in pictures]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 4)
    rows = [np.hstack(tiles[begin : begin + 4]) for begin in range(0, len(tiles), 4)]
    Image.fromarray(np.vstack(rows)).save(path)


def _tile(picture: Labelled, found: "Mask", side: int = 200) -> Pixels:
    photos = [picture.photo]
    for wall in (picture.wall, found):
        painted = picture.photo.copy()
        painted[wall] = (0.4 * painted[wall] + 0.6 * np.array([255, 0, 0])).astype(np.uint8)
        photos.append(painted)
    small = [cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in photos]
    return np.asarray(np.hstack(small), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sheet", type=Path)
    wanted = parser.parse_args()
    if wanted.sheet:
        sheet(wanted.sheet, [*real(), *drawn(12)], engines.DEFAULT)
        return
    for told in mask_figures(wanted.quick):
        print(json.dumps(told))


if __name__ == "__main__":
    main()
