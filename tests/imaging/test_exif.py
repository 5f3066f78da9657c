"""What the camera wrote is read with distrust, and hostile tags cost nothing but themselves."""

import datetime
import math
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from processing.imaging import exif
from processing.imaging.types import Exif, Format
from tests import synthetic
from tests.imaging.conftest import files_of, need

Store = Callable[[bytes], Path]


def read(store: Store, **tags: Any) -> Exif:
    return exif.read(store(synthetic.encoded(synthetic.corners(), "jpeg", exif=synthetic.exif(**tags))), Format.JPEG)


def test_every_field_is_read(stored: Store) -> None:
    found = read(
        stored,
        taken="2024:05:06 07:08:09",
        position=(-33.8568, 151.2153),
        altitude=-12.5,
        tags={271: "Canon", 272: "EOS 90D"},
        exif_tags={
            37521: "25", 36881: "+10:00", 42036: "EF 50mm f/1.8", 34855: 400, 33437: 1.8, 33434: 0.004, 37386: 50.0,
        },
    )  # fmt: skip
    assert found == Exif(
        taken_at="2024-05-06T07:08:09.250000", offset="+10:00", latitude=found.latitude, longitude=found.longitude,
        altitude=-12.5, make="Canon", model="EOS 90D", lens="EF 50mm f/1.8", iso=400, aperture=1.8, shutter="1/250",
        focal_length=50.0,
    )  # fmt: skip
    assert found.latitude == pytest.approx(-33.8568, abs=1e-5)
    assert found.longitude == pytest.approx(151.2153, abs=1e-5)


def test_the_date_is_the_moment_of_taking_then_of_digitising_then_of_changing(stored: Store) -> None:
    dates = {36867: "2001:01:01 01:01:01", 36868: "2002:02:02 02:02:02"}
    assert read(stored, exif_tags=dates, tags={306: "2003:03:03 03:03:03"}).taken_at == "2001-01-01T01:01:01"
    dates[36867] = "0000:00:00 00:00:00"
    assert read(stored, exif_tags=dates, tags={306: "2003:03:03 03:03:03"}).taken_at == "2002-02-02T02:02:02"
    assert read(stored, tags={306: "2003:03:03 03:03:03"}).taken_at == "2003-03-03T03:03:03"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024:05:06 07:08:09", ("2024-05-06T07:08:09", None)),
        ("2024-05-06T07:08:09", ("2024-05-06T07:08:09", None)),
        ("2024:05:06 07:08:09.5+02:00", ("2024-05-06T07:08:09.500000", "+02:00")),
        ("2024:05:06 07:08", ("2024-05-06T07:08:00", None)),
        ("2024:13:06 07:08:09", (None, None)),
        ("0001:01:01 00:00:00", (None, None)),
        ("    :  :     :  :  ", (None, None)),
        ("yesterday", (None, None)),
        ("", (None, None)),
    ],
)
def test_dates_as_cameras_write_them(text: str, expected: tuple[str | None, str | None]) -> None:
    assert exif.parse_date(text) == expected


@given(st.text(), st.text(), st.text())
def test_any_date_text_gives_a_date_or_nothing(text: str, fraction: str, offset: str) -> None:
    taken_at, zone = exif.parse_date(text, fraction, offset)
    if taken_at is None:
        assert zone is None
    else:
        assert datetime.datetime.fromisoformat(taken_at + (zone or "")).year >= 1800


@given(st.datetimes(min_value=datetime.datetime(1800, 1, 1)), st.integers(0, 999_999))
def test_every_real_date_comes_back(moment: datetime.datetime, micro: int) -> None:
    moment = moment.replace(microsecond=micro)
    taken_at, _ = exif.parse_date(moment.strftime("%Y:%m:%d %H:%M:%S"), f"{micro:06d}")
    assert taken_at == moment.isoformat()


@given(st.one_of(st.text(), st.binary(), st.integers(), st.none()))
def test_strings_are_short_and_without_control_characters(value: Any) -> None:
    cleaned = exif.clean(value)
    assert len(cleaned.encode()) <= 1000
    assert cleaned == cleaned.strip()
    assert cleaned.isprintable() or all(letter.isspace() or letter.isprintable() for letter in cleaned)
    assert not set(cleaned) & {"\x00", "\x1b", "\n", "\u202e", "\u200b", "\ufeff"}


def test_a_long_string_is_cut_at_a_whole_letter() -> None:
    assert exif.clean("ü" * 5000) == "ü" * 500


VALUES = st.one_of(
    st.none(), st.text(max_size=20), st.binary(max_size=20), st.integers(), st.floats(), st.just((1.0, 0.0)),
    st.lists(st.floats(), max_size=5).map(tuple), st.tuples(st.text(max_size=3), st.integers()),
)  # fmt: skip
TAGS = st.sampled_from([271, 272, 306, 33434, 33437, 34855, 36867, 36881, 37386, 37521, 42036, -1, -2, -3, -4, -5, -6])


@given(st.dictionaries(TAGS, VALUES))
def test_any_tag_table_gives_fields_within_their_ranges(tags: dict[int, Any]) -> None:
    found = exif.from_tags(tags)
    assert (found.latitude is None) == (found.longitude is None)
    if found.latitude is not None and found.longitude is not None:
        assert abs(found.latitude) <= 90
        assert abs(found.longitude) <= 180
    for number in (found.altitude, found.aperture, found.focal_length):
        assert number is None or math.isfinite(number)
    assert found.iso is None or 1 <= found.iso < 2**31
    assert len(found.shutter) <= 30


def test_half_a_position_and_the_point_in_the_gulf_of_guinea_are_no_position() -> None:
    assert exif.from_tags({-1: "N", -2: (35.0, 0.0, 0.0)}).latitude is None
    assert exif.from_tags({-1: "N", -2: (0.0, 0.0, 0.0), -3: "E", -4: (0.0, 0.0, 0.0)}).latitude is None
    assert exif.from_tags({-2: (95.0, 0, 0), -4: (10.0, 0, 0)}).longitude is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.004, "1/250"), (1 / 3, "0.3"), (0.25, "1/4"), (1.0, "1"), (2.5, "2.5"), (30.0, "30"), (None, "")],
)
def test_shutter_times_read_as_people_say_them(seconds: float | None, text: str) -> None:
    assert exif.shutter_text(seconds) == text


@pytest.mark.parametrize("kind", ["png", "webp", "tiff", "heic", "avif"])
def test_every_format_s_own_way_of_carrying_exif_is_known(kind: str, stored: Store) -> None:
    block = synthetic.exif(taken="2024:05:06 07:08:09", position=(58.3, -134.42), tags={271: "Canon"})
    path = stored(synthetic.encoded(synthetic.corners(), kind, exif=block))
    found = exif.read(path, Format(kind))
    assert (found.taken_at, found.make) == ("2024-05-06T07:08:09", "Canon")
    assert found.longitude == pytest.approx(-134.42, abs=1e-4)


@given(st.binary(max_size=300))
def test_a_block_of_any_bytes_never_raises(tail: bytes) -> None:
    table = Image.Exif()
    tags: dict[int, Any] = {}
    with exif._quietly():
        table.load(b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + tail)
    exif._collect(table, tags)
    assert isinstance(exif.from_tags(tags), Exif)


@pytest.mark.parametrize("path", files_of("bad", ".jpg"), ids=lambda path: path.name)
def test_hostile_files_give_what_can_be_read_and_no_error(path: Path) -> None:
    found = exif.read(need(path), Format.JPEG)
    for text in (found.make, found.model, found.lens):
        assert len(text.encode()) <= 1000
    if path.name == "exif_xss_and_gps_paris.jpg":
        assert found.latitude == pytest.approx(48.85, abs=0.1)
    if path.name == "exif_bad_orientation_bad_gps.jpg":
        assert found.latitude is None


EXIFTOOL = """#!/bin/sh
echo '[{"LensModel": "EF 50mm", "ISO": 800, "Make": "Other", "GPSLatitude": 10.5, "GPSLongitude": -20.25,
 "DateTimeOriginal": "2020:01:02 03:04:05", "OffsetTimeOriginal": "+09:00", "ExposureTime": 0.01, "FNumber": "n/a"}]'
"""


def put_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "bin" / "exiftool"
    program.parent.mkdir()
    program.write_text(script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_exiftool_fills_gaps_and_changes_nothing_that_is_known(
    stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path, monkeypatch, EXIFTOOL)
    found = read(stored, taken="2024:05:06 07:08:09", tags={271: "Canon"})
    assert (found.make, found.lens, found.iso, found.shutter) == ("Canon", "EF 50mm", 800, "1/100")
    assert (found.taken_at, found.offset) == ("2024-05-06T07:08:09", None)
    assert (found.latitude, found.longitude, found.aperture) == (10.5, -20.25, None)


@pytest.mark.parametrize("script", ["#!/bin/sh\necho nonsense\n", "#!/bin/sh\nexit 3\n", "#!/bin/sh\nsleep 5\n"])
def test_an_exiftool_that_fails_or_hangs_costs_nothing(
    script: str, stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path, monkeypatch, script)
    monkeypatch.setattr(exif, "EXIFTOOL_SECONDS", 0.5)
    assert read(stored, tags={271: "Canon"}).make == "Canon"
