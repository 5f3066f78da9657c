"""Examples for an empty library: pictures that nobody photographed, taken in through the same door as anybody's."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from circles.models import User
from photos.doing import Outcome, take_files
from photos.models import Photo
from processing.imaging.iris import renderer
from processing.imaging.iris.renderer.configuration import MACRO
from processing.imaging.scenery import scenery
from processing.imaging.types import Pixels

MAKE, MODEL = "Aureole", "Drawn example"
EYES: Final = replace(
    MACRO, name="example", width=1280, height=960, iris_share=(0.45, 0.55), off_centre=0.1, above=(0.8, 1.1),
    below=(0.95, 1.3), melanin=(0.05, 0.6), grey=0.0, exposure=(0.95, 1.15), defocus=(0.0, 0.0), framed=0.0,
    cropped=0.0, jpeg=(96, 98),
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """When and where a landscape pretends to be taken; ``place`` is latitude and longitude in degrees."""

    seed: int
    hour: str
    taken: str
    place: tuple[float, float] | None = None
    size: tuple[int, int] = (1800, 1200)
    has_lake: bool = False


LANDSCAPES: Final = (
    Example(8, "dawn", "2026:06:21 05:12:00", (47.5622, 13.6493), has_lake=True),
    Example(9, "noon", "2026:06:21 12:40:00", (47.5622, 13.6493)),
    Example(5, "dusk", "2026:06:21 20:58:00", (47.5622, 13.6493), has_lake=True),
    Example(6, "night", "2026:06:21 23:30:00", (47.5622, 13.6493), (1200, 1800)),
    Example(17, "noon", "2026:05:02 14:05:00", (35.0116, 135.7681), (2400, 1000)),
    Example(12, "dusk", "2026:05:03 19:01:00", (35.0116, 135.7681), (1200, 1600)),
    Example(23, "winter", "2026:01:11 10:20:00", (64.1466, -21.9426)),
    Example(24, "winter", "2026:01:11 15:45:00", (64.1466, -21.9426), has_lake=True),
    Example(31, "autumn", "2025:10:18 16:30:00", (42.6977, 23.3219), has_lake=True),
    Example(33, "autumn", "2025:10:18 17:10:00", (42.6977, 23.3219), (1200, 1800)),
    Example(41, "dawn", "2025:08:09 06:02:00", (-33.4489, -70.6693)),
    Example(44, "night", "2025:08:09 22:15:00", None, (2400, 1200)),
)
EYE_SEEDS: Final = (1, 4, 2)


def add_examples(owner: User) -> list[Outcome]:
    """Every example into this person's library, each with its ingest; those that are there already are not doubled."""
    return take_files(actor=owner, files=_files())


def examples_of(owner: User) -> list[Photo]:
    """The examples still in this person's library."""
    return list(Photo.objects.owned_by(owner).in_library().filter(camera_make=MAKE, camera_model=MODEL))


def _files() -> Iterator[SimpleUploadedFile]:
    for number, example in enumerate(LANDSCAPES, 1):
        width, height = example.size
        pixels = scenery(example.seed, example.hour, width=width, height=height, lake=example.has_lake)
        yield _file(f"landscape-{number:02}.jpg", pixels, _exif(example.taken, example.place))
    for seed in EYE_SEEDS:
        yield _file(f"eye-{seed:02}.jpg", renderer.render(seed, EYES).photo, _exif("2026:06:22 11:00:00", None))


def _file(name: str, pixels: Pixels, exif: Image.Exif) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92, exif=exif)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/jpeg")


def _exif(taken: str, place: tuple[float, float] | None) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = MAKE, MODEL
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = taken
    if place:
        exif.get_ifd(IFD.GPSInfo).update(_position(*place))
    return exif


def _position(latitude: float, longitude: float) -> dict[int, object]:
    return {
        GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
        GPS.GPSLatitude: _sexagesimal(abs(latitude)),
        GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
        GPS.GPSLongitude: _sexagesimal(abs(longitude)),
    }


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 3)
