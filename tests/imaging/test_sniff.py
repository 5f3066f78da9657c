"""What a file is, is read from its bytes; what is refused is named."""

import io
import pickle
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.imaging import headers
from processing.imaging.errors import Code, ImageRefused, decoding, from_decoder
from processing.imaging.headers import Limits
from processing.imaging.sniff import HEAD_BYTES, identify
from processing.imaging.types import Format
from tests import synthetic

KINDS = ("jpeg", "png", "webp", "gif", "tiff", "heic", "avif")


@pytest.mark.parametrize("kind", KINDS)
def test_each_accepted_format_is_known_by_its_first_bytes(kind: str) -> None:
    data = synthetic.encoded(synthetic.corners(), kind)
    assert identify(data[:HEAD_BYTES]) is Format(kind)
    assert headers.read(io.BytesIO(data)) == headers.Header(Format(kind), 96, 64)


def ftyp(brand: bytes, *compatible: bytes) -> bytes:
    body = brand + b"\x00" * 4 + b"".join(compatible)
    return struct.pack(">I4s", 8 + len(body), b"ftyp") + body + b"\x00" * 64


REFUSED = {
    "Canon CR2": b"II*\x00\x10\x00\x00\x00CR\x02\x00",
    "Canon CR3": ftyp(b"crx ", b"crx ", b"isom"),
    "Fujifilm RAF": b"FUJIFILMCCD-RAW 0201",
    "Olympus ORF": b"IIRO\x08\x00\x00\x00",
    "Panasonic RW2": b"IIU\x00\x18\x00\x00\x00",
    "Live Photo": ftyp(b"qt  ", b"qt  "),
    "video (MP4)": ftyp(b"mp42", b"isom", b"mp42"),
    "video (WebM": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01",
    "video (AVI)": b"RIFF\x24\x00\x00\x00AVI LIST",
    "PDF document": b"%PDF-1.7\n",
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "SVG drawing": b'<?xml version="1.0"?>\n<!-- hello --><svg xmlns="http://www.w3.org/2000/svg"/>',
    "web page": b"\n\n  <!DOCTYPE html><html><body>hello</body></html>",
    "ZIP archive": b"PK\x03\x04\x14\x00",
    "Photoshop": b"8BPS\x00\x01",
    "JPEG XL": b"\xff\x0a\xfa\x1f",
    "JPEG 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n",
    "Windows bitmap": b"BM\x36\x00\x00\x00",
    "MVG": b"push graphic-context\nviewbox 0 0 1 1\n",
    "script": b"#!/bin/sh\necho hello\n",
    "text file": b"just a few words, nothing else\n",
    "HEIF variant": ftyp(b"mif1", b"mif1", b"jpeg"),
    "unknown kind": b"\x01\x02\x03\x04\x05\x06\x07\x08",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ImageRefused) as refused:
        identify(REFUSED[name])
    assert refused.value.code == "unsupported_format"
    assert name in refused.value.detail
    assert refused.value.detail.startswith("This is a")
    assert refused.value.suggestion.endswith(".")


def test_an_empty_file_says_so() -> None:
    with pytest.raises(ImageRefused, match="The file is empty"):
        headers.read(io.BytesIO(b""))


def tiff_with(tags: dict[int, int], order: str = "<") -> bytes:
    """A TIFF header and one directory of LONG tags; no picture behind it."""
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    return mark + struct.pack(order + "IH", 8, len(tags)) + entries + b"\x00" * 4


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({256: 160, 257: 120, 50706: 0x01040000}, "DNG"),
        ({254: 1, 256: 160, 257: 120, 259: 34713}, "NEF"),
        ({256: 160, 257: 120, 259: 32767}, "ARW"),
        ({256: 4000, 257: 3000, 262: 32803}, "camera RAW file"),
        ({254: 1, 256: 160, 257: 120, 271: 8, 330: 9_999_999}, "camera RAW file"),
    ],
)
def test_a_raw_file_in_the_clothes_of_a_tiff_is_named(tags: dict[int, int], kind: str, order: str) -> None:
    with pytest.raises(ImageRefused) as refused:
        headers.read(io.BytesIO(tiff_with(tags, order)))
    assert kind in refused.value.detail
    assert "camera's software" in refused.value.suggestion


def test_a_plain_tiff_by_a_camera_is_no_raw_file() -> None:
    assert headers.read(io.BytesIO(tiff_with({256: 160, 257: 120, 271: 8}))).width == 160


@given(st.binary(max_size=600))
def test_any_bytes_are_a_format_or_a_refusal(data: bytes) -> None:
    try:
        assert headers.read(io.BytesIO(data)).width >= 1
    except ImageRefused as refused:
        assert refused.detail.endswith(".")
        assert refused.suggestion.endswith(".")


@given(st.sampled_from(KINDS), st.integers(0, 400), st.binary(min_size=1, max_size=40), st.integers(0, 2000))
def test_a_scratched_header_never_raises_anything_else(kind: str, at: int, scratch: bytes, length: int) -> None:
    data = bytearray(_SAMPLES[kind])
    data[at : at + len(scratch)] = scratch
    try:
        found = headers.read(io.BytesIO(bytes(data[: max(1, length)])))
        assert 1 <= found.width <= 20_000
        assert found.width * found.height <= 100_000_000
    except ImageRefused as refused:
        assert refused.code in set(Code)


_SAMPLES = {kind: synthetic.encoded(synthetic.corners(48, 32), kind) for kind in KINDS}


@given(st.integers(-5, 40_000), st.integers(-5, 40_000))
def test_the_limits_are_exactly_the_promised_ones(width: int, height: int) -> None:
    fits = 1 <= width <= 20_000 and 1 <= height <= 20_000 and width * height <= 100_000_000
    try:
        Limits().check_pixels(width, height)
        assert fits
    except ImageRefused:
        assert not fits


@pytest.mark.parametrize("size", [(2**31, 2**31), (19_000, 19_000), (20_001, 1), (0, 5)])
def test_the_header_alone_is_enough_to_refuse_a_size(size: tuple[int, int]) -> None:
    with pytest.raises(ImageRefused):
        headers.read(io.BytesIO(synthetic.png_claiming(*size)))


def test_50_mib_are_taken_and_one_byte_more_is_not() -> None:
    Limits().check_size(50 * 1024 * 1024)
    with pytest.raises(ImageRefused) as refused:
        Limits().check_size(50 * 1024 * 1024 + 1)
    assert refused.value.code == "too_large"


def test_a_refusal_survives_the_way_out_of_the_sandbox() -> None:
    refusal = ImageRefused("corrupt_image", "It is broken.", "Choose another.")
    again = pickle.loads(pickle.dumps(refusal))
    assert (again.code, again.detail, again.suggestion, str(again)) == (
        "corrupt_image", "It is broken.", "Choose another.", "It is broken.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError("broken data stream"), "corrupt_image"),
        (SyntaxError("not a TIFF"), "corrupt_image"),
        (struct.error("unpack requires 4 bytes"), "corrupt_image"),
        (ValueError("x"), "corrupt_image"),
        (MemoryError(), "too_demanding"),
        (OSError("truncated file"), "corrupt_image"),
        (type("DecompressionBombError", (Exception,), {"__module__": "PIL.Image"})("x"), "too_many_pixels"),
        (type("Error", (Exception,), {"__module__": "pyvips.error"})("out of memory --- 5 MB"), "too_demanding"),
    ],
)
def test_whatever_a_decoder_raises_is_one_refusal_with_a_sentence(error: Any, code: str) -> None:
    with pytest.raises(ImageRefused) as refused, decoding():
        raise error
    assert refused.value.code == code == from_decoder(error).code
    assert refused.value.__cause__ is error
    assert refused.value.detail.endswith(".")


def test_what_is_not_the_picture_s_fault_is_not_hidden() -> None:
    class Interrupted(Exception):
        pass

    with pytest.raises(Interrupted), decoding():
        raise Interrupted
    with pytest.raises(KeyboardInterrupt), decoding():
        raise KeyboardInterrupt
