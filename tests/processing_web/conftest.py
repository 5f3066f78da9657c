"""Sockets as browsers and devices open them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from circles.models import User
from config.asgi import application
from processing import push
from processing.models import Job
from processing.states import State

ORIGIN = "http://testserver"


@pytest.fixture
def make_job(db: None) -> Callable[..., Job]:
    def make(owner: User, **fields: Any) -> Job:
        if fields.get("state") == State.PROCESSING:
            fields.setdefault("lease_token", "00000000-0000-0000-0000-000000000001")
        return Job.objects.create(owner=owner, **({"kind": "ingest", "queue": "high"} | fields))

    return make


@pytest.fixture
async def open_socket() -> AsyncIterator[Callable[..., Awaitable[tuple[bool, Any, WebsocketCommunicator]]]]:
    """Opens a socket; returns (let in, code, socket). All are closed in the end, and so is the push thread's queue."""
    opened: list[WebsocketCommunicator] = []

    async def open_one(
        path: str, browser: Client | None = None, *, origin: str | None = ORIGIN, cookies: str | None = None
    ) -> tuple[bool, Any, WebsocketCommunicator]:
        headers = [(b"host", b"testserver")]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if browser is not None:
            cookies = (
                f"theme=dark; {settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
            )
        if cookies is not None:
            headers.append((b"cookie", cookies.encode()))
        socket = WebsocketCommunicator(application, path, headers=headers)
        let_in, code = await socket.connect(timeout=5)
        if let_in:
            opened.append(socket)
        return let_in, code, socket

    yield open_one
    for socket in opened:
        await socket.disconnect(timeout=5)
    push.flush()
