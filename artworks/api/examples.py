"""Requests and answers about artworks, as the API's documentation shows them."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiResponse

from circles.actions.opt_ins import OptInRequired
from processing import documenting
from processing.documenting import another, answered, asked
from processing.errors import AureoleError, QualityIssue
from processing.examples import REPROCESS

_KNOWN: Final[dict[int, tuple[str, type[AureoleError]]]] = {
    403: ("Iris work is switched off for this account.", OptInRequired),
    422: ("The photo cannot be used: the number that failed, and what to do.", QualityIssue),
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """The one error shape for each of these statuses; 403 is the opt-in that is missing."""
    usual = documenting.errors(*(status for status in statuses if status not in _KNOWN))
    return usual | {status: documenting.error(status, *_KNOWN[status]) for status in statuses if status in _KNOWN}


_ID: Final = "3f0c9a52-7a1d-4a39-9d0e-0d5b5d7f2a10"
_PHOTO: Final = "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"
_JOB_ID: Final = "c2a3c7f6-0d38-4bb0-a1ce-2f2c1c1b7a55"
_FILES: Final = f"/api/v1/artworks/{_ID}/files"
_PUPIL: Final = {"cx": 2010.4, "cy": 1502.8, "a": 302.5, "b": 300.1, "angle": 12.5}
_LIMBUS: Final = {"cx": 2006.0, "cy": 1499.5, "a": 880.2, "b": 866.7, "angle": 3.1}
_GEOMETRY: Final = {
    "pupil": _PUPIL,
    "limbus": _LIMBUS,
    "upper_lid": [[1100.0, 1100.5], [2000.0, 760.0], [2900.0, 1080.0]],
    "lower_lid": None,
}
_ARTWORK: Final[dict[str, Any]] = {
    "id": _ID,
    "kind": "iris",
    "title": "Left eye in March",
    "caption": "",
    "photo_id": _PHOTO,
    "parent_id": None,
    "job_id": _JOB_ID,
    "engine": "eye-network-1",
    "version": "iris-2",
    "confidence": 0.94,
    "width": 4096,
    "height": 4096,
    "whose": "me",
    "consent_ready": False,
    "created_at": "2026-11-20T18:00:09Z",
    "thumb_template": f"/api/v1/artworks/{_ID}/thumb/{{size}}.{{format}}",
}
_DETAIL: Final = _ARTWORK | {
    "subject": {"whose": "me", "email": "", "answered_at": "2026-11-20T18:01:00Z"},
    "options": {"engine": "network", "reflections": True, "enhance": 4, "background": "black", "size": 4096},
    "gate": {"coverage_pct": 11.9, "diameter_px": 1746.9, "sharpness": 9.2},
    "geometry": _GEOMETRY,
    "facts": {"removed_area_pct": 2.4},
    "seconds": {"load": 0.4, "segment": 0.2, "reflections": 0.3, "enhance": 1.4, "save": 0.9},
    "files": [
        {"name": "result.jpg", "content_type": "image/jpeg", "byte_size": 2182707, "url": f"{_FILES}/result.jpg"}
    ],
    "result_url": f"{_FILES}/result.jpg",
    "mask_url": f"{_FILES}/mask.png",
}
_JOB: Final = REPROCESS[1].value | {
    "kind": "iris",
    "steps": [{"name": "segment", "label": "Finding the iris", "until": 40, "state": "waiting"}],
}

_ALICE: Final = {"id": "0d1f6c7a-2f0a-4b7e-8b8e-8f6f8c0d9b21", "name": "Alice"}
_SHARED_NAMES: Final = ("id", "kind", "title", "caption", "width", "height", "created_at", "thumb_template")
_SHARED: Final = {name: _ARTWORK[name] for name in _SHARED_NAMES} | {
    "owner": _ALICE,
    "is_mine": False,
    "consent_ready": True,
    "is_given": False,
    "result_url": "",
}
ARTWORKS: Final = [
    answered({"next": None, "previous": None, "results": [_ARTWORK]}),
    another("Of a circle", {"next": None, "previous": None, "results": [_SHARED]}),
]
ARTWORK: Final = [answered(_DETAIL), another("Somebody else's", _SHARED)]
_ITEM: Final = {
    "id": "f2b8c9de-5e0f-4a44-9b1e-4a1f8a2f6c52",
    "circle_id": "b7c1a6d2-3d0e-4f0c-9d51-6a1c1d5a7e33",
    "kind": "artwork",
    "photo_id": None,
    "artwork_id": _ID,
    "owner": _ALICE,
    "is_mine": False,
    "title": "Left eye in March",
    "caption": "",
    "width": 4096,
    "height": 4096,
    "colours": "",
    "thumb_template": _ARTWORK["thumb_template"],
    "with_original": False,
    "original_url": "",
    "shared_at": "2026-11-20T18:05:00Z",
}
_UNDO: Final = {"action": "unshare", "item_ids": [_ITEM["id"]]}
ITEMS: Final = [answered({"next": None, "previous": None, "results": [_ITEM]})]
ITEM: Final = [answered(_ITEM)]
SHARE: Final = [
    asked({"action": "share", "photo_ids": [_PHOTO], "artwork_ids": [_ID], "with_original": False, "offer": True}),
    answered({"items": [_ITEM], "changed": 1, "undo": _UNDO}),
]
CHANGES: Final = [asked({"title": "Left eye in March", "consent_ready": True}), answered(_DETAIL)]
WHOSE: Final = [asked({"whose": "member", "email": "bob@example.com"}), answered(_DETAIL)]
PICTURE: Final = [
    asked({"item_id": _ITEM["id"]}),
    answered(
        {
            "id": _ITEM["circle_id"],
            "name": "The lake house",
            "description": "",
            "my_role": "owner",
            "member_count": 2,
            "picture_template": _ARTWORK["thumb_template"],
            "created_at": "2026-10-03T09:12:44Z",
        }
    ),
]
AS_IT_IS: Final = [answered(_JOB | {"kind": "photo"}, 201)]
AGAIN: Final = [asked({"options": {"background": "iris"}}), answered(_JOB, 201)]
GEOMETRY: Final = [asked({"pupil": {"cx": 2012.0, "cy": 1500.0, "a": 298.0}}), answered(_JOB, 201)]
PREVIEW: Final = [
    asked({"photo_id": _PHOTO, "options": {"circles": {"pupil": _PUPIL, "limbus": _LIMBUS}}, "with_facts": True}),
    answered(
        {
            "picture": "data:image/jpeg;base64,/9j/4AAQSkZJRg",
            "engine": "by-hand",
            "confidence": 1.0,
            "gate": {"diameter": 1746.9, "coverage_pct": 11.9},
            "geometry": _GEOMETRY,
        }
    ),
    answered(_JOB, 202),
]
MASK: Final = [answered(_JOB, 201)]
