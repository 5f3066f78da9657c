"""One job from claim to end: guard -> prepare -> run in the sandbox -> stage -> guard and publish | retry | fail."""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from processing import ending, files, leases, outages, recipe, sandbox
from processing.errors import (
    AureoleError,
    JobDied,
    LeaseLost,
    ServerError,
    StorageUnavailable,
    TransientError,
)
from processing.leases import Held
from processing.models import Job, JobFile
from processing.recipe import Registration
from processing.states import State

PATIENCE_SECONDS: Final = 15.0
PROGRESS_SECONDS: Final = 0.25
LEAVE_SECONDS: Final = 20.0

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Leaving(TransientError):
    """This worker was asked to stop, and the job would take too long to wait for."""

    code = "worker_stopped"
    detail = "The worker was restarted; the job starts again."


class Departure:
    """Whether this process was asked to leave, and until when it may finish what it does."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._until = 0.0

    def ask(self, seconds: float = LEAVE_SECONDS) -> None:
        self._until = time.monotonic() + seconds
        self._asked.set()

    def withdraw(self) -> None:
        self._asked.clear()

    def is_asked(self) -> bool:
        return self._asked.is_set()

    def check(self) -> None:
        """Leaving when the time is up."""
        if self.is_asked() and time.monotonic() > self._until:
            raise Leaving()


departure: Final = Departure()


def drain(queue: str) -> int:
    """Do jobs of ``queue`` until none may start or this process is asked to leave; returns how many were done."""
    done = 0
    while not departure.is_asked():
        _refresh_connection()
        job = _persist(lambda: leases.claim(queue, worker_name()), time.monotonic() + PATIENCE_SECONDS)
        if job is None:
            break
        run(job)
        done += 1
    return done


def run(job: Job) -> None:
    """Do a claimed job to its end, whatever that is; raises nothing but what ends the process."""
    structlog.contextvars.bind_contextvars(job_id=str(job.pk))
    try:
        with leases.keeper.hold(job) as held:
            _Attempt(job, held).run()
    finally:
        structlog.contextvars.unbind_contextvars("job_id")


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.current_thread().name}"


class _Attempt:
    """One attempt at one job, under one lease."""

    def __init__(self, job: Job, held: Held) -> None:
        self.job = job
        self.held = held
        self.staged: dict[str, JobFile] = {}
        self.is_commit_unclear = False

    def run(self) -> None:
        try:
            if self.job.attempt > self.job.max_attempts:
                raise JobDied("The process working on this stopped suddenly, every time it was tried.")
            with outages.recognised():
                self._work()
        except LeaseLost:
            self._leave_quietly()
        except Leaving as error:
            told: AureoleError = error
            self._settle(lambda: ending.put_back(self.job, told, lease=self.held.token, is_attempt_counted=False))
        except Exception as error:
            told = _as_ours(error)
            self._settle(lambda: ending.end_or_put_back(self.job, told, lease=self.held.token))

    def _work(self) -> None:
        found = _registration(self.job)
        with files.work_folder(self.job) as work:
            with transaction.atomic():
                found.recipe.guard(self.job)
            request = found.recipe.prepare(self.job, work)
            progress = _Progress(self.job, found)
            result = sandbox.mine().run(
                found, work, request, on_progress=progress.take, look=lambda: self._look(progress)
            )
            self.staged = files.stage(self.job, self.held.token, work / files.OUT)
            files.store(self.staged.values(), work / files.OUT, self.held)
        self._publish(found, result)

    def _look(self, progress: "_Progress") -> None:
        self.held.check()
        departure.check()
        progress.write_what_is_due()

    def _publish(self, found: Registration, result: dict[str, Any]) -> None:
        _persist(lambda: self._try_to_publish(found, result), self.held.good_until)
        log.info("job.completed", kind=self.job.kind, duration_ms=self.job.duration_ms, attempt=self.job.attempt)

    def _try_to_publish(self, found: Registration, result: dict[str, Any]) -> None:
        self.held.check()
        try:
            with outages.recognised():
                self._publish_once(found, result)
        except outages.AWAY:
            # The answer to COMMIT may be what was lost.
            self.is_commit_unclear = True
            raise

    def _publish_once(self, found: Registration, result: dict[str, Any]) -> None:
        """All or nothing, and only while we hold the lease; the job's own row is locked last."""
        with transaction.atomic():
            found.recipe.guard(self.job)
            kept = found.recipe.publish(self.job, result, self.staged)
            JobFile.objects.filter(job=self.job, lease_token=self.held.token).update(
                status=JobFile.Status.PUBLISHED, is_adopted=not found.keeps_files
            )
            now = timezone.now()
            won = self.job.move(
                State.COMPLETED,
                lease=self.held.token,
                progress=100,
                result=kept or {},
                finished_at=now,
                duration_ms=ending.duration_ms(self.job),
            )
            if not won:
                raise LeaseLost()

    def _settle(self, write: Callable[[], bool]) -> None:
        """Write the end down; when even that fails, the lease runs out and the reconciler does it."""
        try:
            if not _persist(write, max(self.held.good_until, time.monotonic() + 1)):
                self._leave_quietly()
        except outages.AWAY as error:
            log.warning("job.not_settled", reason=type(error).__name__)

    def _leave_quietly(self) -> None:
        """Somebody else has the job, or it was published after all; in the first case late bytes are chased."""
        log.info("job.lease_lost", kind=self.job.kind)
        if self.is_commit_unclear:
            return
        keys = [row.key for row in self.staged.values()]
        try:
            _persist(lambda: files.chase(self.held.token, keys), time.monotonic() + PATIENCE_SECONDS)
        except outages.AWAY as error:
            log.warning("files.not_chased", reason=type(error).__name__)


class _Progress:
    """Steps and fractions of the child become a percentage, written at most four times a second."""

    def __init__(self, job: Job, found: Registration) -> None:
        self.job = job
        starts = [0, *(step.until for step in found.steps)]
        self.spans = {step.name: (start, step.until) for step, start in zip(found.steps, starts, strict=False)}
        self.due: tuple[str, int] | None = None
        self.written_at = 0.0

    def take(self, step: str, fraction: float) -> None:
        start, until = self.spans.get(step, (self.job.progress, self.job.progress))
        self.due = step, min(100, round(start + (until - start) * fraction))
        if step != self.job.step:
            self.written_at = 0.0
        self.write_what_is_due()

    def write_what_is_due(self) -> None:
        if self.due is None or time.monotonic() - self.written_at < PROGRESS_SECONDS:
            return
        (step, percent), self.due = self.due, None
        self.written_at = time.monotonic()
        if (step, percent) == (self.job.step, self.job.progress):
            return
        try:
            with outages.recognised():
                leases.note_progress(self.job, step, percent)
        except outages.AWAY as error:
            # The work is worth more than the number; a lost lease is found by its keeper.
            log.warning("progress.not_written", reason=type(error).__name__)
            connection.close()


def _registration(job: Job) -> Registration:
    try:
        found = recipe.find(job.kind)
    except LookupError:
        raise ServerError("This server does not know how to do this.") from None
    return replace(found, time_limit=min(found.time_limit, settings.JOB_TIMEOUT_SECONDS))


def _as_ours(error: Exception) -> AureoleError:
    if isinstance(error, AureoleError):
        return error
    log.error("job.raised", error=type(error).__name__, exc_info=error)
    if isinstance(error, (*outages.AWAY, TimeoutError, ConnectionError)):
        return TransientError()
    if isinstance(error, OSError) or type(error).__module__.startswith("botocore"):
        return StorageUnavailable()
    return ServerError()


def _persist(write: Callable[[], T], until: float) -> T:
    """Call ``write`` again while the database is away (a restart takes seconds), until ``until`` (monotonic)."""
    while True:
        try:
            with outages.recognised():
                return write()
        except outages.AWAY:
            connection.close()
            if time.monotonic() + 0.5 > until:
                raise
            time.sleep(0.5)


def _refresh_connection() -> None:
    """Drop a connection that broke while nobody looked; a good one is kept between jobs."""
    if connection.errors_occurred and not connection.in_atomic_block:
        connection.close()
