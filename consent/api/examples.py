"""Examples of the documentation of consents, checked against its schema by a test."""

from typing import Any, Final

from processing.documenting import answered, asked

_ALICE: Final = {"id": "0d1f6c7a-2f0a-4b7e-8b8e-8f6f8c0d9b21", "name": "Alice"}
_BOB: Final = {"id": "5b0e0c52-6f0b-4c7c-a1a7-3d9f1d2f4a10", "name": "Bob"}
_ID: Final = "8c1f2f0d-4d2b-4a0e-9a55-0d6a5d1f7e42"
_ARTWORK: Final = "6b0f5c1e-23f8-4f0e-8f0a-6c1f54b7c8d3"
_CIRCLE: Final = "b7c1a6d2-3d0e-4f0c-9d51-6a1c1d5a7e33"
_SHA: Final = "5f1c6a3d0b7e4c2f9a8d1e6b3c7f0a5d4e9b2c8f1a6d3e7b0c5f9a2d8e4b1c6f"

_CONSENT: Final[dict[str, Any]] = {
    "id": _ID,
    "is_mine": True,
    "state": "requested",
    "sentence": "Alice asks to use “Left eye in March” for a fusion, each time.",
    "purpose": "fusion",
    "scope": "artwork",
    "artwork": {"id": _ARTWORK, "title": "Left eye in March", "kind": "iris"},
    "picture_url": f"/api/v1/consents/{_ID}/picture",
    "granter": _BOB,
    "requester": _ALICE,
    "recipient": {"kind": "circle", "id": _CIRCLE, "name": "The lake house"},
    "message": "For grandmother's birthday.",
    "epoch": 1,
    "valid_until": None,
    "asked_at": "2026-11-21T09:12:44Z",
    "changed_at": "2026-11-21T09:12:44Z",
    "notice_id": "consent-fusion",
    "notice_version": "2026-11-21",
    "can": ["grant", "refuse", "receipt"],
}
_NOTICE: Final = {
    "id": "consent-fusion",
    "version": "2026-11-21",
    "sha256": _SHA,
    "title": "Your artwork in a fusion",
    "paragraphs": ["Copies that somebody has already downloaded cannot be called back."],
}
_DETAIL: Final = _CONSENT | {"notice": _NOTICE}
_GIVEN: Final = _DETAIL | {
    "state": "granted",
    "sentence": "You gave it.",
    "epoch": 2,
    "valid_until": "2027-11-21T00:00:00Z",
    "can": ["revoke", "receipt"],
}
_ENDED: Final = {"valid_until": None, "can": ["grant", "receipt"]}
_OPEN: Final = _CONSENT | {
    "is_mine": False,
    "sentence": "You asked Bob to use “Left eye in March” for a fusion, each time.",
    "can": [],
}

_NEWS: Final = {
    "id": _ID,
    "type": "consent",
    "sentence": "Alice asks to use “Left eye in March” for a fusion, each time.",
    "is_waiting": True,
    "url": "/consents?box=asked",
    "at": "2026-11-21T09:12:44Z",
}

NOTIFICATIONS: Final = [answered({"next": None, "previous": None, "results": [_NEWS]})]
CONSENTS: Final = [answered({"next": None, "previous": None, "results": [_CONSENT]})]
CONSENT: Final = [answered(_DETAIL)]
GIVE: Final = [
    asked({"purpose": "fusion", "scope": "artwork", "artwork_id": _ARTWORK, "circle_id": _CIRCLE}),
    answered(_GIVEN | {"requester": None, "message": "", "epoch": 1, "valid_until": None}, 201),
]
ASK: Final = [
    asked(
        {
            "artwork_ids": [_ARTWORK],
            "purpose": "fusion",
            "circle_id": _CIRCLE,
            "message": "For grandmother's birthday.",
        }
    ),
    answered({"consents": [_OPEN], "pending": [_ARTWORK]}, 201),
]
GRANT: Final = [asked({"valid_until": "2027-11-21T00:00:00Z", "notice_version": "2026-11-21"}), answered(_GIVEN)]
REFUSE: Final = [
    answered(_DETAIL | {"state": "refused", "sentence": "You said no.", "epoch": 2, "can": ["grant", "receipt"]})
]
REVOKE: Final = [answered(_GIVEN | _ENDED | {"state": "withdrawn", "sentence": "You took it back.", "epoch": 3})]
RECEIPT: Final = [
    answered(
        {
            "receipt": {
                "format": "aureole-consent-receipt-1",
                "record_id": _ID,
                "state": "granted",
                "notice": {"id": "consent-fusion", "version": "2026-11-21", "sha256": _SHA, "language": "en"},
            },
            "signature": {
                "algorithm": "Ed25519",
                "key_id": "9f2c4b1a7d6e5038",
                "public_key": "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
                "value": "3Ax6Jf4xGmZkV0pW1c1q2h7m1nKq0Yb2m6mC9s0a8eQy3hV5b7Yt4o6u8i0p2a4s6d8f0g2h4j6k8l0z2x4c6v8b==",
            },
        }
    )
]
