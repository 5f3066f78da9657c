"""Requests and answers of seed 004's client, as the API's documentation shows them."""

from typing import Any, Final

from photos.api.examples import errors
from processing.documenting import another, answered, asked
from processing.examples import page_of

__all__ = ["JOB", "JOBS", "NEW", "UPLOAD", "errors", "page_of"]

_FILE_ID: Final = "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"
_FILENAME: Final = f"{_FILE_ID}.jpg"
_JOB_ID: Final = "c2a3c7f6-0d38-4bb0-a1ce-2f2c1c1b7a55"
_KEPT: Final[dict[str, Any]] = {
    "file_id": _FILE_ID,
    "filename": _FILENAME,
    "original_filename": "square.jpg",
    "size": 2182707,
    "content_type": "image/jpeg",
}
_PENDING: Final[dict[str, Any]] = {
    "id": _JOB_ID,
    "status": "pending",
    "mode": "photo-realistic",
    "num_layers": 4,
    "painterly_style": None,
    "painterly_strength": None,
    "painterly_seed": None,
    "input_filename": "square.jpg",
    "result_manifest": None,
    "files": [],
    "step": "",
    "progress": 0,
    "error_code": None,
    "error_message": None,
    "suggestion": "",
    "created_at": "2026-11-20T18:00:02Z",
    "started_at": None,
    "completed_at": None,
    "processing_time": None,
}
_LAYER: Final = {"name": "Layer_1_background.png", "order": 0, "depth": [0.0, 0.18], "coverage": 0.41}
_DONE: Final = _PENDING | {
    "status": "completed",
    "result_manifest": {
        "engine": "geometric-cues-1",
        "width": 2048,
        "height": 1365,
        "num_layers": 4,
        "layers": [_LAYER],
    },
    "files": [
        {
            "filename": "Layer_1_background.png",
            "size": 3120448,
            "content_type": "image/png",
            "url": f"https://photos.example.org/api/v1/jobs/{_JOB_ID}/download/Layer_1_background.png",
        }
    ],
    "step": "save",
    "progress": 100,
    "started_at": "2026-11-20T18:00:03Z",
    "completed_at": "2026-11-20T18:00:06Z",
    "processing_time": 2.9,
}

UPLOAD: Final = [answered(_KEPT, 201), another("There already", _KEPT)]
NEW: Final = [asked({"filename": _FILENAME, "mode": "photo-realistic", "num_layers": 4}), answered(_PENDING, 201)]
JOB: Final = [answered(_DONE)]
JOBS: Final = [answered({"next": None, "previous": None, "results": [_DONE]})]
