"""Instances started for real, each in a folder of its own, and ended whatever a test does."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GIVEN = (
    "DATABASE_URL",
    "REDIS_URL",
    "AUREOLE_TESTING",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "REDIS_PREFIX",
    "DATA_DIR",
    "SITE_URL",
)


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what names the test's own services."""
    inherited = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return {name: value for name, value in (inherited | more).items() if value}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(question: Callable[[], object], *, seconds: float = 120.0) -> bool:
    """Whether the answer became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.05)
    return False


@dataclass
class Instance:
    """One `make run`, without make: what it said, what it runs, what it answers."""

    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=lambda: [sys.executable, "-m", "config.embedded", "run"])
    process: "subprocess.Popen[str] | None" = None
    said: str = ""

    def start(self) -> "Instance":
        self.said = ""
        self.process = subprocess.Popen(
            self.words,
            cwd=ROOT,
            env=clean_environment(
                DATA_DIR=str(self.folder), PORT=str(self.port), **{"PROCESSES": "web", "DEMO": "0"} | self.environment
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=[self.process.stdout])
        self._reader.start()
        return self

    def _read(self, stream: TextIO) -> None:
        with contextlib.closing(stream):
            for line in stream:
                self.said += line

    def is_ready(self) -> bool:
        return "Aureole is ready" in self.said

    def wait_until_ready(self) -> "Instance":
        ended_or_ready = until(lambda: self.is_ready() or (self.process and self.process.poll() is not None))
        assert ended_or_ready, self.said
        assert self.is_ready(), self.said
        return self

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def running(self) -> dict[str, psutil.Process]:
        """Its processes by the name of their record."""
        found = {}
        for record in (self.folder / "run").glob("*.json"):
            # A record goes with its process: both may be gone since the folder was read.
            with contextlib.suppress(FileNotFoundError, psutil.NoSuchProcess):
                process = psutil.Process(int(record.read_text().split('"pid": ')[1].split(",")[0]))
                if process.status() != psutil.STATUS_ZOMBIE:
                    found[record.stem] = process
        return found

    def everything(self) -> list[psutil.Process]:
        """All processes that belong to it, recorded or not: by their environment, or by the folder they work in."""
        found = []
        for process in psutil.process_iter():
            try:
                works_in_it = Path(process.cwd()).is_relative_to(self.folder)
                belongs = works_in_it or process.environ().get("DATA_DIR") == str(self.folder)
            except psutil.Error:
                continue
            if belongs and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found

    def get(self, path: str = "/accounts/login/") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def ask(self, number: signal.Signals, *, seconds: float = 90.0) -> int:
        """Send the supervisor a signal and wait until it has ended."""
        assert self.process
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def destroy(self) -> None:
        if self.process and self.process.poll() is None:
            self.ask(signal.SIGTERM)
        for process in self.everything():
            process.kill()
        if self.process:
            self.process.wait(10)
            self._reader.join(5)


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files are the same for every instance: the first start collects them, the others find them."""
    return tmp_path_factory.mktemp("collected") / "static"


@pytest.fixture
def make_instance(tmp_path: Path, collected: Path) -> Iterator[Callable[..., Instance]]:
    made: list[Instance] = []

    def make(name: str = "data", **environment: str) -> Instance:
        # Only the web server unless a test says otherwise: every further process costs seconds.
        usual = {"PROCESSES": "web", "STATIC_ROOT": str(collected)}
        made.append(Instance(tmp_path / name, free_port(), {**usual, **environment}))
        return made[-1]

    yield make
    for instance in made:
        instance.destroy()


@pytest.fixture
def instance(make_instance: Callable[..., Instance]) -> Instance:
    return make_instance()
