"""The web server: daphne, which keeps a whole body aside before Django sees it, told where to stop.

``python -m config.web -b 127.0.0.1 -p 8000 config.asgi:application``: daphne's own words.
"""

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from daphne import server
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet import reactor

# A form may wrap the largest file in some lines of its own.
_FORM_BYTES = 1024 * 1024
# How long a client may go on sending what nobody keeps, so that it gets to read the answer.
_LINGER_SECONDS = 10.0


def longest_body() -> int:
    """Bytes."""
    return settings.MAX_UPLOAD_BYTES + _FORM_BYTES


def refusal() -> bytes:
    """The whole response: what every error of the API says, in the same words."""
    body = {
        "error": "too_large",
        "detail": f"This request is larger than the {settings.MAX_UPLOAD_SIZE_MB} MB this server takes.",
        "suggestion": "Send a smaller file, or send it in parts.",
    }
    content = json.dumps(body).encode()
    head = (
        "HTTP/1.1 413 Content Too Large\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + content


class BoundedRequest(WebRequest):
    """Counts the bytes itself: a chunked body announces no length, and an announced one may lie."""

    _received = 0
    _is_refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        if length is not None and length > longest_body():
            self._refuse()
        super().gotLength(0 if self._is_refused else length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._received += len(data)
        if self._received > longest_body():
            self._refuse()
        if not self._is_refused:
            super().handleContentChunk(data)

    def process(self) -> Any:
        if self._is_refused:
            return self.channel.loseConnection()
        return super().process()

    def _refuse(self) -> None:
        if self._is_refused:
            return
        self._is_refused = True
        if self.content is not None:
            self.content.truncate(0)
        self.channel.transport.write(refusal())
        reactor.callLater(_LINGER_SECONDS, self._hang_up)  # type: ignore[attr-defined, arg-type]

    def _hang_up(self) -> None:
        if self.channel is not None:
            self.channel.forceAbortClient()


class BoundedFactory(HTTPFactory):
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = BoundedRequest
        return protocol


def main(words: list[str]) -> None:
    """Serve until a signal comes."""
    # daphne offers no other way to name its factory.
    server.HTTPFactory = BoundedFactory
    # No access log of daphne's: it writes addresses, and addresses hold tokens. processing.watching logs requests.
    CommandLineInterface().run(["-v", "0", "--websocket-max-frame-size", "65536", *words])


if __name__ == "__main__":
    main(sys.argv[1:])
