"""What a worker process does besides working: signs of life, and leaving in time."""

import os
import socket
import threading
from datetime import timedelta
from typing import Any, Final

import psutil
import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone
from dramatiq import Middleware

from processing import files, leases, runner, sandbox
from processing.models import WorkerBeat

# Somebody waits for what is in "high"; asking Redis more often would cost an idle machine more than it gives.
POLL_MILLISECONDS: Final = {"high": 40}
USUAL_POLL_MILLISECONDS: Final = 150
LAST_RESORT_SECONDS: Final = 27.0
STALE_AFTER: Final = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class Presence(Middleware):
    """Takes one wake-up a thread, beats while it lives, and leaves within 30 s of being asked."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._last_resort = threading.Timer(LAST_RESORT_SECONDS, _leave_now)

    def before_worker_boot(self, broker: Any, worker: Any) -> None:
        # A wake-up in a busy worker's pocket is one an idle worker does not hear.
        worker.queue_prefetch = worker.worker_threads
        polls = [POLL_MILLISECONDS.get(queue, USUAL_POLL_MILLISECONDS) for queue in _queues(broker, worker)]
        worker.worker_timeout = min(polls)

    def after_worker_boot(self, broker: Any, worker: Any) -> None:
        files.sweep_work_folders()
        connection.close()
        runner.departure.withdraw()
        self._stop.clear()
        queues = ",".join(_queues(broker, worker))
        threading.Thread(target=self._beat, args=(queues, worker.worker_threads), daemon=True).start()

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        runner.departure.ask()
        self._last_resort = threading.Timer(LAST_RESORT_SECONDS, _leave_now)
        self._last_resort.daemon = True
        self._last_resort.start()

    def before_worker_thread_shutdown(self, broker: Any, thread: Any) -> None:
        sandbox.mine().close()
        connection.close()

    def after_worker_shutdown(self, broker: Any, worker: Any) -> None:
        self._last_resort.cancel()
        self._stop.set()
        sandbox.close_all()
        leases.keeper.close()

    def _beat(self, queue: str, threads: int) -> None:
        name = f"{socket.gethostname()}:{os.getpid()}"
        started_at = timezone.now()
        while True:
            beat(name, queue=queue, threads=threads, started_at=started_at)
            sandbox.close_idle()
            if self._stop.wait(settings.JOB_BEAT_SECONDS):
                break
        _forget(name)


def _queues(broker: Any, worker: Any) -> list[str]:
    return sorted(worker.consumer_whitelist or broker.get_declared_queues())


def beat(name: str, *, queue: str, threads: int, started_at: Any) -> None:
    """Write one sign of life down; a database that is away is no reason to stop."""
    values = {"queue": queue[:60], "threads": threads, "started_at": started_at, "beat_at": timezone.now()}
    values["cpu_seconds"] = cpu_seconds()
    try:
        WorkerBeat.objects.update_or_create(name=name[:100], defaults=values)
    except Exception as error:
        log.warning("worker.no_beat", reason=type(error).__name__)
        connection.close()


def cpu_seconds() -> float:
    """What this process and its children, those that ended too, have used of the processor so far."""
    used = os.times()
    total = used.user + used.system + used.children_user + used.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            now = child.cpu_times()
        except psutil.Error:
            continue
        total += now.user + now.system + now.children_user + now.children_system
    return total


def forget_stale_beats() -> None:
    """Workers that have been silent for long were replaced."""
    WorkerBeat.objects.filter(beat_at__lt=timezone.now() - STALE_AFTER).delete()


def _forget(name: str) -> None:
    try:
        WorkerBeat.objects.filter(name=name[:100]).delete()
    except Exception as error:
        log.warning("worker.not_forgotten", reason=type(error).__name__)
    finally:
        connection.close()


def _leave_now() -> None:
    """Something hangs that cannot be interrupted; leases run out and others take over."""
    log.error("worker.left_in_a_hurry")
    os._exit(1)
