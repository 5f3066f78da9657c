"""Child processes that end with their supervisor, and are found again when they did not."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from config.embedded.layout import Layout, write_private

_PR_SET_PDEATHSIG = 1
_LARGEST_LOG_BYTES = 8 * 1024 * 1024
# psutil derives a start time from clock ticks; two readings of one process differ by less than this.
_SAME_START_SECONDS = 0.05


@dataclass(frozen=True)
class Command:
    """What to run: its name in messages and logs, its words, how it is asked to stop and how long it may take."""

    name: str
    words: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0


def end_with_parent(stop_signal: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when its parent dies (Linux; elsewhere the records serve)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)


def _tied_to(parent: int, stop_signal: signal.Signals) -> Callable[[], None]:
    def tie() -> None:
        end_with_parent(stop_signal)
        if os.getppid() != parent:
            os._exit(1)

    return tie


class Child:
    """One running command, leader of a session of its own so that nothing it started is missed."""

    def __init__(self, layout: Layout, command: Command, *, speaks: bool = False) -> None:
        """``speaks``: what it writes is for a person, not for the log, and may be secret."""
        self.command = command
        self._buried = False
        self.log = layout.logs / f"{command.name}.log"
        self._record = layout.run / f"{command.name}.json"
        self._turn_log()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command.words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if speaks else log,
                stderr=log,
                env={**os.environ, **command.environment},
                start_new_session=True,
                preexec_fn=_tied_to(os.getpid(), command.stop_signal),  # noqa: PLW1509 - the supervisor has no threads
            )
        self.started_at = time.monotonic()
        _remember(self._record, self._process.pid)

    def _turn_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        if self.exit_code() is None:
            self._process.send_signal(self.command.stop_signal)

    def wait(self, seconds: float) -> bool:
        """True when it has ended within that time."""
        try:
            self._process.wait(max(seconds, 0.001))
        except subprocess.TimeoutExpired:
            return False
        return True

    def said(self) -> str:
        """What a speaking child wrote, once it has ended."""
        return self._process.stdout.read().decode(errors="replace") if self._process.stdout else ""

    def bury(self) -> None:
        """Kill what is left of it and of what it started; forget it. Once: its number may be a stranger's later."""
        if self._buried:
            return
        self._buried = True
        kill_session(self.pid)
        self._process.wait()
        self._record.unlink(missing_ok=True)

    def last_words(self, lines: int = 3) -> str:
        """The end of its log."""
        return last_lines(self.log, lines)


def last_lines(path: Path, lines: int) -> str:
    """The last lines of a file that may be large or missing."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def stop_all(children: list[Child], *, is_hurried: Callable[[], bool] = lambda: False) -> None:
    """Ask all at once, wait for each as long as its command allows or until hurried, then kill what is left."""
    for child in children:
        child.ask_to_stop()
    asked = time.monotonic()
    for child in children:
        while not is_hurried() and time.monotonic() - asked < child.command.patience and not child.wait(0.1):
            pass
        child.bury()


def _remember(record: Path, pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        write_private(record, json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))


def kill_session(leader: int) -> None:
    """SIGKILL everything that belongs to the session of this leader, alive or dead."""
    members = list(_session(leader))
    for process in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(members, timeout=5)


def _session(leader: int) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def _is_ours(leader: int, started: float) -> bool:
    """False when the number has been given to a stranger since."""
    try:
        return abs(psutil.Process(leader).create_time() - started) < _SAME_START_SECONDS
    except psutil.NoSuchProcess:
        # The kernel does not reuse the number while the session lives, so members are the dead leader's own.
        return True


def end_orphans(layout: Layout, *, patience: float = 10.0) -> list[str]:
    """End what a killed supervisor left running; returns the names of what was found."""
    found = [name for record in sorted(layout.run.glob("*.json")) if (name := _end_orphan(record, patience))]
    for record in layout.run.glob("*.json"):
        record.unlink(missing_ok=True)
    return found


def _end_orphan(record: Path, patience: float) -> str | None:
    try:
        facts = json.loads(record.read_text(encoding="utf-8"))
        leader, started = int(facts["pid"]), float(facts["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    members = list(_session(leader)) if _is_ours(leader, started) else []
    if not members:
        return None
    for process in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT if record.stem == "postgres" else signal.SIGTERM)
    psutil.wait_procs(members, timeout=patience)
    kill_session(leader)
    return record.stem
