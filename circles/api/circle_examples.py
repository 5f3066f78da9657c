"""Examples of the documentation of circles, checked against its schema by a test."""

from typing import Any

from processing.documenting import answered, asked

_ALICE = {"id": "0d1f6c7a-2f0a-4b7e-8b8e-8f6f8c0d9b21", "name": "Alice"}
_BOB = {"id": "5b0e0c52-6f0b-4c7c-a1a7-3d9f1d2f4a10", "name": "Bob"}
_CIRCLE = {
    "id": "b7c1a6d2-3d0e-4f0c-9d51-6a1c1d5a7e33",
    "name": "The lake house",
    "description": "Summers at the lake, and the eyes of everybody who was there.",
    "my_role": "owner",
    "member_count": 2,
    "picture_template": "/api/v1/photos/0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10/thumb/{size}.{format}",
    "created_at": "2026-10-03T09:12:44Z",
}
_MEMBER = {"person": _BOB, "role": "member", "joined_at": "2026-10-04T18:01:00Z"}
_INVITATION = {
    "id": "3c9f2e57-70a4-4b56-a1a5-2f5fb8f2c901",
    "circle_id": _CIRCLE["id"],
    "email": "",
    "state": "open",
    "uses": 0,
    "max_uses": 1,
    "made_by": _ALICE,
    "created_at": "2026-10-03T09:15:00Z",
    "expires_at": "2026-10-17T09:15:00Z",
    "sent_at": None,
}
_TOKEN = "wq1hCq4qv0n6o0Jk7mT4uN9cXk3yQbXg2kG7yJt1l5E"  # noqa: S105 - an example
_MADE = _INVITATION | {"link": f"https://photos.example.org/join/{_TOKEN}", "token": _TOKEN}
_ITEM: dict[str, Any] = {
    "id": "9a3f6b1c-54b8-4e7e-8a39-1b1f0a6f6d77",
    "verb": "joined",
    "sentence": "Bob joined.",
    "actor": _BOB,
    "person": None,
    "subject_id": None,
    "pictures": [],
    "picture_count": 0,
    "created_at": "2026-10-04T18:01:00Z",
}
_SHARE_ID = "f2b8c9de-5e0f-4a44-9b1e-4a1f8a2f6c52"
_SHARED = _ITEM | {
    "verb": "shared",
    "sentence": "Bob shared a photo.",
    "subject_id": _SHARE_ID,
    "pictures": [
        {
            "id": _SHARE_ID,
            "kind": "photo",
            "title": "Morning at the lake",
            "width": 4032,
            "height": 3024,
            "colours": "7a6a58" * 9,
            "thumb_template": "/api/v1/photos/0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10/thumb/{size}.{format}?v=2",
        }
    ],
    "picture_count": 1,
}


def _page(row: dict) -> list:
    return [answered({"next": None, "previous": None, "results": [row]})]


_FIELDS = {"name": _CIRCLE["name"], "description": _CIRCLE["description"]}
CIRCLES = _page(_CIRCLE)
CREATE = [asked(_FIELDS), answered(_CIRCLE, 201)]
CIRCLE = [answered(_CIRCLE)]
EDIT = [asked({"name": "The lake"}), answered(_CIRCLE | {"name": "The lake"})]
MEMBERS = _page(_MEMBER)
MEMBER = [answered(_MEMBER)]
ROLE = [asked({"role": "admin"}), answered(_MEMBER | {"role": "admin"})]
HAND_OVER = [asked({"person_id": _BOB["id"]}), answered(_MEMBER | {"role": "owner"})]
INVITATIONS = _page(_INVITATION)
INVITE = [asked({"max_uses": 1, "days": 14}), answered(_MADE, 201)]
INVITATION = [answered(_INVITATION)]
ACCEPT = [answered(_CIRCLE | {"my_role": "member"})]
FEED = [answered({"next": None, "previous": None, "results": [_SHARED, _ITEM]})]
