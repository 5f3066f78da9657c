"""What the camera wrote, read with distrust: never raises, keeps what could be read, cleans every string.

Pillow and libheif read the tags; exiftool, when it is on PATH, fills in what they miss (maker notes: lenses, ISO).
"""

import contextlib
import dataclasses
import datetime
import json
import math
import re
import shutil
import subprocess
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from processing.imaging.types import Exif, Format

STRING_BYTES = 1000
EXIFTOOL_SECONDS = 10
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_DATES = (
    # (date, sub-seconds, offset): DateTimeOriginal, CreateDate, ModifyDate
    (36867, 37521, 36881),
    (36868, 37522, 36882),
    (306, 37520, 36880),
)
_MAKE, _MODEL, _LENS = 271, 272, 42036
_ISO, _APERTURE, _SHUTTER, _FOCAL = 34855, 33437, 33434, 37386
_LAT_REF, _LAT, _LON_REF, _LON, _ALT_REF, _ALT = 1, 2, 3, 4, 5, 6
_DATE = re.compile(r"^\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d+))?")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\s*$")

Tags = dict[int, Any]


def read(path: Path, kind: Format) -> Exif:
    """Everything readable about the picture at ``path``, which magic bytes say is a ``kind``."""
    tags = _read_tags(path, kind)
    found = from_tags(tags)
    return _completed(found, _exiftool(path))


def from_tags(tags: Tags) -> Exif:
    """The fields of a flat tag table (GPS tags under negative numbers: -2 is GPSLatitude)."""
    taken_at, offset = _taken(tags)
    latitude, longitude = _position(tags)
    return Exif(
        taken_at=taken_at,
        offset=offset,
        latitude=latitude,
        longitude=longitude,
        altitude=_altitude(tags),
        make=clean(tags.get(_MAKE)),
        model=clean(tags.get(_MODEL)),
        lens=clean(tags.get(_LENS)),
        iso=_whole(tags.get(_ISO), 1, 2**31 - 1),
        aperture=_positive(tags.get(_APERTURE), 1000),
        shutter=shutter_text(_positive(tags.get(_SHUTTER), 86400 * 7)),
        focal_length=_positive(tags.get(_FOCAL), 100_000),
    )


def clean(value: Any) -> str:
    """``value`` as text of at most 1 kB without control, format and half characters, spaces at its ends removed."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        return ""
    text = value.split("\x00", maxsplit=1)[0][: STRING_BYTES * 2]
    kept = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return kept.strip().encode()[:STRING_BYTES].decode(errors="ignore").strip()


def shutter_text(seconds: float | None) -> str:
    """``0.004`` as people say it: "1/250"; a third of a second and longer as a number."""
    if seconds is None:
        return ""
    if seconds < 0.3:
        return f"1/{round(1 / seconds)}"
    return f"{seconds:.1f}".rstrip("0").rstrip(".")


def parse_date(text: Any, subseconds: Any = None, offset: Any = None) -> tuple[str | None, str | None]:
    """(ISO 8601 local time, "+hh:mm") of a tag like "2019:03:21 11:04:22"; None where it means nothing."""
    found = _DATE.match(clean(text))
    if not found:
        return None, None
    fraction = re.sub(r"\D.*", "", clean(subseconds)) or found.group(7) or ""
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        micro = int(fraction[:6].ljust(6, "0")) if fraction.isascii() and fraction else 0
        moment = datetime.datetime(year, month, day, hour, minute, second, micro)
    except ValueError:
        return None, None
    if moment.year < 1800:
        return None, None
    return moment.isoformat(), _offset(clean(offset)) or _offset(clean(text)[found.end() :])


def _offset(text: str) -> str | None:
    found = _OFFSET.search(text)
    if not found or int(found.group(2)) > 14 or int(found.group(3)) > 59:
        return None
    return f"{found.group(1)}{found.group(2)}:{found.group(3)}"


def _taken(tags: Tags) -> tuple[str | None, str | None]:
    for date, subseconds, offset in _DATES:
        moment, zone = parse_date(tags.get(date), tags.get(subseconds), tags.get(offset))
        if moment:
            return moment, zone
    return None, None


def _position(tags: Tags) -> tuple[float | None, float | None]:
    """Both or neither: half a position and the point where nobody stands (0, 0) are no position."""
    latitude = _angle(tags.get(-_LAT), tags.get(-_LAT_REF), "S", 90)
    longitude = _angle(tags.get(-_LON), tags.get(-_LON_REF), "W", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _angle(value: Any, reference: Any, negative: str, limit: int) -> float | None:
    parts = [_number(part) for part in value] if isinstance(value, tuple | list) else [_number(value)]
    if not 1 <= len(parts) <= 3 or any(part is None for part in parts):
        return None
    degrees = sum((part or 0) / 60**power for power, part in enumerate(parts))
    if clean(reference).upper().startswith(negative):
        degrees = -degrees
    return round(degrees, 7) if abs(degrees) <= limit else None


def _altitude(tags: Tags) -> float | None:
    metres = _number(tags.get(-_ALT))
    if metres is None or not -12_000 <= metres <= 100_000:
        return None
    return round(-metres if tags.get(-_ALT_REF) in {b"\x01", 1} else metres, 2)


def _number(value: Any) -> float | None:
    if isinstance(value, tuple | list):
        value = value[0] if value else None
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) else None


def _positive(value: Any, limit: float) -> float | None:
    number = _number(value)
    if number is None or not 1e-7 < number <= limit:
        return None
    return float(f"{number:.6g}")


def _whole(value: Any, least: int, most: int) -> int | None:
    number = _number(value)
    return round(number) if number is not None and least <= number <= most else None


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Hostile tags make the readers raise nearly anything, and warn: what was read until then is what counts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):
            yield


def _read_tags(path: Path, kind: Format) -> Tags:
    tags: Tags = {}
    with _quietly():
        if kind is Format.HEIC:
            _collect(_heic_table(path), tags)
        else:
            # A TIFF's inner directories are read from the file when asked for: it must still be open then.
            with Image.open(path, formats=[kind.value.upper()]) as picture:
                _collect(picture.getexif(), tags)
    return tags


def _collect(table: Image.Exif, tags: Tags) -> None:
    with _quietly():
        tags.update(table)
    with _quietly():
        tags.update(table.get_ifd(_EXIF_IFD))
    with _quietly():
        tags.update({-number: value for number, value in table.get_ifd(_GPS_IFD).items()})


def _heic_table(path: Path) -> Image.Exif:
    import pillow_heif

    table = Image.Exif()
    opened = pillow_heif.open_heif(path)
    block: Any = opened[opened.primary_index].info.get("exif")
    if block:
        table.load(block)
    return table


_EXIFTOOL_TAGS = (
    "DateTimeOriginal", "CreateDate", "ModifyDate", "OffsetTimeOriginal", "GPSLatitude", "GPSLongitude",
    "GPSAltitude", "Make", "Model", "LensModel", "LensID", "Lens", "ISO", "FNumber", "ExposureTime", "FocalLength",
)  # fmt: skip


def _exiftool(path: Path) -> Exif:
    """The same fields by exiftool; empty when it is not installed, slow or unhappy."""
    program = shutil.which("exiftool")
    if program is None:
        return Exif()
    # Printed lens names, plain numbers for the rest.
    names = [f"-{name}#" if not name.startswith("Lens") else f"-{name}" for name in _EXIFTOOL_TAGS]
    with _quietly():
        answer = subprocess.run(
            [program, "-json", "-fast2", *names, str(path.resolve())],
            capture_output=True,
            timeout=EXIFTOOL_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        (fields,) = json.loads(answer.stdout)
        return _from_exiftool(fields)
    return Exif()


def _from_exiftool(fields: Mapping[str, Any]) -> Exif:
    moments = [
        parse_date(fields.get(name), None, fields.get("OffsetTimeOriginal") if name == "DateTimeOriginal" else None)
        for name in ("DateTimeOriginal", "CreateDate", "ModifyDate")
    ]
    taken_at, offset = next((moment for moment in moments if moment[0]), (None, None))
    latitude, longitude = _position({-_LAT: fields.get("GPSLatitude"), -_LON: fields.get("GPSLongitude")})
    lenses = (clean(fields.get(name)) for name in ("LensModel", "LensID", "Lens"))
    return Exif(
        taken_at=taken_at,
        offset=offset,
        latitude=latitude,
        longitude=longitude,
        altitude=_altitude({-_ALT: fields.get("GPSAltitude")}),
        make=clean(fields.get("Make")),
        model=clean(fields.get("Model")),
        lens=next((lens for lens in lenses if lens and not lens.startswith("Unknown")), ""),
        iso=_whole(fields.get("ISO"), 1, 2**31 - 1),
        aperture=_positive(fields.get("FNumber"), 1000),
        shutter=shutter_text(_positive(fields.get("ExposureTime"), 86400 * 7)),
        focal_length=_positive(fields.get("FocalLength"), 100_000),
    )


_TOGETHER = (("taken_at", "offset"), ("latitude", "longitude"))


def _completed(first: Exif, second: Exif) -> Exif:
    """``first`` with its gaps filled by ``second``; a date keeps its own zone, a position stays whole."""
    gaps = {
        field.name: getattr(second, field.name)
        for field in dataclasses.fields(Exif)
        if getattr(first, field.name) in {None, ""}
    }
    for leader, follower in _TOGETHER:
        if leader not in gaps:
            gaps.pop(follower, None)
    return dataclasses.replace(first, **gaps)
