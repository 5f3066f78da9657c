"""The Idempotency-Key header: the same key with the same request means the same job, never a second one."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.request import Request

from processing.errors import Refused

KEY_LENGTH = 200


def read_key(request: Request, body: Any) -> dict[str, Any]:
    """``{"idempotency_key", "request_hash"}`` for ``jobs.submit``: the key is None when the header is absent.

    ``body`` is the validated body; the hash covers method, path and body, so that one key cannot name two requests.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return {"idempotency_key": None, "request_hash": ""}
    if not 1 <= len(key) <= KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Refused(fields={"Idempotency-Key": [f"Send 1 to {KEY_LENGTH} printable ASCII characters."]})
    said = json.dumps([request.method, request.path, body], sort_keys=True, cls=DjangoJSONEncoder)
    return {"idempotency_key": key, "request_hash": hashlib.sha256(said.encode()).hexdigest()}


def for_place(submission: dict[str, Any], place: int) -> dict[str, Any]:
    """What ``read_key`` said, for one item of a list: the first has the key itself, the others one made of it."""
    key = submission["idempotency_key"]
    if key is None or place == 0:
        return submission
    return submission | {"idempotency_key": f"{hashlib.sha256(key.encode()).hexdigest()}:{place}"}
