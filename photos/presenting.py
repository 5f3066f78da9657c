"""How photos are shown on pages: tiles with their proportions and colours, gathered into days and months."""

import base64
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Final

from photos.models import Photo

API: Final = "/api/v1"
# Never the machine's language, as calendar.month_name would be.
MONTH_NAMES: Final = (
    "", "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NARROWEST: Final = 0.45
WIDEST: Final = 2.6
SIZES: Final = (256, 512, 1024)
_CELLS: Final = 9


@dataclass(frozen=True)
class Tile:
    """One photo in a grid. ``ratio`` is width / height, kept between a portrait strip and a panorama."""

    photo: Photo
    ratio: float
    is_eager: bool = False

    @property
    def is_ready(self) -> bool:
        return self.photo.state == Photo.State.READY

    @cached_property
    def placeholder(self) -> str:
        return placeholder(self.photo.colours)

    @property
    def words(self) -> str:
        return words_for(self.photo)


@dataclass(frozen=True)
class Day:
    day: date
    tiles: tuple[Tile, ...]

    @property
    def ratio(self) -> float:
        """The sum of its tiles: how much of a row the day wants."""
        return round(sum(tile.ratio for tile in self.tiles), 3)

    @property
    def long(self) -> str:
        """Wednesday 14 October. In Python, like the next: the template's date filter took a tenth of the page."""
        return f"{DAY_NAMES[self.day.weekday()]} {self.day.day} {MONTH_NAMES[self.day.month]}"

    @property
    def short(self) -> str:
        """Wed 14 Oct"""
        return f"{DAY_NAMES[self.day.weekday()][:3]} {self.day.day} {MONTH_NAMES[self.day.month][:3]}"

    @property
    def brief(self) -> str:
        """14 Oct 2024: for years gone by."""
        return f"{self.day.day} {MONTH_NAMES[self.day.month][:3]} {self.day.year}"

    @property
    def place(self) -> str:
        """Where most of the day was spent, if the photos know."""
        places = [tile.photo.place for tile in self.tiles if tile.photo.place]
        return max(places, key=places.count) if places else ""


@dataclass(frozen=True)
class Month:
    month: date
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Year:
    """A year of the scrubber: its months with photos, newest first."""

    year: int
    months: tuple[tuple[date, int], ...]


def ratio_of(photo: Photo) -> float:
    """Width / height of the tile; a square while the size is not known."""
    if not (photo.width and photo.height):
        return 1.0
    return round(min(max(photo.width / photo.height, NARROWEST), WIDEST), 4)


def words_for(photo: Photo) -> str:
    """What a screen reader says of a picture: its title, or when and where it was taken."""
    if photo.title:
        return photo.title
    when = f"Photo of {photo.sort_at.day} {MONTH_NAMES[photo.sort_at.month]} {photo.sort_at.year}"
    return f"{when}, {photo.place}" if photo.place else when


def tiles_of(photos: Iterable[Photo], *, eager: int = 0) -> list[Tile]:
    """Tiles in the order given; the first ``eager`` are fetched at once, the rest when they come near."""
    return [Tile(photo, ratio_of(photo), index < eager) for index, photo in enumerate(photos)]


def months_of(tiles: Sequence[Tile]) -> list[Month]:
    """Tiles in timeline order, gathered into days and the days into months."""
    days = [Day(day, tuple(group)) for day, group in groupby(tiles, key=lambda tile: tile.photo.sort_at.date())]
    return [Month(month, tuple(group)) for month, group in groupby(days, key=lambda day: day.day.replace(day=1))]


def month_key(month: date) -> str:
    """2026-10"""
    return f"{month.year:04}-{month.month:02}"


def years_of(buckets: Iterable[tuple[date, int]]) -> list[Year]:
    """(month, count) pairs, newest first, gathered into years."""
    return [Year(year, tuple(group)) for year, group in groupby(buckets, key=lambda bucket: bucket[0].year)]


def placeholder(colours: str) -> str:
    """The photo's own colours as a data URL: a 3x3 bitmap that a browser scales into a soft blur.

    ``colours`` are nine RGB bytes triples in hex, row by row from the top left; anything else gives "".
    """
    try:
        cells = bytes.fromhex(colours)
    except ValueError:
        return ""
    if len(cells) != _CELLS * 3:
        return ""
    rows = [cells[start : start + 9] for start in (18, 9, 0)]
    pixels = b"".join(b"".join(row[at : at + 3][::-1] for at in (0, 3, 6)) + b"\0\0\0" for row in rows)
    head = struct.pack(
        "<2sIHHIIiiHHIIiiII", b"BM", 54 + len(pixels), 0, 0, 54, 40, 3, 3, 1, 24, 0, len(pixels), 0, 0, 0, 0
    )
    return "data:image/bmp;base64," + base64.b64encode(head + pixels).decode()


def picture_url(photo: Photo, size: int, ending: str) -> str:
    """The address of one rendition; it changes with every new version, so it can be kept for ever."""
    return f"{API}/photos/{photo.pk}/thumb/{size}.{ending}?v={photo.version}"


def srcset(photo: Photo, ending: str) -> str:
    """All sizes of one format with their real widths: sizes count along the longest edge, never enlarged."""
    width, height = photo.width or 1, photo.height or 1
    longest = max(width, height)
    found = {round(width * min(size / longest, 1.0)): size for size in reversed(SIZES)}
    start, end = f"{API}/photos/{photo.pk}/thumb/", f".{ending}?v={photo.version}"
    return ", ".join(f"{start}{size}{end} {max(shown, 1)}w" for shown, size in sorted(found.items()))


def camera_facts(photo: Photo) -> list[tuple[str, str]]:
    """What the camera wrote down, in the words photographers use; only what is known."""
    make, model = photo.camera_make, photo.camera_model
    camera = model if model.lower().startswith(make.split(" ")[0].lower()) else f"{make} {model}".strip()
    facts = [
        ("Camera", camera),
        ("Lens", photo.lens),
        ("Aperture", f"f/{photo.aperture:g}" if photo.aperture else ""),
        ("Shutter", f"{photo.shutter} s" if photo.shutter else ""),
        ("ISO", str(photo.iso or "")),
        ("Focal length", f"{photo.focal_length:g} mm" if photo.focal_length else ""),
    ]
    return [(name, value) for name, value in facts if value]
