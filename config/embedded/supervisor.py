"""Keeps every process of one instance running until it is asked to stop."""

import contextlib
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FrameType

import psutil

from config.embedded import commands, preparation
from config.embedded.children import Child, end_with_parent, stop_all
from config.embedded.layout import CannotStart, Layout
from config.embedded.lock import mark_leaving, sole_owner
from config.embedded.services import Services

_TICK_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 30.0
_STEADY_SECONDS = 60.0
_WEB_START_SECONDS = 180.0
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


def say(text: str) -> None:
    """A line for the person at the terminal."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


@dataclass
class Post:
    """One place in the house: how to fill it, who fills it now, and how often it fell empty lately."""

    name: str
    start: Callable[[], Child]
    child: Child | None = None
    failures: int = 0
    due_at: float = 0.0

    def look(self) -> None:
        """Start it when it is due; note when it has died."""
        now = time.monotonic()
        if self.child is None:
            if now >= self.due_at:
                self._fill(now)
        elif (code := self.child.exit_code()) is not None:
            self._bury(self.child, code, now)

    def _fill(self, now: float) -> None:
        try:
            self.child = self.start()
        except (CannotStart, OSError) as error:
            self._lost(now, f"could not start: {error}")

    def _bury(self, child: Child, code: int, now: float) -> None:
        if now - child.started_at > _STEADY_SECONDS:
            self.failures = 0
        child.bury()
        self.child = None
        self._lost(now, f"{_ending(code)}. Its log, {child.log}, ends with:\n{child.last_words()}")

    def _lost(self, now: float, reason: str) -> None:
        pause = min(0.5 * 2**self.failures, _LONGEST_PAUSE_SECONDS)
        self.failures += 1
        self.due_at = now + pause
        say(f"{self.name} {reason}\n{self.name} starts again in {pause:g} s.")


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended by itself with status {code}"


class Supervisor:
    """The services, then the application; on the way out the other way round."""

    def __init__(self, layout: Layout, *, host: str, port: int) -> None:
        self.layout = layout
        self.host = host
        self.port = port
        self.services = Services(layout)
        self.posts: list[Post] = []
        self.examples: Child | None = None
        self.asked = 0

    def run(self) -> None:
        """Start everything, watch it, and stop it when a signal comes."""
        self._listen()
        self.layout.make()
        with sole_owner(self.layout) as lock:
            try:
                self._start()
                while not self.asked:
                    self._watch()
            finally:
                mark_leaving(lock)
                self._stop()

    def _listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        # When make itself is killed, nobody would be left to pass a signal on.
        with contextlib.suppress(psutil.Error):
            if psutil.Process(os.getppid()).name() in {"make", "gmake"}:
                end_with_parent(signal.SIGTERM)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1

    def _start(self) -> None:
        _require_free(self.host, self.port)
        self.services.start()
        self.posts = [
            Post(name, partial(self.services.start_one, name), child) for name, child in self.services.running.items()
        ]
        web, others = self._application()
        note = preparation.prepare(
            self.layout,
            is_database_ours="postgres" in self.services.starts,
            is_asked=lambda: bool(self.asked),
        )
        # Whoever started this waits for the page; the workers come a moment later.
        self.posts += web
        if web:
            self._wait_for_web()
        self.posts += others
        if not self.asked:
            ready = f"\nAureole is ready at {os.environ['SITE_URL']}"
            say(f"{ready}\n{note}Logs are in {self.layout.logs}. Ctrl-C stops it.")
            self.examples = preparation.examples(self.layout)

    def _application(self) -> tuple[list[Post], list[Post]]:
        """The web server's post, and the others."""
        found = commands.application(self.host, self.port)
        posts = [Post(command.name, partial(Child, self.layout, command)) for command in found]
        return [post for post in posts if post.name == "web"], [post for post in posts if post.name != "web"]

    def _watch(self) -> None:
        for post in self.posts:
            if not self.asked:
                post.look()
        time.sleep(_TICK_SECONDS)

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + _WEB_START_SECONDS
        while not (self.asked or _answers(self.host, self.port)):
            self._watch()
            if time.monotonic() > deadline:
                raise CannotStart(f"The web server does not answer. Its log is {self.layout.logs / 'web.log'}.")

    def _stop(self) -> None:
        application = [post.child for post in self.posts if post.child and post.name not in self.services.running]
        application += [self.examples] if self.examples else []
        if application:
            say("Stopping: running jobs get up to 30 s. Asked once more, it ends them at once.")
        asked = max(self.asked, 1)
        stop_all(application, is_hurried=lambda: self.asked > asked)
        self.services.stop()


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"{host}:{port} cannot be used: {error.strerror}. Give another one with PORT=."
            ) from error


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_WILDCARDS.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/livez", headers={"Host": "localhost"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
