"""Which files are pictures we keep: refusals by name before the upload, by first bytes after it.

A name or a client's type can only refuse early and name what was offered; what a file IS, its first bytes say.
"""

from typing import Final

from photos.errors import CorruptImage, UnsupportedFormat
from processing.imaging.errors import ImageRefused
from processing.imaging.sniff import HEAD_BYTES, identify

__all__ = ["HEAD_BYTES", "content_type_of", "refuse_by_name"]

_RAW = "3fr arw cr2 cr3 crw dcr dng erf iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f"
_VIDEO = "3gp avi flv m2ts m4v mkv mp4 mpeg mpg mts webm wmv"
_NAMED: Final[dict[str, str]] = (
    dict.fromkeys(_RAW.split(), "a camera RAW file")
    | dict.fromkeys(_VIDEO.split(), "a video")
    | {
        "mov": "a video, or the moving half of a Live Photo",
        "aae": "an edit note of a Live Photo",
        "livp": "a Live Photo package",
        "xmp": "a note beside a photo (XMP)",
        "svg": "an SVG drawing",
        "svgz": "an SVG drawing",
        "eps": "a PostScript drawing",
        "ai": "an Illustrator drawing",
        "pdf": "a PDF document",
        "psd": "a Photoshop document",
        "html": "a web page",
        "htm": "a web page",
        "zip": "a ZIP archive",
    }
)
_TYPES: Final[dict[str, str]] = {
    "video/": "a video, or the moving half of a Live Photo",
    "audio/": "a sound file",
    "text/": "a text",
    "image/svg": "an SVG drawing",
    "image/x-adobe-dng": "a camera RAW file",
    "image/x-canon-": "a camera RAW file",
    "image/x-nikon-": "a camera RAW file",
    "image/x-sony-": "a camera RAW file",
    "image/x-panasonic-": "a camera RAW file",
    "image/x-fuji-": "a camera RAW file",
    "image/x-olympus-": "a camera RAW file",
    "image/vnd.adobe.photoshop": "a Photoshop document",
    "application/pdf": "a PDF document",
    "application/zip": "a ZIP archive",
}


def _refusal(what: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"This is {what}; Aureole keeps still pictures only.")


def refuse_by_name(filename: str, content_type: str) -> None:
    """Turn down what its name or type already says is no picture we keep; UnsupportedFormat names it."""
    ending = filename.rpartition(".")[2].lower()
    if ending in _NAMED:
        raise _refusal(_NAMED[ending])
    for beginning, what in _TYPES.items():
        if content_type.lower().startswith(beginning):
            raise _refusal(what)


def content_type_of(head: bytes) -> str:
    """The picture's MIME type by its first HEAD_BYTES; UnsupportedFormat names what else it is, or CorruptImage."""
    try:
        return identify(head).content_type
    except ImageRefused as refusal:
        kind = UnsupportedFormat if refusal.code == UnsupportedFormat.code else CorruptImage
        raise kind(refusal.detail, suggestion=refusal.suggestion) from None
