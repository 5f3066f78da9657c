"""Puts right what crashed: one leader looks every few seconds for what nobody else will finish."""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import OperationalError, connection
from django.db.models import Count, Q
from django.utils import timezone

from processing import broker, counting, ending, figures, files, middleware
from processing.errors import JobDied
from processing.models import Job

ADVISORY_LOCK: Final = 0x41_75_72_65  # "Aure"
TICK_SECONDS: Final = 1.0
MOST_WAKE_UPS: Final = 8

Task = Callable[[], object]
log = structlog.get_logger(__name__)


@dataclass
class Chore:
    """Something done again every ``seconds``; ``due_at`` is monotonic."""

    name: str
    seconds: float
    do: Task
    due_at: float = 0.0


_chores: dict[str, Chore] = {}


def every(seconds: float) -> Callable[[Task], Task]:
    """Have ``fn`` called every ``seconds`` by the leading reconciler; registered again, it replaces itself.

    Chores run one after another in one process and are called again after a failure, so they must be short and
    idempotent; each looks after its own transactions.
    """

    def register(fn: Task) -> Task:
        name = f"{fn.__module__}.{fn.__qualname__}"
        _chores[name] = Chore(name, seconds, fn)
        return fn

    return register


@every(2)
def take_back_dead_leases() -> int:
    """Give the jobs of silent workers another attempt, or end them as dead letters; returns how many."""
    now = timezone.now()
    expired = Job.objects.running().filter(lease_until__lt=now).order_by("lease_until")[:200]  # type: ignore[attr-defined]
    return sum(_take_back_if_free(job) for job in expired)


@every(2)
def ring_queues() -> int:
    """Wake as many workers as jobs could start, where fewer wake-ups lie ready; returns how many were sent."""
    due = Q(not_before=None) | Q(not_before__lte=timezone.now())
    waiting = Job.objects.waiting().filter(due).order_by().values_list("queue")  # type: ignore[attr-defined]
    return sum(_ring(queue, count) for queue, count in waiting.annotate(Count("pk")))


@every(2)
def drain_deletions() -> int:
    return files.drain_deletions()


@every(60)
def sweep_work_folders() -> int:
    return files.sweep_work_folders()


@every(600)
def add_up_ended_jobs() -> None:
    figures.add_up()


@every(60)
def forget_stale_beats() -> None:
    middleware.forget_stale_beats()


def run_due_chores() -> None:
    """Call every chore whose time has come; one that fails is logged and has its next turn."""
    for chore in list(_chores.values()):
        if time.monotonic() < chore.due_at:
            continue
        chore.due_at = time.monotonic() + chore.seconds
        _do(chore)


def run_everything_once() -> None:
    """Every chore now, whoever leads: for tests and for ``manage.py reconcile --once``."""
    for chore in list(_chores.values()):
        _do(chore)


def run_forever(stop: threading.Event) -> None:
    """Lead when nobody else does, until ``stop``; survives a database that goes away and comes back."""
    started_at = timezone.now()
    name = f"{socket.gethostname()}:{os.getpid()}:reconciler"
    beat_at = 0.0
    while not stop.is_set():
        try:
            if is_leader():
                run_due_chores()
                if time.monotonic() - beat_at > 5:
                    beat_at = time.monotonic()
                    middleware.beat(name, queue="reconciler", threads=1, started_at=started_at)
        except Exception as error:
            log.warning("reconciler.stumbled", reason=type(error).__name__)
            connection.close()
        stop.wait(TICK_SECONDS)
    connection.close()


def is_leader() -> bool:
    """True when this connection holds the leader's lock; asked anew each time, because a connection may be new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', '2s', false);"
            " SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %(lock)s AND classid = 0"
            " AND pid = pg_backend_pid() AND granted) OR pg_try_advisory_lock(%(lock)s)",
            {"lock": ADVISORY_LOCK},
        )
        return bool(cursor.fetchone()[0])


def _take_back_if_free(job: Job) -> bool:
    """A worker that sleeps in the middle of a transaction still locks its row; that one waits, the others do not."""
    try:
        return _take_back(job)
    except OperationalError as error:
        log.warning("lease.locked", job_id=str(job.pk), reason=type(error).__name__)
        return False


def _take_back(job: Job) -> bool:
    assert job.lease_token is not None
    still_dead = Q(lease_until__lt=timezone.now())
    counting.add("leases_taken_back")
    log.warning("lease.expired", job_id=str(job.pk), kind=job.kind, attempt=job.attempt)
    if job.attempt >= job.max_attempts:
        return ending.end(job, JobDied(), lease=job.lease_token, only_if=still_dead)
    return ending.put_back(job, JobDied(), lease=job.lease_token, only_if=still_dead)


def _ring(queue: str, waiting: int) -> int:
    lying = broker.waiting(queue)
    if lying is None:
        return 0
    missing = max(0, min(waiting, MOST_WAKE_UPS) - lying)
    if missing and broker.wake(queue, missing):
        counting.add("resends", by=missing)
        log.info("queue.rung", queue=queue, waiting=waiting, times=missing)
        return missing
    return 0


def _do(chore: Chore) -> None:
    try:
        chore.do()
    except Exception as error:
        log.error("chore.failed", chore=chore.name, error=type(error).__name__, exc_info=error)
        if connection.errors_occurred and not connection.in_atomic_block:
            connection.close()
