"""From bytes to nine pictures and everything known about the photo: the promise the ingest recipe builds on."""

import errno
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.imaging import codec, exif, fingerprint, ingest, renditions
from processing.imaging.errors import ImageRefused
from tests import synthetic
from tests.imaging.conftest import files_of, need

Ingested = Callable[..., dict[str, Any]]
METADATA_MARKS = (
    b"Exif\x00\x00",
    b"http://ns.adobe.com",
    b"<x:xmpmeta",
    b"ICC_PROFILE",
    b"Photoshop 3.0",
    b"SECRET-CAMERA",
)


def containers_metadata(data: bytes, kind: str) -> list[str]:
    """The names of metadata containers in an encoded picture, looked for in its own structure."""
    if kind == "jpeg":
        return [name for name in ("APP1", "APP2", "APP13", "COM") if name in _jpeg_segments(data)]
    if kind == "webp":
        return [name for name in _riff_chunks(data) if name in {"EXIF", "XMP ", "ICCP"}]
    return [name for name in ("Exif", "mime", "prof", "rICC") if name.encode() in data[: data.index(b"mdat")]]


def _jpeg_segments(data: bytes) -> list[str]:
    at, names = 2, []
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        marker = data[at + 1]
        names.append(f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else "COM" if marker == 0xFE else hex(marker))
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return names


def _riff_chunks(data: bytes) -> list[str]:
    at, names = 12, []
    while at < len(data):
        names.append(data[at : at + 4].decode())
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return names


def assert_nine_clean_renditions(work: Path, result: dict[str, Any]) -> None:
    made = {(entry["size"], entry["format"]): entry for entry in result["renditions"]}
    assert set(made) == set(renditions.EVERY)
    for (size, kind), entry in made.items():
        data = (work / "out" / entry["name"]).read_bytes()
        assert entry["name"] == f"{size}.{kind}"
        assert entry["bytes"] == len(data)
        with Image.open(io.BytesIO(data), formats=[kind.upper()]) as picture:
            assert (
                picture.size == (entry["width"], entry["height"]) == codec.fit(result["width"], result["height"], size)
            )
            assert not picture.getexif()
            assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(picture.info)
        assert containers_metadata(data, kind) == []
        assert not [mark for mark in METADATA_MARKS if mark in data]


SECRETS = {271: "SECRET-CAMERA", 315: "SECRET-CAMERA artist", 42033: "SECRET-CAMERA serial"}


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "heic", "avif"])
def test_nine_renditions_of_right_size_without_a_word_of_metadata(
    kind: str, ingested: Ingested, tmp_path: Path
) -> None:
    block = synthetic.exif(taken="2024:05:06 07:08:09", position=(35.0116, 135.7681), tags=SECRETS)
    result = ingested(synthetic.encoded(synthetic.scene(1500, 1000), kind, exif=block))
    assert (result["width"], result["height"], result["format"]) == (1500, 1000, kind)
    assert result["exif"]["make"] == "SECRET-CAMERA"
    assert result["exif"]["taken_at"] == "2024-05-06T07:08:09"
    assert result["place"]["name"] == "Kyoto"
    assert_nine_clean_renditions(tmp_path, result)


def test_a_profile_is_used_and_then_gone(ingested: Ingested, tmp_path: Path) -> None:
    result = ingested(synthetic.wide_gamut_jpeg((200, 60, 40), (1200, 900)))
    assert_nine_clean_renditions(tmp_path, result)
    for kind in renditions.FORMATS:
        with Image.open(tmp_path / "out" / f"512.{kind}") as picture:
            seen = np.asarray(picture.convert("RGB"))[200, 200].astype(int)
        assert np.abs(seen - np.array([200, 60, 40])).max() <= 8, (kind, seen)


def test_the_result_is_json_and_the_steps_come_in_order(stored: Callable[[bytes], Path]) -> None:
    path = stored(synthetic.jpeg(700, 500))
    heard: list[tuple[str, float]] = []
    result = ingest.run(path.parent, {"source": "original", "wanted": None}, lambda *step: heard.append(step))
    assert json.loads(json.dumps(result)) == result
    assert list(dict.fromkeys(step for step, _ in heard)) == ["decode", "renditions", "fingerprint", "details"]
    for step in ("decode", "renditions", "fingerprint", "details"):
        fractions = [fraction for name, fraction in heard if name == step]
        assert fractions == sorted(fractions)
        assert (fractions[0], fractions[-1]) == (0.0, 1.0)


def test_only_what_is_missing_is_made(ingested: Ingested, tmp_path: Path) -> None:
    result = ingested(synthetic.jpeg(), wanted=[[256, "avif"], [1024, "jpeg"]])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1024.jpeg", "256.avif"]
    assert len(result["renditions"]) == 2


def test_a_rerun_gives_the_same_bytes_and_the_same_fingerprints(ingested: Ingested, tmp_path: Path) -> None:
    data = synthetic.jpeg(900, 700)
    first = ingested(data)
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert ingested(data) == first
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files


def test_the_original_is_read_and_never_written(ingested: Ingested, tmp_path: Path) -> None:
    data = synthetic.jpeg()
    (tmp_path / "original").write_bytes(data)
    result = ingested(data)
    assert (tmp_path / "original").read_bytes() == data
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original", "out"]
    assert len(result["sha256"]) == 64


def test_a_small_picture_is_never_enlarged(ingested: Ingested) -> None:
    result = ingested(synthetic.encoded(synthetic.corners(30, 20), "png"))
    assert {(entry["width"], entry["height"]) for entry in result["renditions"]} == {(30, 20)}


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (63, 65), (257, 255), (1025, 33)])
def test_odd_shapes_get_all_nine(size: tuple[int, int], ingested: Ingested, tmp_path: Path) -> None:
    result = ingested(synthetic.encoded(Image.new("RGB", size, "teal"), "png"))
    assert_nine_clean_renditions(tmp_path, result)


def test_transparency_stays_in_avif_and_webp_and_is_white_paper_in_jpeg(ingested: Ingested, tmp_path: Path) -> None:
    result = ingested(synthetic.encoded(synthetic.cut_out((1200, 900)), "png"))
    assert result["has_alpha"]
    assert_nine_clean_renditions(tmp_path, result)
    for kind in ("avif", "webp"):
        with Image.open(tmp_path / "out" / f"512.{kind}") as picture:
            assert picture.mode == "RGBA"
            assert picture.getpixel((450, 200))[3] <= 5
            assert picture.getpixel((50, 200))[3] >= 250
    with Image.open(tmp_path / "out" / "512.jpeg") as picture:
        assert min(picture.getpixel((450, 200))) >= 250


def test_sizes_shrink_and_look_like_the_photo(ingested: Ingested, tmp_path: Path) -> None:
    picture = synthetic.scene(2400, 1600, 5)
    result = ingested(synthetic.encoded(picture, "jpeg", quality=95))
    for entry in result["renditions"]:
        with Image.open(tmp_path / "out" / entry["name"]) as made:
            seen = np.asarray(made.convert("RGB"), dtype=float)
        whole = np.asarray(picture.resize((entry["width"], entry["height"]), Image.Resampling.LANCZOS), dtype=float)
        assert np.abs(seen - whole).mean() < 6, entry


def test_a_position_without_a_gazetteer_costs_the_name_and_not_the_photo(
    ingested: Ingested, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: float) -> None:
        raise RuntimeError("no data")

    monkeypatch.setattr("processing.imaging.places.nearest", broken)
    result = ingested(synthetic.jpeg(exif=synthetic.exif(position=(35.0, 135.7))))
    assert result["place"] is None
    assert result["exif"]["latitude"] == pytest.approx(35.0)
    assert "place" in result["warnings"][0]


def test_a_refusal_reaches_the_engine_as_it_is(ingested: Ingested) -> None:
    with pytest.raises(ImageRefused) as refused:
        ingested(b"%PDF-1.7 hello")
    assert refused.value.code == "unsupported_format"


def test_limits_of_the_request_are_obeyed(ingested: Ingested) -> None:
    with pytest.raises(ImageRefused) as refused:
        ingested(synthetic.jpeg(), size_limit=100)
    assert refused.value.code == "too_large"


def test_a_full_disk_is_not_the_picture_s_fault(ingested: Ingested, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    data = synthetic.jpeg(100, 80)
    monkeypatch.setattr("processing.imaging.renditions.Path.write_bytes", _except_originals(full))
    with pytest.raises(OSError, match="No space left"):
        ingested(data)


def _except_originals(full: Callable[..., int]) -> Callable[[Path, bytes], int]:
    write = Path.write_bytes
    return lambda path, data: write(path, data) if path.name == "original" else full()


def test_a_missing_file_is_not_the_picture_s_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ingest.run(tmp_path, {"source": "original", "wanted": None}, lambda step, fraction: None)


HAS_DATE = {
    "canon_1000d_o6.jpg": "2008-07-01T17:27:03",
    "canon_450d.jpg": "2008-04-15T13:11:23",
    "canon_5d.jpg": "2005-09-25T00:31:00",
    "galaxy_s7.jpg": "2017-02-09T19:51:38",
    "img_2682.heic": "2019-03-21T11:04:22",
    "iphone13.heic": "2022-02-16T12:55:41",
    "lumix_lx7.jpg": "2014-11-19T23:06:56",
    "nikon_d90.jpg": "2011-04-25T01:55:30",
}
UPRIGHT = {
    "canon_1000d_o6.jpg": (2592, 3888),
    "iphone13.heic": (3024, 4032),
    "img_2682.heic": (4032, 3024),
    "book_flowers.jpg": (3024, 4032),
}


@pytest.mark.parametrize("path", files_of("photos", ".jpg", ".heic"), ids=lambda path: path.name)
def test_every_real_photo_gets_nine_clean_upright_renditions_and_its_date(
    path: Path, ingested: Ingested, tmp_path: Path
) -> None:
    data = need(path).read_bytes()
    result = ingested(data)
    assert_nine_clean_renditions(tmp_path, result)
    assert (result["exif"]["taken_at"] or "")[:19] == HAS_DATE.get(path.name, "")
    assert (result["width"], result["height"]) == UPRIGHT.get(path.name, (result["width"], result["height"]))
    assert result["sha256"] == fingerprint.sha256(io.BytesIO(data))
    assert len(result["colours"]) == 54


def test_orientation_is_in_the_pixels_of_a_real_photo(ingested: Ingested, tmp_path: Path) -> None:
    """The Canon that was held upright: its derived picture matches the one an independent reader turns."""
    from PIL import ImageOps

    path = need(files_of("photos", ".jpg")[0].parent / "canon_1000d_o6.jpg")
    ingested(path.read_bytes(), wanted=[[256, "jpeg"]])
    with Image.open(path) as stored, Image.open(tmp_path / "out" / "256.jpeg") as made:
        upright = ImageOps.exif_transpose(stored).convert("RGB").resize(made.size, Image.Resampling.LANCZOS)
        assert np.abs(np.asarray(upright, dtype=float) - np.asarray(made, dtype=float)).mean() < 4


def test_exif_of_the_result_has_every_field_of_the_contract(ingested: Ingested) -> None:
    assert set(ingested(synthetic.jpeg(), wanted=[])["exif"]) == set(exif.Exif.__dataclass_fields__)
