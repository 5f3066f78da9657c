"""The whole site as people meet it: the web server and a worker, as processes of their own, on the test's database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

from tests import database

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60


@dataclass(frozen=True)
class Site:
    url: str
    logs: Path

    def said(self) -> str:
        """The end of what the processes wrote, for a failing test."""
        return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in sorted(self.logs.glob("*.log")))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _environment(port: int) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": database.address(),
        "REDIS_PREFIX": settings.REDIS_PREFIX,
        "DATA_DIR": str(settings.DATA_DIR),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "PORT": str(port),
    }


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/livez", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _commands(port: int) -> dict[str, list[str]]:
    return {
        "web": [sys.executable, "-m", "config.web", "-b", "127.0.0.1", "-p", str(port), "config.asgi:application"],
        "worker": [
            sys.executable, "-m", "dramatiq", "processing.actors",
            "--queues", "high", "default", "low", "--processes", "1", "--threads", "1",
        ],
    }  # fmt: skip


@contextmanager
def running(logs: Path) -> Iterator[Site]:
    """Start both, wait until the first page can be asked for, and stop both in the end."""
    port = _free_port()
    site = Site(f"http://127.0.0.1:{port}", logs)
    started = []
    for name, command in _commands(port).items():
        with (logs / f"{name}.log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=_environment(port), stdout=log, stderr=log)
        started.append(process)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(site.url):
            assert time.monotonic() < until, site.said()
            time.sleep(0.2)
        yield site
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
