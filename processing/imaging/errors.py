"""One family for everything that can be wrong with a picture. Pure: the job engine maps it to class quality_issue."""

import contextlib
import struct
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

ACCEPTED = "JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF"


class Code(StrEnum):
    """Why a picture was refused; the values are part of the API."""

    CORRUPT_IMAGE = "corrupt_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_DEMANDING = "too_demanding"
    NO_EYE = "no_eye"
    EYE_TOO_FAR = "eye_too_far"
    EYE_CLOSED = "eye_closed"
    IRIS_TOO_SMALL = "iris_too_small"
    IRIS_HIDDEN = "iris_hidden"
    TOO_BLURRED = "too_blurred"
    TOO_LITTLE_CONTRAST = "too_little_contrast"
    LOOKING_AWAY = "looking_away"
    TOO_MUCH_GLARE = "too_much_glare"
    BAD_MASK = "bad_mask"
    ALREADY_LARGE = "already_large"
    VALIDATION_FAILED = "validation_failed"


class ImageRefused(Exception):
    """The picture itself cannot be used; ``detail`` is a sentence for its owner, ``suggestion`` the way out.

    All arguments are positional so that it survives pickling between processes.
    """

    def __init__(self, code: str, detail: str, suggestion: str) -> None:
        super().__init__(code, detail, suggestion)
        self.code = str(code)
        self.detail = detail
        self.suggestion = suggestion
        # What was measured and found before it was refused, JSON-able, for whoever helps it along.
        self.facts: dict[str, Any] = {}

    def __str__(self) -> str:
        return self.detail


def corrupt(detail: str = "The picture is damaged and cannot be read.") -> ImageRefused:
    return ImageRefused(Code.CORRUPT_IMAGE, detail, "Copy it again from where it came from, or open and save it anew.")


def unsupported(what: str, suggestion: str = f"Save it as {ACCEPTED} and upload that.") -> ImageRefused:
    """``what`` completes "This is ...", with its article: "a PDF document"."""
    return ImageRefused(Code.UNSUPPORTED_FORMAT, f"This is {what}, which cannot be read as a picture here.", suggestion)


def too_demanding() -> ImageRefused:
    return ImageRefused(
        Code.TOO_DEMANDING,
        "The picture needs more memory than one picture may take.",
        "Make it smaller, or save it as JPEG, and upload that.",
    )


EXHAUSTED = ("out of memory", "cannot allocate", "unable to allocate", "malloc", "memory limit")
TRUNCATED = (
    "premature end", "truncated", "end of stream", "end of file", "out of data", "not enough data", "too short",
    "unexpected end", "read error",
)  # fmt: skip


def from_decoder(error: BaseException) -> ImageRefused:
    """The sentence for whatever a decoder raised; decoder texts stay out of it, they speak to programmers."""
    if isinstance(error, ImageRefused):
        return error
    said = str(error).lower()
    if isinstance(error, MemoryError) or any(hint in said for hint in EXHAUSTED):
        return too_demanding()
    if type(error).__name__.startswith("DecompressionBomb"):
        return ImageRefused(
            Code.TOO_MANY_PIXELS,
            "The picture has more pixels than can be opened safely.",
            "Make it smaller and upload that.",
        )
    if any(hint in said for hint in TRUNCATED):
        return corrupt("The picture is incomplete: the file ends before the picture does.")
    return corrupt()


# UnidentifiedImageError is an OSError; pyvips.Error is no built-in's child and is caught by name, because this
# module must stay free of native libraries: a web process imports it.
DECODER_ERRORS = (
    OSError, ValueError, SyntaxError, struct.error, zlib.error, MemoryError, EOFError, ArithmeticError,
    LookupError, TypeError, AttributeError, RuntimeError, AssertionError, Warning,
)  # fmt: skip


@contextlib.contextmanager
def decoding() -> Iterator[None]:
    """Whatever a decoder raises inside becomes one ImageRefused; programs that end themselves are left alone."""
    try:
        yield
    except ImageRefused:
        raise
    except DECODER_ERRORS as error:
        raise from_decoder(error) from error
    except Exception as error:
        if type(error).__module__.startswith(("pyvips", "PIL", "pillow_heif", "cv2")):
            raise from_decoder(error) from error
        raise
