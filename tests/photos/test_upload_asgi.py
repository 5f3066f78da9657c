"""Parts as the real web server hands them on: in pieces, with or without a declared length."""

import asyncio
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application

from circles.models import User
from photos.models import Upload

application = get_asgi_application()


async def put(url: str, pieces: list[bytes], headers: dict[str, str]) -> int:
    """One PUT whose body comes in ``pieces``; returns the status."""
    path, _, query = url.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": "PUT", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "scheme": "http", "server": ("testserver", 80), "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"testserver"), *((k.encode(), v.encode()) for k, v in headers.items())],
    }  # fmt: skip
    talk = ApplicationCommunicator(application, scope)
    for place, piece in enumerate(pieces):
        more = place < len(pieces) - 1
        await talk.send_input({"type": "http.request", "body": piece, "more_body": more})
    start = await talk.receive_output(20)
    while (await talk.receive_output(20)).get("more_body"):
        pass
    await talk.wait(20)
    return start["status"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("pieces", "headers", "status", "arrived"),
    [
        ([bytes(400), bytes(600)], {"content-length": "1000"}, 200, [1]),
        ([bytes(400), bytes(600)], {}, 200, [1]),
        ([bytes(1000)] * 50, {}, 413, []),
        ([bytes(999)], {}, 400, []),
        ([b""], {}, 400, []),
        ([bytes(1000)], {"content-length": "99999999999"}, 413, []),
        ([bytes(1000)], {"content-length": "1000", "transfer-encoding": "chunked"}, 200, [1]),
    ],
)
async def test_what_arrives_is_counted_and_not_what_is_declared(  # noqa: PLR0917
    alice: User, presign: Any, settings: Any, pieces: list[bytes], headers: dict[str, str], status: int, arrived: Any
) -> None:
    settings.UPLOAD_PART_BYTES = 1000
    said = (await asyncio.to_thread(presign, alice, bytes(2500))).json()

    assert await put(said["urls"][0], pieces, headers) == status

    numbers = [part.number async for part in (await Upload.objects.aget()).parts.all()]
    assert numbers == arrived
