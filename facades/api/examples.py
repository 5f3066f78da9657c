"""Requests and answers about renders, as the API's documentation shows them."""

from typing import Any, Final

from processing.documenting import another, answered, asked

_JOB: Final = "5f6f2f80-8f0e-4c5e-9f0a-0f2f3c1a7b21"
_PROJECT: Final = "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"
_USER: Final = "0d1f6c7a-2f0a-4b7e-8b8e-8f6f8c0d9b21"
_ROOT: Final = "https://aureole.example/api/v1/render/jobs"
_TOLD: Final[dict[str, Any]] = {"job_id": _JOB, "project_id": _PROJECT}

SUBMIT: Final = [
    asked(
        {
            "image_url": "https://pictures.example/house.jpg",
            "texture_url": "https://pictures.example/brick.jpg",
            "project_id": _PROJECT,
            "user_id": _USER,
            "options": {"real_world_scale": 24, "enable_refinement": False},
        }
    ),
    answered({"job_id": _JOB, "status": "processing", "poll_url": f"{_ROOT}/{_JOB}"}, 201),
]
_SECRET: Final = {
    "secret": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "made_at": "2025-11-20T09:12:44Z",
}
SECRET: Final = [answered(_SECRET)]
NEW_SECRET: Final = [answered(_SECRET, 201)]
TEXTURES: Final = [
    answered({"name": "brick", "title": "Red brick", "picture_url": "/api/v1/render/textures/brick.webp"}),
]
RENDER: Final = [
    answered(
        _TOLD
        | {
            "status": "processing",
            "step": {"number": 4, "of": 7, "name": "segment", "label": "Finding the wall"},
            "progress": 41,
        }
    ),
    another(
        "Completed",
        _TOLD
        | {
            "status": "completed",
            "result_url": f"{_ROOT}/{_JOB}/result.jpg?signature=1w5x3k%3AZx0y",
            "artwork_id": "3f0c9a52-7a1d-4a39-9d0e-0d5b5d7f2a10",
        },
    ),
    another(
        "Failed",
        _TOLD
        | {
            "status": "failed",
            "error_code": "download_failed",
            "error_message": "No picture could be downloaded from that address.",
            "is_cancelled": False,
        },
    ),
    another(
        "Cancelled",
        _TOLD
        | {
            "status": "failed",
            "error_code": "pipeline_error",
            "error_message": "It was cancelled.",
            "is_cancelled": True,
        },
    ),
]
