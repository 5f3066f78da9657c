"""Width and height from a file's header, read with a handful of seeks: no decoder sees a file before this has.

Sources: the PNG, GIF89a, JFIF/ITU-T T.81, WebP container, TIFF 6.0 / BigTIFF and ISO 23008-12 specifications.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from processing.imaging.errors import Code, ImageRefused, corrupt, decoding
from processing.imaging.sniff import HEAD_BYTES, identify, raw_refusal
from processing.imaging.types import Format, Header

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much one picture may be: bytes of the file, pixels in all, pixels a side."""

    size: int = 50 * MEBIBYTE
    pixels: int = 100_000_000
    side: int = 20_000

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "Limits":
        """What a job's request says about ``size_limit``, ``pixel_limit`` and ``side_limit``, else the usual."""
        usual = cls()
        return cls(
            size=request.get("size_limit") or usual.size,
            pixels=request.get("pixel_limit") or usual.pixels,
            side=request.get("side_limit") or usual.side,
        )

    def check_size(self, size: int) -> None:
        if size > self.size:
            raise ImageRefused(
                Code.TOO_LARGE,
                f"The file has {size / MEBIBYTE:.0f} MB; at most {self.size / MEBIBYTE:.0f} MB are taken.",
                "Save it as JPEG or with fewer pixels and upload that.",
            )

    def check_pixels(self, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise corrupt("The picture says it has no pixels.")
        if max(width, height) > self.side:
            raise ImageRefused(
                Code.TOO_MANY_PIXELS,
                f"The picture is {width} x {height} pixels; a side may have at most {self.side}.",
                "Cut it or make it smaller and upload that.",
            )
        if width * height > self.pixels:
            raise ImageRefused(
                Code.TOO_MANY_PIXELS,
                f"The picture has {width * height / 1e6:.0f} million pixels; {self.pixels / 1e6:.0f} are the most.",
                "Make it smaller and upload that.",
            )


def read(file: BinaryIO, limits: Limits | None = None) -> Header:
    """Format and stored size of a seekable file, within ``limits``. Raises ImageRefused."""
    limits = limits or Limits()
    limits.check_size(file.seek(0, 2))
    file.seek(0)
    head = file.read(HEAD_BYTES)
    found = identify(head)
    with decoding():
        width, height = _READERS[found](file, head)
    limits.check_pixels(width, height)
    return Header(found, width, height)


def _png(_: BinaryIO, head: bytes) -> tuple[int, int]:
    if head[12:16] != b"IHDR":
        raise corrupt()
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _gif(_: BinaryIO, head: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", head[6:10])
    return width, height


_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


def _jpeg(file: BinaryIO, _: bytes) -> tuple[int, int]:
    """Walk the segments to the frame header; a file that hides it behind thousands of segments is refused."""
    file.seek(2)
    for _step in range(4096):
        marker = _next_marker(file)
        if marker in _BARE_MARKERS:
            continue
        if marker in {0xD9, 0xDA}:
            break
        (length,) = struct.unpack(">H", file.read(2))
        if marker in _FRAME_MARKERS:
            _precision, height, width = struct.unpack(">BHH", file.read(5))
            return width, height
        if length < 2:
            break
        file.seek(length - 2, 1)
    raise corrupt()


def _next_marker(file: BinaryIO) -> int:
    for _step in range(65536):
        byte = file.read(1)
        if not byte:
            raise corrupt("The picture is incomplete: the file ends before the picture does.")
        if byte == b"\xff":
            code = file.read(1)
            while code == b"\xff":
                code = file.read(1)
            if code not in {b"", b"\x00"}:
                return code[0]
    raise corrupt()


def _webp(_: BinaryIO, head: bytes) -> tuple[int, int]:
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L" and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise corrupt()


_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
_DNG_VERSION, _CFA, _LINEAR_RAW = 50706, 32803, 34892
_RAW_COMPRESSIONS = {32767: "Sony ARW", 32769: "Epson ERF", 34713: "Nikon NEF", 65535: "Pentax PEF"}


def _tiff(file: BinaryIO, head: bytes) -> tuple[int, int]:
    order = "<" if head[:2] == b"II" else ">"
    is_big = head[2:4] in {b"+\x00", b"\x00+"}
    (at,) = struct.unpack(order + ("Q" if is_big else "I"), head[8:16] if is_big else head[4:8])
    first = _directory(file, at, order, is_big)
    _refuse_raw(file, first, order, is_big)
    return first[256], first[257]


def _directory(file: BinaryIO, at: int, order: str, is_big: bool) -> dict[int, int]:
    """The tags of one directory, with the numbers that fit in the entry itself."""
    file.seek(at)
    count_format, entry_format, width = ("Q", "HHQ8s", 20) if is_big else ("H", "HHI4s", 12)
    (count,) = struct.unpack(order + count_format, file.read(8 if is_big else 2))
    if count > 4096:
        raise corrupt()
    block, tags = file.read(count * width), {}
    for tag, kind, number, value in struct.iter_unpack(order + entry_format, block):
        size = _TIFF_SIZES.get(kind, 0)
        byte_order = "little" if order == "<" else "big"
        whole = size if 0 < size * number <= len(value) else len(value)
        tags[tag] = int.from_bytes(value[:whole], byte_order)  # type: ignore[arg-type]
    return tags


def _refuse_raw(file: BinaryIO, first: dict[int, int], order: str, is_big: bool) -> None:
    """Most RAW formats are TIFFs whose first directory is a preview: decoding that would lose the photo silently."""
    if _DNG_VERSION in first:
        raise raw_refusal("DNG")
    directories = [first]
    if 330 in first:
        try:
            directories.append(_directory(file, first[330], order, is_big))
        except (ImageRefused, struct.error, OSError, ValueError):
            directories.append({})
    for directory in directories:
        compression = directory.get(259, 0)
        if compression in _RAW_COMPRESSIONS:
            raise raw_refusal(_RAW_COMPRESSIONS[compression])
        if directory.get(262) in {_CFA, _LINEAR_RAW}:
            raise raw_refusal("")
    # A reduced preview first, its full picture elsewhere, made by a camera: NEF, ARW and their like.
    if first.get(254, 0) & 1 and 330 in first and 271 in first:
        raise raw_refusal("")


_CONTAINERS = frozenset({b"meta", b"iprp", b"ipco"})


def _heif(file: BinaryIO, _: bytes) -> tuple[int, int]:
    """The largest ``ispe`` (image spatial extents) property: the whole of a grid, never one of its tiles."""
    end = file.seek(0, 2)
    sizes: list[tuple[int, int]] = []
    _walk(file, 0, end, sizes, budget=[2048])
    if not sizes:
        raise corrupt()
    return max(sizes, key=lambda size: size[0] * size[1])


def _walk(file: BinaryIO, start: int, end: int, sizes: list[tuple[int, int]], budget: list[int]) -> None:
    while start + 8 <= end and budget[0] > 0:
        budget[0] -= 1
        file.seek(start)
        length, kind = struct.unpack(">I4s", file.read(8))
        body = start + 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
            body += 8
        stop = end if length == 0 else min(start + length, end)
        if stop < body:
            raise corrupt()
        if kind == b"ispe":
            file.seek(body + 4)
            sizes.append(struct.unpack(">II", file.read(8)))
        elif kind in _CONTAINERS:
            _walk(file, body + 4 * (kind == b"meta"), stop, sizes, budget)
        start = stop


_READERS = {
    Format.PNG: _png,
    Format.GIF: _gif,
    Format.JPEG: _jpeg,
    Format.WEBP: _webp,
    Format.TIFF: _tiff,
    Format.HEIC: _heif,
    Format.AVIF: _heif,
}
