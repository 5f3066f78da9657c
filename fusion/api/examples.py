"""Requests and answers about fusions, as the API's documentation shows them."""

from typing import Any, Final

from artworks.api.examples import errors
from processing.documenting import answered, asked

__all__ = ["AGAIN", "CANCEL", "COMPOSE", "FUSE", "LIST", "MASK", "ONE", "errors"]

_ID: Final = "9d1f4c1e-3f0a-4f5e-8b57-1d6a2f9c7e01"
_ALICES: Final = "3f0c9a52-7a1d-4a39-9d0e-0d5b5d7f2a10"
_BOBS: Final = "5b7e7d6a-0c55-4a56-a0b8-64b7b8f6d111"
_CIRCLE: Final = "b1f5c8f2-6f43-4f7e-9a0c-7f3f4de0a922"
_JOB: Final = "c2a3c7f6-0d38-4bb0-a1ce-2f2c1c1b7a55"
_OPTIONS: Final = {
    "size": 2048,
    "background": "#000000",
    "placements": [],
    "parts": [{"shape": "auto", "mask": None}, {"shape": "auto", "mask": None}],
}
_MAKING: Final[dict[str, Any]] = {
    "id": _ID,
    "fusion_type": "fusion",
    "blend_mode": "multiband",
    "layout": "overlap",
    "title": "",
    "source_artwork_ids": [_ALICES, _BOBS],
    "circle_id": _CIRCLE,
    "creator_id": "7f3a1d1c-9a4e-4b1e-8a51-7c3a9a0b5d33",
    "status": "pending",
    "pending": [],
    "progress": 0,
    "step": "",
    "options": _OPTIONS,
    "facts": {},
    "width": 0,
    "height": 0,
    "result_url": None,
    "thumbnail_url": None,
    "thumb_template": None,
    "processing_time_ms": None,
    "error_code": None,
    "message": "",
    "job_id": _JOB,
    "websocket_url": f"wss://photos.example.com/ws/jobs/{_JOB}",
    "created_at": "2026-11-21T13:00:00Z",
    "ended_at": None,
}
_READY: Final = _MAKING | {
    "status": "completed",
    "progress": 100,
    "facts": {"modes": ["multiband"], "reasons": [], "seconds": {"load": 0.3, "blend": 2.1, "save": 1.4}},
    "width": 2048,
    "height": 1151,
    "result_url": f"/api/v1/fusion/{_ID}/files/result.jpg",
    "thumbnail_url": f"/api/v1/fusion/{_ID}/thumb/256.webp",
    "thumb_template": f"/api/v1/fusion/{_ID}/thumb/{{size}}.{{format}}",
    "processing_time_ms": 4210,
    "ended_at": "2026-11-21T13:00:06Z",
}
_CANCELLED: Final = _MAKING | {
    "status": "cancelled",
    "error_code": "cancelled",
    "message": "It was cancelled.",
    "ended_at": "2026-11-21T13:00:03Z",
}
_WAITING: Final = {"status": "consent_required", "pending": [_BOBS], "fusion_id": _ID}

LIST: Final = [answered({"next": None, "previous": None, "results": [_READY]})]
ONE: Final = [answered(_READY)]
CANCEL: Final = [answered(_CANCELLED)]
FUSE: Final = [
    asked(
        {
            "source_artwork_ids": [_ALICES, _BOBS],
            "blend_mode": "multiband",
            "layout": "overlap",
            "circle_id": _CIRCLE,
            "options": {"size": 2048},
        }
    ),
    answered(_MAKING, 201),
    answered(_WAITING, 202),
]
COMPOSE: Final = [
    asked(
        {
            "source_artwork_ids": [_ALICES, _BOBS],
            "layout": "horizontal",
            "gap": 24,
            "border": 48,
            "background": "#faf8f4",
            "cells": "round",
            "fill": "centre",
        }
    ),
    answered(_MAKING | {"fusion_type": "composition", "blend_mode": "", "layout": "horizontal"}, 201),
    answered(_WAITING, 202),
]
AGAIN: Final = [
    asked({"layout": "yin_yang", "options": {"size": 1024}}),
    answered(_MAKING | {"layout": "yin_yang"}, 201),
    answered(_WAITING, 202),
]
MASK: Final = [answered({"id": _JOB, "artwork_id": _BOBS, "byte_size": 4211}, 201)]
