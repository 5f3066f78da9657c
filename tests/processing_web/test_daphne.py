"""The real web server with a Redis of its own: pushes take milliseconds, and a Redis that dies takes nothing along."""

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
import websocket
from django.conf import settings
from django.test import Client

from processing import push
from processing.layer import PushLayer
from processing.models import Job
from processing.states import State
from tests import database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("daphne")]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def wait_for(done: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, redis.RedisError):
            if done():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


@dataclass
class Server:
    """daphne on a port, with a Redis that tests may kill."""

    folder: Path
    port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    redis: subprocess.Popen | None = None
    web: subprocess.Popen | None = None
    opened: list[websocket.WebSocket] = field(default_factory=list)

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.redis_port}/0"

    def start_redis(self) -> None:
        program = shutil.which("redis-server") or shutil.which("redis-server", path=str(Path(sys.prefix) / "bin"))
        assert program
        words = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.redis = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
        wait_for(lambda: redis.Redis.from_url(self.redis_url).ping())

    def stop_redis(self) -> None:
        assert self.redis
        self.redis.kill()
        self.redis.wait()

    def start_web(self) -> None:
        env = os.environ | {
            "DATABASE_URL": database.address(),
            "REDIS_URL": self.redis_url,
            "PORT": str(self.port),
            "PYTHONWARNINGS": "ignore",
        }
        with self.log.open("wb") as log:
            words = [sys.executable, "-m", "config.web", "-b", "127.0.0.1", "-p", str(self.port)]
            self.web = subprocess.Popen(
                [*words, "config.asgi:application"], cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log
            )
        wait_for(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() or True)

    @property
    def log(self) -> Path:
        return self.folder / "web.log"

    def open(self, browser: Client, path: str = "/ws/me") -> websocket.WebSocket:
        cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
        place = f"127.0.0.1:{self.port}"
        url = f"ws://{place}{path}"
        self.opened.append(websocket.create_connection(url, timeout=10, cookie=cookie, origin=f"http://{place}"))
        return self.opened[-1]

    def stop(self) -> None:
        for one in self.opened:
            one.shutdown()
        for process in (self.web, self.redis):
            if process and process.poll() is None:
                process.terminate()
                process.wait(20)


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[Server]:
    made = Server(tmp_path)
    made.start_redis()
    made.start_web()
    layer = PushLayer(
        hosts=[{"address": made.redis_url, "socket_timeout": None}], prefix=f"{settings.REDIS_PREFIX}:push"
    )
    monkeypatch.setattr(push, "get_channel_layer", lambda: layer)
    yield made
    push.flush(2)
    made.stop()


def hear(heard: websocket.WebSocket, seconds: float = 10) -> dict:
    heard.settimeout(seconds)
    return json.loads(heard.recv())


def test_progress_reaches_the_browser_within_twenty_milliseconds(server, alice, make_job, session_of):
    job = make_job(alice, state=State.PROCESSING)
    heard = server.open(session_of(alice))
    hear(heard)
    took = []
    for number in range(1, 41):
        job.sequence = job.progress = number
        started = time.perf_counter()
        push.job_changed(job)
        assert hear(heard)["progress"] == number
        took.append(time.perf_counter() - started)
    heard.close()
    print(f"\nprogress to browser: median {statistics.median(took) * 1000:.1f} ms, worst {max(took) * 1000:.1f} ms")  # noqa: T201
    assert statistics.median(took) <= 0.020


def test_while_redis_is_dead_the_socket_tells_from_the_database_and_pushes_come_back_with_it(
    server, alice, make_job, session_of
):
    job = make_job(alice, sequence=1)
    heard = server.open(session_of(alice), f"/ws/jobs/{job.pk}")
    assert hear(heard)["status"] == "pending"
    server.stop_redis()
    Job.objects.filter(pk=job.pk).update(state=State.CANCELLED, sequence=2)
    assert hear(heard)["status"] == "cancelled"
    late = server.open(session_of(alice), "/ws/me")
    server.start_redis()
    job.sequence = 10

    def is_pushed_to(listener: websocket.WebSocket) -> bool:
        """Sent by push alone: the row keeps saying 2."""
        job.sequence += 1
        push.job_changed(job)
        with contextlib.suppress(websocket.WebSocketTimeoutException):
            return hear(listener, 0.3)["sequence"] > 10
        return False

    for listener in (heard, late):
        wait_for(lambda to=listener: is_pushed_to(to), 20)
    heard.close()
    late.close()


def test_a_frame_over_64_kib_ends_the_socket(server, alice, session_of):
    heard = server.open(session_of(alice))
    heard.send("x" * 70_000)
    heard.settimeout(10)
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        assert heard.recv() == ""
        raise ConnectionError
    heard.shutdown()
    assert server.web.poll() is None


def test_strangers_are_refused_before_the_handshake_and_no_address_is_logged(server, alice, session_of):
    place = f"127.0.0.1:{server.port}"
    for path, origin in (
        ("/ws/me?ticket=very-secret", f"http://{place}"),
        ("/ws/me", "http://evil.example"),
        ("/x", None),
    ):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            websocket.create_connection(f"ws://{place}{path}", timeout=10, origin=origin)
        assert refused.value.status_code == 403
    browser = session_of(alice)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        wire.sendall(
            b"GET /accounts/password/reset/key/very-secret/ HTTP/1.0\r\nHost: 127.0.0.1\r\n"
            + f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\n\r\n".encode()
        )
        assert wire.recv(64).startswith(b"HTTP/1.")
    server.stop()
    logged = server.log.read_text()
    assert "request.done" in logged
    assert "very-secret" not in logged
    assert cookie not in logged
    assert "Traceback" not in logged
    assert all(json.loads(line) for line in logged.splitlines())
