"""The web server stops bodies that nobody will want before they fill the disk."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.embedded.conftest import ROOT, free_port, until

MIB = 1024 * 1024
APPLICATION = ["tests.embedded.counting_app:application"]


@dataclass
class Web:
    port: int
    process: "subprocess.Popen[bytes]"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def is_up(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def open_bytes(self) -> int:
        """What the server keeps aside in deleted temporary files."""
        return sum(_aside(link) for link in Path(f"/proc/{self.process.pid}/fd").iterdir())


def _aside(link: Path) -> int:
    try:
        return link.stat().st_size if "(deleted)" in str(link.readlink()) else 0
    except FileNotFoundError:
        return 0


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "config.web", "-b", "127.0.0.1", "-p", str(port), *APPLICATION],
        cwd=ROOT,
        env=os.environ | {"MAX_UPLOAD_SIZE_MB": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started = Web(port, process)
    assert until(started.is_up)
    yield started
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def answer(connection: http.client.HTTPConnection) -> tuple[int, bytes]:
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def chunks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * (MIB // 4)


@pytest.mark.parametrize("size", [0, 1, 8192, 2 * MIB])
def test_a_body_within_the_limit_arrives_whole(web: Web, size: int) -> None:
    connection = web.connect()
    connection.request("POST", "/", body=b"x" * size)
    assert answer(connection) == (200, str(size).encode())


def refused(connection: http.client.HTTPConnection) -> bool:
    status, body = answer(connection)
    told = json.loads(body)
    return status == 413 and told["error"] == "too_large" and "1 MB" in told["detail"] and bool(told["suggestion"])


def test_a_body_announced_too_large_is_refused_before_a_byte_of_it_is_read(web: Web) -> None:
    connection = web.connect()
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(2 * MIB + 1))
    connection.endheaders()
    assert refused(connection)


def test_a_body_without_a_length_is_counted(web: Web) -> None:
    connection = web.connect()
    connection.request("POST", "/", body=chunks(12), encode_chunked=True)
    assert refused(connection)


def test_a_client_that_goes_on_sending_still_reads_the_answer_and_fills_nothing(web: Web) -> None:
    assert until(lambda: web.open_bytes() == 0)
    connection = web.connect()
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(12 * MIB))
    connection.endheaders()
    for chunk in chunks(48):
        connection.send(chunk)
    assert web.open_bytes() == 0
    assert refused(connection)


def test_a_chunked_flood_is_cut_off(web: Web) -> None:
    connection = web.connect()
    connection.putrequest("POST", "/")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()

    def is_cut_off() -> bool:
        try:
            connection.send(b"%x\r\n" % MIB + b"x" * MIB + b"\r\n")
        except OSError:
            return True
        return False

    assert until(is_cut_off, seconds=30)
    assert web.open_bytes() == 0
    connection.close()


def test_the_server_goes_on_after_a_refusal(web: Web) -> None:
    connection = web.connect()
    connection.request("POST", "/", body=b"hello")
    assert answer(connection) == (200, b"5")
    assert psutil.Process(web.process.pid).memory_info().rss < 400 * MIB


@pytest.mark.parametrize(("size", "is_kept"), [(64 * 1024, True), (64 * 1024 + 1, False)])
def test_a_socket_frame_beyond_64_kib_closes_the_connection(web: Web, size: int, is_kept: bool) -> None:
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as line:
        line.sendall(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b"101" in line.recv(4096).split(b"\r\n")[0]
        line.sendall(b"\x82\xff" + size.to_bytes(8, "big") + bytes(4) + bytes(size))
        try:
            told = line.recv(4096)
        except ConnectionResetError:
            told = b""
    assert (told[2:] == str(size).encode()) == is_kept
