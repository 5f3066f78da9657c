"""The guarded fetcher against hostile origins: nothing inside is connected to, nothing lasts, nothing is told."""

import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processing.errors import DownloadFailed, DownloadRefused
from processing.fetching.fetcher import Fetcher, Limits
from processing.fetching.line import Clock, Line
from processing.fetching.network import certificates, resolve
from processing.imaging.types import Format
from tests.processing.fetching import origin as origins
from tests.processing.fetching.origin import PUBLIC, Answer, Origin, Outside, answer, certify, png, redirect, serving
from tests.processing.fetching.test_addresses import vectors

NAME = "pictures.example"
QUICK = Limits(connect_seconds=1, read_seconds=0.4, total_seconds=1, bytes_most=200_000)
CONSTANT = DownloadFailed.detail


class Scene:
    """One origin on loopback, and a fetcher whose outside leads there."""

    def __init__(self, origin: Origin, **names: Any) -> None:
        self.origin = origin
        self.outside = Outside({NAME: [PUBLIC]} | names, port=origin.port)
        self.fetcher = Fetcher(allow_http=True, limits=QUICK, network=self.outside.network)

    def expect_refused(self, url: str, target: Path, kind: type[DownloadFailed] = DownloadFailed) -> None:
        """It fails in the words everything fails in, and leaves nothing."""
        with pytest.raises(DownloadFailed) as caught:
            self.fetcher.download(url, target)
        assert type(caught.value) is kind
        assert (str(caught.value), caught.value.advice) == (CONSTANT, DownloadFailed.suggestion)
        assert not target.exists()


@pytest.fixture
def scene() -> Iterator[Callable[..., Scene]]:
    with ExitStack() as stack:
        yield lambda pages, **names: Scene(stack.enter_context(serving(pages)), **names)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "picture"


def test_a_picture_arrives_with_the_name_as_host_and_nothing_of_us(
    scene: Any, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    found = scene({"/a.png?b=1": answer(png())})
    told: list[float] = []
    assert found.fetcher.download(f"http://{NAME}/a.png?b=1", target, told.append) == Format.PNG
    assert target.read_bytes() == png()
    assert told[-1] == 1.0
    assert found.outside.reached == [(PUBLIC, 80)]
    head = found.origin.requests[0].decode()
    assert sorted(line.split(":")[0] for line in head.split("\r\n")[1:] if line) == [
        "Accept", "Accept-Encoding", "Connection", "Host", "User-Agent",
    ]  # fmt: skip
    assert f"Host: {NAME}\r\n" in head
    assert "Accept-Encoding: identity\r\n" in head


def test_no_inner_address_is_ever_connected_to_by_name_or_by_number(scene: Any, target: Path) -> None:
    found = scene({"/": answer(png())})
    for address in vectors()["block"]:
        found.outside.names["inside.example"] = [address]
        found.expect_refused("http://inside.example/", target, DownloadRefused)
        literal = f"[{address}]" if ":" in address else address
        found.expect_refused(f"http://{literal}/", target, DownloadRefused)
    assert (found.outside.reached, found.origin.connections) == ([], 0)


def test_every_open_address_is_connected_to_as_it_was_resolved(scene: Any, target: Path) -> None:
    found = scene({"/": answer(png())})
    allowed = vectors()["allow"]
    for address in allowed:
        found.outside.names[NAME] = [address]
        assert found.fetcher.download(f"http://{NAME}/", target) == Format.PNG
    assert [address for address, _ in found.outside.reached] == allowed


def test_no_known_way_of_writing_an_address_gets_in(scene: Any, target: Path) -> None:
    inner = {name: ["127.0.0.1"] for name in ("localhost", "127.0.0.1.nip.io", "host", "127.0.0.1")}
    found = scene({"/": answer(png())}, **inner, **{"metadata.google.internal": ["169.254.169.254"]})
    for url in vectors()["urls"]["reject"]:
        found.expect_refused(url, target, DownloadRefused)
    assert (found.outside.reached, found.origin.connections) == ([], 0)


@pytest.mark.parametrize("addresses", [[PUBLIC, "::1"], ["127.0.0.1", PUBLIC], ["2606:4700::1", "fd00::1", PUBLIC]])
def test_one_inner_address_among_many_shuts_the_name(scene: Any, target: Path, addresses: list[str]) -> None:
    found = scene({"/": answer(png())}, **{NAME: addresses})
    found.expect_refused(f"http://{NAME}/", target, DownloadRefused)
    assert found.outside.reached == []


def test_the_address_that_was_judged_is_the_one_connected_to(scene: Any, target: Path) -> None:
    """Whoever answers the second question differently is not asked a second time."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    found = scene({"/": answer(png())}, **{NAME: lambda: next(answers)})
    assert found.fetcher.download(f"http://{NAME}/", target) == Format.PNG
    assert found.outside.reached == [(PUBLIC, 80)]


def test_a_name_that_turns_inside_on_the_way_is_judged_anew(scene: Any, target: Path) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    found = scene({"/": redirect("/again"), "/again": answer(png())}, **{NAME: lambda: next(answers)})
    found.expect_refused(f"http://{NAME}/", target, DownloadRefused)
    assert found.outside.reached == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "http://inside.example/",
        "//127.0.0.1/",
        "http://x:y@a.example/",
    ],
)
def test_redirects_inside_are_not_followed(scene: Any, target: Path, location: str) -> None:
    found = scene({"/": redirect(location)}, **{"inside.example": ["10.0.0.1"]})
    found.expect_refused(f"http://{NAME}/", target, DownloadRefused)
    assert found.outside.reached == [(PUBLIC, 80)]


def test_three_redirects_are_followed_without_cookies_and_four_are_not(scene: Any, target: Path) -> None:
    pages: dict[str, Answer] = {f"/{number}": redirect(f"/{number + 1}") for number in range(4)}
    found = scene(pages | {"/4": answer(png())})
    assert found.fetcher.download(f"http://{NAME}/1", target) == Format.PNG
    assert b"cookie" not in b"".join(found.origin.requests).lower()
    target.unlink()
    found.expect_refused(f"http://{NAME}/0", target)
    assert found.origin.connections == 4 + 4


HOSTILE: dict[str, Answer] = {
    "drip": origins.drip,
    "drip_headers": origins.drip_headers,
    "endless": origins.endless,
    "endless_chunks": origins.endless_chunks,
    "endless_continue": origins.endless_continue,
    "many_headers": origins.many_headers,
    "silence": origins.silence,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_never_ends_is_ended(scene: Any, target: Path, name: str) -> None:
    found = scene({"/": HOSTILE[name]})
    began = time.monotonic()
    found.expect_refused(f"http://{NAME}/", target)
    assert time.monotonic() - began < QUICK.total_seconds + 2


BAD: dict[str, Answer] = {
    "longer than it may be": answer(png() + b"\0" * 300_000),
    "longer than it may be without saying so": answer(png() + b"\0" * 300_000, Content_Length=""),
    "says it is huge": answer(png(), Content_Length="1000000000"),
    "says more than comes": answer(png(), Content_Length="5000"),
    "says less than it is": answer(png() * 100, Content_Length="3"),
    "packed": answer(png(), Content_Encoding="gzip"),
    "a page called a picture": answer(b"<!doctype html><html></html>"),
    "a drawing with scripts": answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "nothing": answer(b""),
    "a part": answer(png(), "206 Partial Content"),
    "not found": answer(png(), "404 Not Found"),
    "our fault": answer(png(), "500 Oops"),
    "nowhere": redirect(""),
    "no HTTP": lambda request, sock: sock.sendall(b"220 mail.example ESMTP\r\n"),
    "says it is huge and hangs up": answer(png(), Content_Length="1000000000", Connection="close"),
    "hangs up": lambda request, sock: sock.close(),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_refused_in_the_same_words(scene: Any, target: Path, name: str) -> None:
    scene({"/": BAD[name]}).expect_refused(f"http://{NAME}/", target)


def test_every_byte_counts_whatever_it_is_for() -> None:
    """Heads, chunk sizes and interim answers are read by the library; what it reads is counted below it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"a" * 30)
        line = Line(ours, Clock(5), 1, allowance=20)
        assert line.makefile("rb").read1(20) == b"a" * 20
        with pytest.raises(DownloadFailed):
            io.BufferedReader.read1(line.makefile("rb"), 10)


@pytest.mark.parametrize("headers", [{"Content_Length": "many"}, {"Connection": "close"}, {"Content_Type": ""}])
def test_odd_headers_of_an_honest_picture_change_nothing(scene: Any, target: Path, headers: dict[str, str]) -> None:
    found = scene({"/": answer(png(), **headers)})
    assert found.fetcher.download(f"http://{NAME}/", target) == Format.PNG


def test_who_cannot_be_reached_is_told_of_in_the_same_words(scene: Any, target: Path) -> None:
    found = scene({})
    found.expect_refused("http://unknown.example/", target)
    found.origin.close()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found.outside.port = taken.getsockname()[1]
        found.expect_refused(f"http://{NAME}/", target)


def test_the_next_address_is_tried_when_one_does_not_answer(scene: Any, target: Path) -> None:
    found = scene({"/": answer(png())}, **{NAME: ["1.1.1.1", PUBLIC]})
    honest = found.outside.connect

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        if address == "1.1.1.1":
            raise ConnectionRefusedError
        return honest(address, port, seconds)

    found.outside.connect = connect
    fetcher = Fetcher(allow_http=True, limits=QUICK, network=found.outside.network)
    assert fetcher.download(f"http://{NAME}/", target) == Format.PNG


def test_https_shows_the_name_and_wants_its_certificate(target: Path, tmp_path: Path) -> None:
    server, client = certify(tmp_path, NAME)
    names: list[str | None] = []
    server.sni_callback = lambda sock, name, context: names.append(name)  # type: ignore[assignment]
    with serving({"/": answer(png())}, server) as origin:
        outside = Outside({NAME: [PUBLIC], "other.example": [PUBLIC]}, port=origin.port, context=client)
        fetcher = Fetcher(limits=QUICK, network=outside.network)
        assert fetcher.download(f"https://{NAME}/", target) == Format.PNG
        assert (names, outside.reached) == ([NAME], [(PUBLIC, 443)])
        with pytest.raises(DownloadFailed):
            fetcher.download("https://other.example/", target)
        strangers = Fetcher(limits=QUICK, network=replace(outside.network, certificates=certificates))
        with pytest.raises(DownloadFailed):
            strangers.download(f"https://{NAME}/", target)


def test_https_does_not_lead_down_to_http(target: Path, tmp_path: Path) -> None:
    server, client = certify(tmp_path, NAME)
    with serving({"/": redirect(f"http://{NAME}/a"), "/a": answer(png())}, server) as origin:
        outside = Outside({NAME: [PUBLIC]}, port=origin.port, context=client)
        with pytest.raises(DownloadRefused):
            Fetcher(allow_http=True, limits=QUICK, network=outside.network).download(f"https://{NAME}/", target)
    assert len(outside.reached) == 1


def test_http_is_shut_unless_it_was_opened(scene: Any, target: Path) -> None:
    found = scene({"/": answer(png())})
    with pytest.raises(DownloadRefused):
        Fetcher(network=found.outside.network).download(f"http://{NAME}/", target)
    assert found.outside.reached == []


def test_a_message_is_sent_once_and_no_redirect_is_followed(scene: Any) -> None:
    found = scene({"/hook": answer(b"", "204 No Content"), "/away": redirect("/hook")})
    assert found.fetcher.send(f"http://{NAME}/hook", b'{"a":1}', {"Content-Type": "application/json"}) == 204
    assert found.origin.requests[0].endswith(b'\r\n\r\n{"a":1}')
    assert found.fetcher.send(f"http://{NAME}/away", b"{}", {}) == 302
    assert found.origin.connections == 2


def test_a_message_never_goes_inside(scene: Any) -> None:
    found = scene({"/": answer()}, **{"inside.example": ["127.0.0.1"]})
    for url in ("http://inside.example/", "http://[::1]/", "http://169.254.169.254/"):
        with pytest.raises(DownloadRefused):
            found.fetcher.send(url, b"{}", {})
    assert (found.outside.reached, found.origin.connections) == ([], 0)


def test_a_resolver_that_sleeps_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **words: time.sleep(2) or [])
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        resolve("slow.example", 443, 0.1)
    assert time.monotonic() - began < 1.5


def test_a_resolver_gives_every_address_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(0, 0, 0, "", (address, 443)) for address in ("1.1.1.1", "::1", "1.1.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **words: entries)
    assert resolve("pictures.example", 443, 1) == ["1.1.1.1", "::1"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **words: [])
    with pytest.raises(OSError, match="no address"):
        resolve("nothing.example", 443, 1)
