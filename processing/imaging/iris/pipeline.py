"""From an eye photo to an artwork, or to the reason why not. Runs in the sandbox child, pure."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from processing.imaging import codec, enhance, enlarging, renditions
from processing.imaging.errors import Code, ImageRefused
from processing.imaging.headers import Limits
from processing.imaging.iris import artwork, engines, gate, reflections
from processing.imaging.iris.geometry import IRIS, PUPIL, IrisGeometry, Mask, Segmentation, draw_mask
from processing.imaging.iris.options import PREVIEW_SIZE, Options
from processing.imaging.iris.saving import Saving
from processing.imaging.iris.sheet import Sheet
from processing.imaging.types import Decoded, Pixels

VERSION = 4
"""Rises whenever the same photo and options would give another artwork."""
STEPS = (("load", 10), ("segment", 40), ("reflections", 60), ("enhance", 90), ("save", 100))
"""Names, and the progress at which each ends."""
LARGEST = 6000
"""Pixels: photos are worked on with at most this longest edge."""
PREVIEW_EDGE = 1024
AROUND = 1.25
"""What is cut out around the iris, in its radii."""
BY_HAND = "by-hand"

Report = Callable[[str, float], None]


def run(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Make the artwork of ``work / request["source"]``; files go to ``work / "out"``.

    ``request`` also holds the options (``iris.options.Options``), the limits of ``ingest.run`` and, when installed
    models may be used, "models". ``report(step, fraction)`` hears the steps of STEPS in order. The result is JSON-able.
    Raises ImageRefused for everything that is the picture's fault, ValueError for options that are none.
    """
    options = Options.of(request)
    clock = Clock(report)
    with clock.step("load"):
        photo = Photo.decoded(work / request["source"], request, PREVIEW_EDGE if options.preview else LARGEST)
    with clock.step("segment"):
        found = _found(photo, work, options)
    with clock.step("reflections"):
        part = Part.cut(photo.pixels, found.segmentation)
        cleaned = _cleaned(part, options)
        if not options.use_anyway:
            gate.check_glare(cleaned.area_pct)
    with clock.step("enhance"):
        drawn = _drawn(replace(part, pixels=cleaned.photo), options, request)
    with clock.step("save"):
        saving = Saving(work / "out", options)
        saving.pictures(drawn.art, artwork.polar(drawn.strip))
        facts = _facts(photo, found, cleaned, drawn, options)
        saving.truth(found.segmentation.mask, facts)
    return {**facts, "files": saving.files, "renditions": saving.renditions, "seconds": clock.seconds}


class Clock:
    """Reports each step's beginning and end, and remembers how long it took."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        self._report(name, 0.0)
        yield
        self._report(name, 1.0)
        self.seconds[name] = round(time.perf_counter() - began, 3)


@dataclass(frozen=True, eq=False)
class Photo:
    """``pixels`` H x W x 3; the original has ``width`` x ``height`` and ``scale`` pixels for each of these."""

    pixels: Pixels
    width: int
    height: int

    @classmethod
    def decoded(cls, source: Path, request: dict[str, Any], edge: int) -> "Photo":
        found: Decoded = codec.decode(source, Limits.of(request), edge)
        pixels = found.pixels
        if pixels.shape[2] == 4:
            share = pixels[..., 3:].astype(np.float32) / 255
            pixels = np.rint(pixels[..., :3] * share + 255 * (1 - share)).astype(np.uint8)
        return cls(pixels, found.width, found.height)

    @property
    def scale(self) -> float:
        return self.width / self.pixels.shape[1]


@dataclass(frozen=True, eq=False)
class Found:
    """The iris, its gate numbers, and what the other engine thinks of it."""

    segmentation: Segmentation
    gate: gate.Measured
    finding: engines.Finding | None = None


def _found(photo: Photo, work: Path, options: Options) -> Found:
    mask = _brushed(work / options.mask, photo) if options.mask else None
    finding = None
    if options.circles:
        geometry = options.circles.scaled(1 / photo.scale)
        drawn = draw_mask(geometry, *photo.pixels.shape[:2])
        segmentation = Segmentation(drawn, geometry, BY_HAND, 1.0)
    else:
        finding = engines.find_iris(photo.pixels, options.engine, check=not options.preview)
        if finding.segmentation is None:
            raise gate.no_eye(photo.pixels)
        segmentation = finding.segmentation
    if mask is not None:
        segmentation = replace(segmentation, mask=mask)
    if not np.any(segmentation.mask == IRIS):
        raise _empty_mask()
    found = Found(segmentation, gate.measured(photo.pixels, segmentation, photo.scale), finding)
    if not options.use_anyway:
        _check(found, photo)
    return found


def _check(found: Found, photo: Photo) -> None:
    """Who is refused learns what was found, to go on from there by hand."""
    try:
        gate.check(found.gate)
    except ImageRefused as error:
        geometry = found.segmentation.geometry.scaled(photo.scale).to_json()
        error.facts = {"gate": found.gate.to_json(), "geometry": geometry, "engine": found.segmentation.engine}
        raise


def _brushed(path: Path, photo: Photo) -> Mask:
    """A mask brushed by hand: grey levels snap to iris, pupil and nothing, whatever its size was."""
    shown = codec.decode(path, edge=LARGEST).pixels[..., :3].max(axis=2)
    height, width = photo.pixels.shape[:2]
    sized = cv2.resize(shown, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.select([sized > 191, sized > 63], [IRIS, PUPIL], 0).astype(np.uint8)


def _empty_mask() -> ImageRefused:
    return ImageRefused(
        Code.BAD_MASK,
        "The circles or the brushed mask leave nothing of the iris.",
        "Place the circles on the eye, or paint at least a part of the iris.",
    )


@dataclass(frozen=True, eq=False)
class Part:
    """What lies around the iris, cut out: nothing after segmentation needs the rest of the photo."""

    pixels: Pixels
    mask: Mask
    geometry: IrisGeometry

    @classmethod
    def cut(cls, photo: Pixels, found: Segmentation) -> "Part":
        limbus = found.geometry.limbus
        reach = AROUND * limbus.a + 8
        height, width = found.mask.shape
        left, right = (int(np.clip(limbus.cx + side * reach, 0, width)) for side in (-1, 1))
        top, bottom = (int(np.clip(limbus.cy + side * reach, 0, height)) for side in (-1, 1))
        if right - left < 8 or bottom - top < 8:
            raise _empty_mask()
        area = (slice(top, bottom), slice(left, right))
        pixels, mask = np.ascontiguousarray(photo[area]), np.ascontiguousarray(found.mask[area])
        return cls(pixels, mask, found.geometry.shifted(-left, -top))

    @property
    def sheet(self) -> Sheet:
        return Sheet(self.geometry)


def _cleaned(part: Part, options: Options) -> reflections.Cleaned:
    if not options.reflections:
        return reflections.Cleaned(part.pixels, np.zeros(part.mask.shape, bool), 0.0)
    return reflections.removed(part.pixels, part.mask, part.sheet)


@dataclass(frozen=True, eq=False)
class Drawn:
    """``art`` RGBA; ``enhancer`` names what enlarged it, "" when nothing had to."""

    art: Pixels
    strip: artwork.Strip
    enhancer: str


def _drawn(part: Part, options: Options, request: dict[str, Any]) -> Drawn:
    pixels = part.pixels
    if options.contrast:
        pixels = artwork.with_contrast(pixels, part.mask, part.geometry.limbus.radius)
    strip = artwork.unrolled(pixels, part.mask, part.sheet, options.complete)
    natural = artwork.natural_side(part.sheet)
    side = min(natural * options.enhance, PREVIEW_SIZE if options.preview else options.size)
    sheet, enhancer = part.sheet, ""
    if side > natural:
        pixels, sheet, enhancer = _larger(pixels, part.geometry, side / natural, request)
    elif side < natural:
        pixels, sheet = _shrunk(pixels, part.geometry, side / natural)
    return Drawn(artwork.composed(pixels, sheet, strip, side, options.reflections), strip, enhancer)


def _larger(
    pixels: Pixels, geometry: IrisGeometry, factor: float, request: dict[str, Any]
) -> tuple[Pixels, Sheet, str]:
    """By the installed model, if there is one, and its name."""
    chosen = enlarging.installed(request)
    if chosen is None:
        # The artwork samples by cubic convolution: correcting for that before is the whole enlargement.
        return enhance.corrected(pixels, factor), Sheet(geometry), enhance.SAMPLED
    width, height = (max(1, round(length * factor)) for length in pixels.shape[1::-1])
    return enlarging.by_model(chosen, pixels, width, height), Sheet(geometry.scaled(factor)), chosen.engine


def _shrunk(pixels: Pixels, geometry: IrisGeometry, factor: float) -> tuple[Pixels, Sheet]:
    """Averaged, not sampled."""
    size = max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), Sheet(geometry.scaled(factor))


def _facts(photo: Photo, found: Found, cleaned: reflections.Cleaned, drawn: Drawn, options: Options) -> dict[str, Any]:
    segmentation, finding = found.segmentation, found.finding
    return {
        "version": VERSION,
        "engine": segmentation.engine,
        "confidence": round(segmentation.confidence, 4),
        "agreement": finding.agreement if finding else None,
        "is_disputed": bool(finding and finding.disputed),
        "engine_note": finding.reason if finding else "",
        "gate": found.gate.to_json(),
        "removed_area_pct": round(cleaned.area_pct, 2),
        "completed_area_pct": round(drawn.strip.hidden_pct, 2) if options.complete else 0.0,
        "enhancer": drawn.enhancer,
        "geometry": segmentation.geometry.scaled(photo.scale).to_json(),
        "width": drawn.art.shape[1],
        "height": drawn.art.shape[0],
        "photo_width": photo.width,
        "photo_height": photo.height,
        "renderer_version": renditions.RENDERER_VERSION,
    }
