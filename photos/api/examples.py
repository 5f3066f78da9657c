"""Requests and answers as the API's documentation shows them."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from photos import errors as photos
from processing import documenting
from processing.documenting import another, answered, asked
from processing.errors import AureoleError, StorageUnavailable
from processing.examples import REPROCESS

_KNOWN: Final[dict[int, tuple[str, type[AureoleError]]]] = {
    403: ("The link does not open this.", photos.LinkRefused),
    413: ("More than is taken.", photos.TooLarge),
    415: ("Not a picture we keep; the sentence names what it is.", photos.UnsupportedFormat),
    416: ("The range does not fit.", photos.WrongRange),
    422: ("What arrived cannot be kept.", photos.ChecksumMismatch),
    429: ("Too many announced and not completed; see Retry-After.", photos.TooManyUploads),
    503: ("The storage is away; try again.", StorageUnavailable),
    507: ("No room.", photos.QuotaExceeded),
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """The one error shape for each of these statuses, with an example."""
    usual = documenting.errors(*(status for status in statuses if status not in _KNOWN))
    return usual | {status: documenting.error(status, *_KNOWN[status]) for status in statuses if status in _KNOWN}


def refused(status: int, code: str, detail: str, suggestion: str, **extra: Any) -> OpenApiExample:
    value = {"error": code, "detail": detail, "suggestion": suggestion} | extra
    return OpenApiExample(code, value=value, response_only=True, status_codes=[str(status)])


_PHOTO_ID = "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"
_UPLOAD_ID = "5f1f3f6a-58c6-4d5f-8b8e-0c9a5be1c001"
_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


_THUMB = f"/api/v1/photos/{_PHOTO_ID}/thumb"
_PHOTO: Final[dict[str, Any]] = {
    "id": _PHOTO_ID,
    "state": "ready",
    "filename": "kyoto.heic",
    "title": "Morning market",
    "caption": "",
    "favourite": False,
    "width": 4032,
    "height": 3024,
    "colours": "7a6a58" * 9,
    "taken_at": "2026-10-05T00:12:31Z",
    "local_time": "2026-10-05T09:12:31",
    "uploaded_at": "2026-10-20T18:00:02Z",
    "deleted_at": None,
    "place": {"name": "Kyoto, Japan", "latitude": 35.0116, "longitude": 135.7681, "altitude": 47.5},
    "camera": {
        "make": "Apple",
        "model": "iPhone 13",
        "lens": "iPhone 13 back dual wide camera 5.1mm f/1.6",
        "iso": 50,
        "aperture": 1.6,
        "shutter": "1/250",
        "focal_length": 5.1,
    },
    "byte_size": 2182707,
    "content_type": "image/heic",
    "version": 2,
    "thumb_template": f"{_THUMB}/{{size}}.{{format}}?v=2",
    "original_url": f"/api/v1/photos/{_PHOTO_ID}/original",
}
_DETAIL = _PHOTO | {
    "sha256": _SHA,
    "renditions": [
        {"size": 256, "format": "avif", "width": 256, "height": 192, "bytes": 6120, "url": f"{_THUMB}/256.avif?v=2"}
    ],
}
_PENDING = _PHOTO | {"state": "pending", "width": 0, "height": 0, "colours": "", "title": "", "version": 1}
_PART_URL = f"/api/v1/uploads/{_UPLOAD_ID}"
_UPLOAD: Final[dict[str, Any]] = {
    "upload_id": _UPLOAD_ID,
    "state": "open",
    "filename": "kyoto.heic",
    "size": 2182707,
    "part_size": 8388608,
    "part_count": 1,
    "arrived_parts": [],
    "method": "PUT",
    "url": f"{_PART_URL}/content?signature=WyI1ZjFm:1vM2aB:x5dk",
    "urls": [f"{_PART_URL}/parts/1?signature=WyI1ZjFm:1vM2aB:k9Qd"],
    "headers": {"Content-Type": "application/octet-stream"},
    "expires_at": "2026-10-20T18:05:00Z",
    "open_until": "2026-10-21T18:00:00Z",
    "photo_id": None,
}
_UNDO = {"action": "restore", "ids": [_PHOTO_ID]}
_JOB = REPROCESS[1].value | {"retry_of": None}

PRESIGN: Final = [
    asked({"filename": "kyoto.heic", "size": 2182707, "sha256": _SHA, "content_type": "image/heic"}),
    answered(_UPLOAD, 201),
    refused(
        409, "duplicate", "You already have this photo.",
        "Skip it, or add it as a reference to the photo you have.", photo_id=_PHOTO_ID,
    ),
    refused(
        415, "unsupported_format", "This is a camera RAW file; Aureole keeps still pictures only.",
        "Choose a JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF picture.",
    ),
]  # fmt: skip
UPLOAD: Final = [answered(_UPLOAD | {"arrived_parts": [1]})]
PART: Final = [answered({"upload_id": _UPLOAD_ID, "arrived_parts": [1]})]
COMPLETION: Final = [
    answered({"photo": _PENDING, "job": _JOB}, 201),
    refused(
        422, "checksum_mismatch",
        "What arrived is not what was announced: the file changed or was damaged on the way.",
        "Send the parts again, or start the upload anew.",
    ),
]  # fmt: skip
_SHARED: Final[dict[str, Any]] = {
    name: _PHOTO[name] for name in ("id", "title", "caption", "width", "height", "colours", "local_time")
} | {
    "owner": {"id": "0d1f6c7a-2f0a-4b7e-8b8e-8f6f8c0d9b21", "name": "Alice"},
    "is_mine": False,
    "thumb_template": _PHOTO["thumb_template"],
    "is_given": False,
    "place": None,
    "camera": None,
    "original_url": "",
}
PHOTO_LIST: Final = [
    answered({"next": None, "previous": None, "results": [_PHOTO]}),
    another("Of a circle", {"next": None, "previous": None, "results": [_SHARED]}),
]
PHOTO: Final = [answered(_DETAIL), another("Somebody else's", _SHARED)]
PHOTO_PATCH: Final = [
    asked({"title": "Morning market", "taken_at": "2026-10-05T09:12:31+09:00", "favourite": True}),
    answered(_DETAIL | {"favourite": True}),
]
BINNED: Final = [answered({"changed": [_PHOTO_ID], "undo": _UNDO})]
RESTORED: Final = [answered({"changed": [_PHOTO_ID], "undo": {"action": "bin", "ids": [_PHOTO_ID]}})]
BULK: Final = [asked({"ids": [_PHOTO_ID], "action": "bin"}), *BINNED]
REFERENCE: Final = [answered(_DETAIL, 201)]
TIMELINE: Final = [
    answered({"total": 14, "buckets": [{"month": "2026-10", "count": 12}, {"month": "2025-07", "count": 2}]})
]
MONTH: Final = [
    answered(
        {
            "month": "2026-10",
            "ids": [_PHOTO_ID],
            "widths": [4032],
            "heights": [3024],
            "colours": ["7a6a58" * 9],
            "days": ["2026-10-05"],
            "states": ["ready"],
            "versions": [2],
            "favourites": [False],
            "places": ["Juneau, Alaska"],
            "next": None,
        }
    )
]
MAP: Final = [
    answered({"ids": [_PHOTO_ID], "latitudes": [35.0116], "longitudes": [135.7681], "versions": [2], "next": None})
]
SUBMIT: Final = [
    asked({"photo_id": _PHOTO_ID, "pipeline": "renditions", "options": {"everything": True}, "priority": 0}),
    answered(_JOB, 201),
]
BATCH: Final = [asked({"photo_ids": [_PHOTO_ID], "pipeline": "renditions"}), answered(_JOB, 201)]
