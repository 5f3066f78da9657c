"""What the pixel functions hand each other and the job engine: frozen, JSON-able, without behaviour."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A string, so that a web process may know the formats without loading numpy.
Pixels: TypeAlias = "NDArray[np.uint8]"
"""Height x width x 3 (sRGB) or x 4 (sRGB + straight alpha), uint8, top row first, already upright."""


class Format(StrEnum):
    """What originals may be."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    TIFF = "tiff"
    HEIC = "heic"
    AVIF = "avif"

    @property
    def content_type(self) -> str:
        return f"image/{self.value}"


@dataclass(frozen=True)
class Header:
    """What the first bytes say, before anything is decoded. ``width`` x ``height`` in pixels as stored."""

    format: Format
    width: int
    height: int


@dataclass(frozen=True)
class Decoded:
    """A picture small enough to work with: its longest edge is at most 1024 px.

    ``width`` x ``height`` are those of the ORIGINAL in pixels, upright.
    """

    pixels: Pixels
    header: Header
    width: int
    height: int


@dataclass(frozen=True)
class RenditionFile:
    """One derived picture: ``name`` lies in the output folder, ``bytes`` is its length."""

    name: str
    size: int
    format: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True)
class Exif:
    """What a camera wrote. ``taken_at`` is the local wall time in ISO 8601 without zone, ``offset`` like "+01:00".

    Latitude and longitude in degrees (north and east positive), altitude in metres above the sea (negative below),
    ``aperture`` the f-number, ``shutter`` seconds as people write them ("1/250"), ``focal_length`` in millimetres.
    """

    taken_at: str | None = None
    offset: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    make: str = ""
    model: str = ""
    lens: str = ""
    iso: int | None = None
    aperture: float | None = None
    shutter: str = ""
    focal_length: float | None = None


@dataclass(frozen=True)
class Place:
    """The nearest town of a position: names in English or Latin script, ``label`` as shown to people."""

    name: str
    region: str
    country: str
    country_code: str
    label: str
