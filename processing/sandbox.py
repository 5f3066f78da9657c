"""The warm child process of one worker thread: work that can be killed, watched and limited.

A thread cannot be interrupted inside OpenCV or libvips, a process can: on time-out, too much memory, cancel or a lost
lease the child is killed by its id and a new one is started for the next job.
"""

import json
import math
import os
import select
import signal
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as NotYet
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import psutil
import structlog
from pebble import ProcessFuture, ProcessPool

from processing import child, counting, errors
from processing.errors import AureoleError, JobDied, PipelineError, QualityIssue, ServerError, TooDemanding, TooSlow
from processing.recipe import Registration

LOOK_SECONDS: Final = 0.1
IDLE_SECONDS: Final = 120.0
# Starting the child is our time, not the picture's.
START_SECONDS: Final = 60.0
# A step may say first, and more tidily, that its time is over; in one native call it cannot.
STEP_GRACE_SECONDS: Final = 2.0
MIB: Final = 1024 * 1024
# Mapped is not used: thread stacks and allocator arenas take gigabytes of addresses. What is used is watched by RSS.
SPARE_ADDRESSES: Final = 4 * 1024 * MIB

OnProgress = Callable[[str, float], None]
Look = Callable[[], None]

log = structlog.get_logger(__name__)


class Sandbox:
    """One child, started on first use and kept warm; used by one thread."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()
        self._used_at = time.monotonic()
        _all.add(self)

    def run(
        self, found: Registration, work: Path, request: dict[str, Any], *, on_progress: OnProgress, look: Look
    ) -> dict[str, Any]:
        """Call the recipe's ``run`` in the child and return its result (plain JSON data).

        ``on_progress`` gets every report, ``look`` is called about ten times a second and raises to stop the work.
        Raises what ``run`` raised as an AureoleError; TooDemanding or TooSlow over a limit; PipelineError when a step
        took longer than the request's ``step_seconds`` (by its name) allows; JobDied when the child was killed from
        outside or crashed.
        """
        with self._lock:
            try:
                return self._run(found, work, request, on_progress, look)
            finally:
                self._used_at = time.monotonic()

    def close(self) -> None:
        """End the child if there is one and it is not working."""
        if self._lock.acquire(blocking=False):
            try:
                self._discard()
            finally:
                self._lock.release()

    def close_if_idle(self) -> None:
        if self._pool is not None and time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()

    def _run(
        self, found: Registration, work: Path, request: dict[str, Any], on_progress: OnProgress, look: Look
    ) -> dict[str, Any]:
        (work / child.REQUEST).write_text(json.dumps(request, default=str), encoding="utf-8")
        pipe = work / child.PROGRESS
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        space = 0 if found.device == "gpu" else found.memory_mb * MIB + SPARE_ADDRESSES
        try:
            future = self._schedule(found.run, work, space)
            watch = _Watch(found, reader, future, on_progress, look)
            watch.steps = _StepClock(request.get("step_seconds") or {})
            try:
                watch.until_done()
                if watch.is_bloated():
                    self._discard()
            except BaseException:
                watch.kill()
                self._discard()
                raise
        finally:
            os.close(reader)
        return _outcome(found, work)

    def _schedule(self, dotted: str, work: Path, space: int) -> ProcessFuture:
        if self._pool is None or not self._pool.active:
            self._discard()
            self._pool = ProcessPool(
                max_workers=1, context=get_context("spawn"), initializer=child.start, initargs=(os.getpid(),)
            )
        return self._pool.schedule(child.work, args=(dotted, str(work), space))

    def _discard(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()


class _StepClock:
    """How long the step lasts that the child spoke of last; ``seconds`` by the names of steps that have a limit."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self.seconds = seconds
        self.step = ""
        self.until = math.inf

    def hear(self, step: str) -> None:
        if step != self.step:
            self.step = step
            self.until = time.monotonic() + self.seconds.get(step, math.inf) + STEP_GRACE_SECONDS

    def check(self) -> None:
        if time.monotonic() > self.until:
            limit = self.seconds[self.step]
            log.warning("sandbox.step_over_limit", step=self.step, seconds=limit)
            raise PipelineError(
                f"The step “{self.step}” took longer than the {limit:g} seconds that a step may take.",
                suggestion="Allow more seconds in stage_timeout_seconds, or send a smaller photo.",
            )


class _Watch:
    """Waits for one job of the child: reads its progress, looks at its time and memory."""

    def __init__(
        self, found: Registration, reader: int, future: ProcessFuture, on_progress: OnProgress, look: Look
    ) -> None:
        self.found = found
        self.reader = reader
        self.future = future
        self.on_progress = on_progress
        self.look = look
        self.pid: int | None = None
        self.rest = b""
        self.steps = _StepClock({})
        self.deadline = time.monotonic() + START_SECONDS

    def until_done(self) -> None:
        is_open = True
        while True:
            if is_open and select.select([self.reader], [], [], LOOK_SECONDS)[0]:
                is_open = self._read() or self.pid is None
            if self._is_done(0 if is_open else LOOK_SECONDS):
                self._hear_the_rest(is_open)
                return
            self.look()
            self._check_limits()

    def _hear_the_rest(self, is_open: bool) -> None:
        """A result can overtake what was said before it, which then still lies in the pipe."""
        while is_open and select.select([self.reader], [], [], 0)[0]:
            is_open = self._read()

    def kill(self) -> None:
        """The child and whatever it started: it leads a session of its own."""
        if self.pid is None:
            self.future.cancel()
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def is_bloated(self) -> bool:
        """True when what the child kept would count against the next job."""
        return self.pid is not None and _memory(self.pid) > self.found.memory_mb * MIB / 2

    def _is_done(self, seconds: float) -> bool:
        if seconds == 0 and not self.future.done():
            return False
        try:
            self.future.result(timeout=seconds)
        except NotYet:
            return False
        except Exception as error:
            raise JobDied() from error
        return True

    def _read(self) -> bool:
        """Take what lies in the pipe; False when the child has closed it."""
        try:
            data = os.read(self.reader, 65536)
        except BlockingIOError:
            return True
        if not data:
            time.sleep(0.001 if self.pid else LOOK_SECONDS / 10)
            return False
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        return True

    def _take(self, line: dict[str, Any]) -> None:
        if "pid" in line:
            self.pid = int(line["pid"])
            self.deadline = time.monotonic() + self.found.time_limit
        else:
            self.steps.hear(str(line["step"]))
            self.on_progress(str(line["step"]), float(line["fraction"]))

    def _check_limits(self) -> None:
        if time.monotonic() > self.deadline:
            if self.pid is None:
                raise JobDied("The process for this work did not start.")
            raise _over_limit(self.found, "time")
        self.steps.check()
        if self.pid is not None and _memory(self.pid) > self.found.memory_mb * MIB:
            raise _over_limit(self.found, "memory")


def mine() -> Sandbox:
    """The sandbox of the calling thread."""
    found: Sandbox | None = getattr(_local, "sandbox", None)
    if found is None:
        found = _local.sandbox = Sandbox()
    return found


def close_idle() -> None:
    """End the children that had nothing to do for two minutes."""
    for sandbox in list(_all):
        sandbox.close_if_idle()


def close_all() -> None:
    """End every child that is not working."""
    for sandbox in list(_all):
        sandbox.close()


_local = threading.local()
_all: "weakref.WeakSet[Sandbox]" = weakref.WeakSet()


def _memory(pid: int) -> int:
    """Resident bytes of a process; 0 when it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _over_limit(found: Registration, what: str) -> AureoleError:
    log.warning("sandbox.over_limit", kind=found.kind, limit=what)
    return TooDemanding() if found.reads_pictures else TooSlow()


def _outcome(found: Registration, work: Path) -> dict[str, Any]:
    try:
        outcome = json.loads((work / child.OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise JobDied() from error
    _count_fallbacks(outcome["fallbacks"])
    if "result" in outcome:
        return outcome["result"] or {}
    if "out_of_memory" in outcome:
        raise _over_limit(found, "addresses")
    raise _rebuilt(found, outcome["error"])


def _count_fallbacks(noted: list[tuple[str, str, int]]) -> None:
    for model, reason, times in noted:
        log.warning("model.fallback", model=model, reason=reason, times=times)
        counting.add("model_fallbacks", json.dumps([model, reason]), by=times)


def _rebuilt(found: Registration, told: dict[str, Any]) -> AureoleError:
    """The child's exception as one of ours; a picture refused by the imaging room is a quality issue."""
    words = {"code": told["code"], "suggestion": told["suggestion"]}
    for name in told["family"]:
        cls = getattr(errors, name, None)
        if isinstance(cls, type) and issubclass(cls, AureoleError):
            return cls(told["detail"], **words) if cls.__init__ is AureoleError.__init__ else cls(told["detail"])
        if name == "ImageRefused":
            return QualityIssue(told["detail"], facts=told.get("facts"), **words)
    log.error("sandbox.raised", kind=found.kind, error=told["class"], where=told["where"])
    return ServerError()
