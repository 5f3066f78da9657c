"""The guarded fetcher: pictures from, and messages to, addresses that people gave.

Every name is resolved here, each of its addresses judged, and the connection made to the very address that was judged,
with Host, SNI and certificate of the name. There is one error text for everything, so that nobody learns from it what
lies inside this server's network. No proxies, no cookies, no credentials.
"""

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from processing.errors import DownloadFailed, DownloadRefused
from processing.fetching.line import Clock, Line
from processing.fetching.network import OUTSIDE, Network
from processing.fetching.targets import Target, follow, parse
from processing.imaging import sniff
from processing.imaging.errors import ImageRefused
from processing.imaging.types import Format

MIB: Final = 1024 * 1024
HEAD_BYTES: Final = 256 * 1024
CHUNK: Final = 64 * 1024
ADDRESSES_TRIED: Final = 4
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
AGENT: Final = "Aureole"
Report = Callable[[float], None]


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, to wait for one answer, and for all of it with its redirects; bytes of a body."""

    connect_seconds: float = 5
    read_seconds: float = 10
    total_seconds: float = 30
    bytes_most: int = 30 * MIB
    redirects_most: int = 3


@dataclass(frozen=True)
class Fetcher:
    """``allow_http`` opens plain http besides https; the rest is as it should be left outside of tests."""

    allow_http: bool = False
    limits: Limits = Limits()
    network: Network = OUTSIDE

    def download(self, url: str, path: Path, report: Report = lambda fraction: None) -> Format:
        """Write the picture at ``url`` to ``path``; returns what its first bytes say it is.

        ``report`` hears the fraction that has arrived, where the length is known. DownloadRefused for an address that
        is never connected to, DownloadFailed for everything else; nothing is left at ``path`` then.
        """
        with _one_error(path):
            clock = Clock(self.limits.total_seconds)
            target = parse(url, allow_http=self.allow_http)
            for _ in range(self.limits.redirects_most + 1):
                location = self._take(target, clock, path, report)
                if location is None:
                    return _picture(path)
                target = follow(target, location, allow_http=self.allow_http)
            raise DownloadFailed()

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST ``body``; returns the status. No redirect is followed, and nothing of the answer's body is read."""
        with _one_error(None):
            target = parse(url, allow_http=self.allow_http)
            with self._asked("POST", target, Clock(self.limits.total_seconds), dict(headers), body) as (answer, _):
                return answer.status

    def _take(self, target: Target, clock: Clock, path: Path, report: Report) -> str | None:
        """Write what is there to ``path``, or say where it is instead."""
        with self._asked("GET", target, clock, {"Accept": "image/*"}) as (answer, line):
            if answer.status in REDIRECTS:
                return answer.headers.get("Location") or ""
            if answer.status != 200 or answer.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise DownloadFailed()
            if (answer.length or 0) > self.limits.bytes_most:
                raise DownloadFailed()
            # Chunks have headers of their own.
            line.allowance = self.limits.bytes_most + MIB
            self._copy(answer, path, report)
        return None

    def _copy(self, answer: http.client.HTTPResponse, path: Path, report: Report) -> None:
        told, count = answer.length, 0
        with path.open("wb") as out:
            while piece := answer.read(CHUNK):
                count += len(piece)
                if count > self.limits.bytes_most:
                    raise DownloadFailed()
                out.write(piece)
                report(count / told if told else 0.0)
        if told is not None and count != told:
            raise DownloadFailed()

    @contextmanager
    def _asked(
        self, method: str, target: Target, clock: Clock, headers: dict[str, str], body: bytes | None = None
    ) -> Iterator[tuple[http.client.HTTPResponse, Line]]:
        with closing(self._connected(target, clock)) as sock:
            line = Line(sock, clock, self.limits.read_seconds, HEAD_BYTES)
            connection = http.client.HTTPConnection(target.host, target.port)
            # It must never open a connection by itself.
            connection.auto_open = 0
            connection.sock = line  # type: ignore[assignment]
            own = {"Host": target.host_header, "User-Agent": AGENT, "Connection": "close"}
            connection.request(method, target.path, body, headers | own)
            with closing(connection.getresponse()) as answer:
                yield answer, line

    def _connected(self, target: Target, clock: Clock) -> Any:
        for address in self._judged(target, clock)[:ADDRESSES_TRIED]:
            try:
                seconds = clock.at_most(self.limits.connect_seconds)
                sock = self.network.connect(address, target.port, seconds)
            except OSError:
                continue
            return sock if target.scheme == "http" else self._secured(sock, target, clock)
        raise DownloadFailed()

    def _judged(self, target: Target, clock: Clock) -> list[str]:
        """Every address of the host; DownloadRefused when there is one among them that is not public."""
        seconds = clock.at_most(self.limits.connect_seconds)
        found = [target.host] if target.is_literal else self.network.resolve(target.host, target.port, seconds)
        if not all(self.network.is_public(address) for address in found):
            raise DownloadRefused()
        return found

    def _secured(self, sock: Any, target: Target, clock: Clock) -> Any:
        try:
            sock.settimeout(clock.at_most(self.limits.read_seconds))
            return self.network.certificates().wrap_socket(sock, server_hostname=target.host)
        except BaseException:
            sock.close()
            raise


@contextmanager
def _one_error(path: Path | None) -> Iterator[None]:
    """Whatever goes wrong is told in the same words, and half a picture is not left behind."""
    try:
        yield
    except Exception as error:
        if path is not None:
            path.unlink(missing_ok=True)
        if isinstance(error, DownloadFailed):
            raise
        if isinstance(error, (OSError, http.client.HTTPException, ImageRefused, ValueError)):
            raise DownloadFailed() from error
        raise


def _picture(path: Path) -> Format:
    with path.open("rb") as stream:
        return sniff.identify(stream.read(sniff.HEAD_BYTES))
