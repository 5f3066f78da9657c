"""Examples of the documentation of blocks and reports, checked against its schema by a test."""

from typing import Any

from processing.documenting import answered, asked

_BOB = {"id": "5b0e0c52-6f0b-4c7c-a1a7-3d9f1d2f4a10", "name": "Bob"}
_BLOCK = {"person": _BOB, "created_at": "2026-10-06T08:00:00Z"}
_REPORT: dict[str, Any] = {
    "id": "1c5f0d8e-9a55-4a8d-8a63-1d8f2b3c4e5f",
    "kind": "item",
    "subject_id": "f2b8c9de-5e0f-4a44-9b1e-4a1f8a2f6c52",
    "title": "A photo by Bob",
    "reason": "shows",
    "words": "That is me, and I did not know.",
    "state": "open",
    "sentence": "Nobody has decided yet.",
    "answer": "",
    "created_at": "2026-10-06T08:01:00Z",
    "decided_at": None,
}
_DECIDED = _REPORT | {
    "state": "taken_out",
    "sentence": "It was taken out of the circle.",
    "answer": "You were right.",
    "decided_at": "2026-10-06T19:30:00Z",
}
BLOCKS = [answered({"next": None, "previous": None, "results": [_BLOCK]})]
BLOCK = [asked({"person_id": _BOB["id"]}), answered(_BLOCK, 201)]
REPORTS = [answered({"next": None, "previous": None, "results": [_DECIDED]})]
REPORT = [
    asked({name: _REPORT[name] for name in ("subject_id", "reason", "words")}),
    answered(_REPORT, 201),
]
ONE = [answered(_DECIDED)]
