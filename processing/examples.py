"""Requests and answers about jobs, as the API's documentation shows them."""

from typing import Any, Final

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from processing.documenting import answered, asked
from processing.states import State

STATES: Final = [state.value for state in State]
_ID = "c2a3c7f6-0d38-4bb0-a1ce-2f2c1c1b7a55"
_OLD = "7d0b5f62-4a0e-4b39-9a1b-7a1f0f4d9c21"
_PHOTO = "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"
_SITE = "https://photos.example.org"

_JOB: Final[dict[str, Any]] = {
    "id": _ID,
    "kind": "ingest",
    "title": "Morning market",
    "status": "processing",
    "step": "renditions",
    "steps": [
        {"name": "decode", "label": "Reading the picture", "until": 25, "state": "done"},
        {"name": "renditions", "label": "Making the pictures you see", "until": 80, "state": "running"},
    ],
    "progress": 40,
    "sequence": 6,
    "priority": 0,
    "attempt": 1,
    "max_attempts": 3,
    "error_type": None,
    "error_code": None,
    "message": "Making the pictures you see",
    "suggestion": "",
    "subject_id": _PHOTO,
    "batch_id": None,
    "retry_of": None,
    "files": [],
    "result_url": "",
    "mask_url": "",
    "picture_url": "",
    "details": None,
    "processing_time_ms": None,
    "url": f"{_SITE}/api/v1/processing/jobs/{_ID}",
    "websocket_url": f"wss://photos.example.org/ws/jobs/{_ID}",
    "created_at": "2026-10-20T18:00:02Z",
    "started_at": "2026-10-20T18:00:02Z",
    "finished_at": None,
}
_FAILED = _JOB | {
    "status": "failed",
    "progress": 0,
    "step": "decode",
    "error_type": "quality_issue",
    "error_code": "corrupt_image",
    "message": "The file ends in the middle of the picture.",
    "suggestion": "Copy it from the camera again.",
    "processing_time_ms": 84,
    "finished_at": "2026-10-20T18:00:03Z",
}
_AGAIN = _JOB | {"status": "pending", "step": "", "progress": 0, "attempt": 0, "started_at": None, "retry_of": _OLD}

TICKET: Final = [
    asked({}),
    answered({"ticket": "Zb2mW8yVqk1rLqf3o5cQJ0mJm7m1y8pX5c4sV9aTn2E", "expires_at": "2026-10-20T18:00:32Z"}, 201),
]
JOBS: Final = [answered({"next": None, "previous": None, "results": [_JOB]})]
JOB: Final = [answered(_FAILED)]
CANCELLED: Final = [answered(_JOB | {"status": "cancelled", "message": "Cancelled"})]
REPROCESS: Final = [asked({"options": {"everything": True}}), answered(_AGAIN, 201)]


def page_of(serializer: type[serializers.Serializer]) -> serializers.Serializer:
    """The shape of one page of a list."""
    return inline_serializer(
        f"{serializer.__name__.removesuffix('Serializer')}Page",
        {
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True),
        },
    )
