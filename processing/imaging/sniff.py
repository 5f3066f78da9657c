"""What a file is, by its first bytes alone: names and client types are never asked. Light: a web process imports it."""

import re

from processing.imaging.errors import ImageRefused, corrupt, unsupported
from processing.imaging.types import Format

HEAD_BYTES = 4096
"""How many leading bytes ``identify`` wants to see."""

_RAW_WAY_OUT = "Export it as JPEG, TIFF or HEIC from your camera's software and upload that."
_VIDEO_WAY_OUT = "Upload the still picture that belongs to it; videos are not kept here."

_ACCEPTED = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
)
_RAW = (
    (b"FUJIFILMCCD-RAW", "a camera RAW file (Fujifilm RAF)"),
    (b"IIRO", "a camera RAW file (Olympus ORF)"),
    (b"IIRS", "a camera RAW file (Olympus ORF)"),
    (b"MMOR", "a camera RAW file (Olympus ORF)"),
    (b"IIU\x00", "a camera RAW file (Panasonic RW2)"),
    (b"FOVb", "a camera RAW file (Sigma X3F)"),
    (b"\x00MRM", "a camera RAW file (Minolta MRW)"),
)
_VIDEO = (
    (b"\x1aE\xdf\xa3", "a video (WebM or Matroska)"),
    (b"\x00\x00\x01\xba", "a video (MPEG)"),
    (b"\x00\x00\x01\xb3", "a video (MPEG)"),
    (b"FLV\x01", "a video (Flash)"),
    (b"0&\xb2u\x8ef\xcf\x11", "a video (Windows Media)"),
)
_OTHER = (
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "an EPS or PostScript drawing"),
    (b"\xc5\xd0\xd3\xc6", "an EPS or PostScript drawing"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"\x00\x00\x02\x00", "a cursor file"),
    (b"BM", "a Windows bitmap"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound or video file"),
    (b"push graphic-context", "a drawing script (MVG)"),
    (b"viewbox", "a drawing script (MVG)"),
    (b"id=ImageMagick", "an ImageMagick working file"),
    (b"#!", "a script"),
    (b"<?php", "a script"),
)
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_NEUTRAL_BRANDS = frozenset({b"mif1", b"msf1", b"mif2", b"miaf", b"1pic"})
_MARKUP = re.compile(rb"<\s*(svg|!doctype|html|head|body|script|\?xml|!--|!entity)", re.IGNORECASE)


def identify(head: bytes) -> Format:
    """The format of the picture that begins with ``head`` (the first HEAD_BYTES of the file).

    Raises ImageRefused: ``corrupt_image`` for no picture at all, ``unsupported_format`` naming what it is instead.
    """
    if not head:
        raise corrupt("The file is empty.")
    for magic, found in _ACCEPTED:
        if head.startswith(magic):
            return found
    if head.startswith(_TIFF):
        return _tiff(head)
    if head[:4] == b"RIFF":
        return _riff(head)
    if head[4:8] == b"ftyp":
        return _boxes(head)
    raise _refusal(head)


def _tiff(head: bytes) -> Format:
    if head[8:10] == b"CR":
        raise unsupported("a camera RAW file (Canon CR2)", _RAW_WAY_OUT)
    return Format.TIFF


def _riff(head: bytes) -> Format:
    if head[8:12] == b"WEBP":
        return Format.WEBP
    if head[8:12] == b"AVI ":
        raise unsupported("a video (AVI)", _VIDEO_WAY_OUT)
    raise unsupported("a sound or multimedia file")


def _boxes(head: bytes) -> Format:
    """ISO base media: the major brand decides, and the compatible ones where it is neutral (mif1)."""
    major = head[8:12]
    size = min(int.from_bytes(head[:4], "big"), len(head), 512)
    brands = [major] if major not in _NEUTRAL_BRANDS else [head[at : at + 4] for at in range(16, size, 4)]
    if _AVIF_BRANDS.intersection(brands):
        return Format.AVIF
    if _HEIC_BRANDS.intersection(brands):
        return Format.HEIC
    if major == b"crx ":
        raise unsupported("a camera RAW file (Canon CR3)", _RAW_WAY_OUT)
    if major in _NEUTRAL_BRANDS:
        raise unsupported("a picture in a HEIF variant that is neither HEIC nor AVIF")
    if major == b"qt  ":
        raise unsupported("a QuickTime video, often the moving half of a Live Photo", _VIDEO_WAY_OUT)
    raise unsupported("a video (MP4)", _VIDEO_WAY_OUT)


def _refusal(head: bytes) -> ImageRefused:
    for table, way_out in ((_RAW, _RAW_WAY_OUT), (_VIDEO, _VIDEO_WAY_OUT)):
        for magic, what in table:
            if head.startswith(magic):
                return unsupported(what, way_out)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    for magic, what in _OTHER:
        if head.startswith(magic) or text.startswith(magic):
            return unsupported(what)
    if head[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return unsupported("a QuickTime video, often the moving half of a Live Photo", _VIDEO_WAY_OUT)
    if _MARKUP.match(text):
        is_drawing = b"<svg" in head.lower()
        return unsupported("an SVG drawing" if is_drawing else "a web page or XML document")
    if b"\x00" not in head and _is_text(head):
        return unsupported("a text file")
    return unsupported("a file of an unknown kind")


def _is_text(head: bytes) -> bool:
    try:
        text = head[:-4].decode() if len(head) == HEAD_BYTES else head.decode()
    except UnicodeDecodeError:
        return False
    return len(head) > 3 and all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)


def raw_refusal(kind: str) -> ImageRefused:
    """A RAW file in TIFF's clothes, found by its tags."""
    return unsupported(f"a camera RAW file ({kind})" if kind else "a camera RAW file", _RAW_WAY_OUT)
