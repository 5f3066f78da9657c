"""Who works on what: claims that are fair, leases that are renewed, and losing one.

A claim hands out a lease token; whoever no longer holds the token (the row moved on, the lease ran out, the database
was away too long) has lost the job, and every write of theirs is refused by the token in its WHERE.
"""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection, transaction

from processing.errors import LeaseLost
from processing.models import Job

LOOK_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)

# The owners with something waiting come from a loose scan of job_claim_idx, so thousands of rows of one person cost
# one index look-up. The person served next is the one with the fewest running jobs, then served longest ago; of their
# jobs the highest priority, then the oldest. A row another worker is just claiming is skipped.
#
# A worker that is stopped (SIGSTOP, a paused machine) in the middle of a transaction must not hold its locks for ever:
# after the length of a lease PostgreSQL ends that connection.
_MAY_NOT_SLEEP: Final = "SELECT set_config('idle_in_transaction_session_timeout', %(milliseconds)s, false)"
_CLAIM: Final = """
WITH RECURSIVE owners(owner_id) AS (
    (SELECT owner_id FROM processing_job WHERE state = 'pending' AND queue = %(queue)s ORDER BY owner_id LIMIT 1)
    UNION ALL
    SELECT (SELECT next.owner_id FROM processing_job next
            WHERE next.state = 'pending' AND next.queue = %(queue)s AND next.owner_id > owners.owner_id
            ORDER BY next.owner_id LIMIT 1)
    FROM owners WHERE owners.owner_id IS NOT NULL
), busy AS (
    SELECT owner_id, count(*) AS running FROM processing_job
    WHERE state = 'processing' AND queue = %(queue)s GROUP BY owner_id
), turns AS MATERIALIZED (
    SELECT owners.owner_id FROM owners LEFT JOIN busy USING (owner_id)
    WHERE owners.owner_id IS NOT NULL
    ORDER BY coalesce(busy.running, 0),
        (SELECT max(served.started_at) FROM processing_job served
         WHERE served.owner_id = owners.owner_id AND served.started_at IS NOT NULL) NULLS FIRST
), chosen AS MATERIALIZED (
    SELECT first.id FROM turns CROSS JOIN LATERAL (
        SELECT id FROM processing_job
        WHERE state = 'pending' AND queue = %(queue)s AND owner_id = turns.owner_id
            AND (not_before IS NULL OR not_before <= statement_timestamp())
        ORDER BY priority DESC, created_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ) first LIMIT 1
)
UPDATE processing_job job SET
    state = 'processing', attempt = job.attempt + 1, lease_token = %(lease)s, worker = %(worker)s,
    lease_until = statement_timestamp() + %(seconds)s * interval '1 second',
    started_at = statement_timestamp(), not_before = NULL,
    sequence = job.sequence + 1, step = '', progress = 0, message = ''
FROM chosen WHERE job.id = chosen.id AND job.state = 'pending'
RETURNING job.id
"""

_RENEW: Final = """
UPDATE processing_job SET lease_until = statement_timestamp() + %(seconds)s * interval '1 second'
WHERE state = 'processing' AND lease_token = ANY(%(leases)s::uuid[]) RETURNING lease_token
"""

_LOOK: Final = """
SELECT lease_token FROM processing_job WHERE id = ANY(%(jobs)s::uuid[]) AND state = 'processing'
AND lease_token = ANY(%(leases)s::uuid[])
"""

_PROGRESS: Final = """
UPDATE processing_job SET step = %(step)s, progress = %(progress)s, sequence = sequence + 1
WHERE id = %(job)s AND lease_token = %(lease)s RETURNING sequence
"""


def claim(queue: str, worker: str) -> Job | None:
    """The job whose turn it is in ``queue``, now ours with its attempt counted; None when nothing may start."""
    values = {
        "queue": str(queue),
        "lease": uuid.uuid4(),
        "worker": worker[:100],
        "seconds": settings.JOB_LEASE_SECONDS,
    }
    with transaction.atomic():
        row = _row(f"{_MAY_NOT_SLEEP}; {_CLAIM}", values | {"milliseconds": str(settings.JOB_LEASE_SECONDS * 1000)})
        if row is None:
            return None
        job = Job.objects.select_related("owner").get(pk=row[0])
        job.remember()
    return job


def note_progress(job: Job, step: str, progress: int) -> None:
    """Write progress down; LeaseLost when the job is no longer held. A new step is an event of its own."""
    is_new_step = step != job.step
    with transaction.atomic():
        values = {"job": job.pk, "lease": job.lease_token, "step": step, "progress": progress}
        row = _row(_PROGRESS, values)
        if row is None:
            raise LeaseLost()
        job.step, job.progress, job.sequence = step, progress, row[0]
        if is_new_step:
            job.remember()
    if not is_new_step:
        from processing import push

        push.job_progress(job)


class Held:
    """A lease somebody in this process works under."""

    def __init__(self, job: Job) -> None:
        assert job.lease_token is not None
        self.job_id = job.pk
        self.token = job.lease_token
        self.is_lost = False
        self.good_until = time.monotonic() + settings.JOB_LEASE_SECONDS

    def check(self) -> None:
        """LeaseLost when the job is somebody else's by now, as far as is known here."""
        if self.is_lost or time.monotonic() > self.good_until:
            self.is_lost = True
            raise LeaseLost()


class Keeper:
    """Renews all leases of this process every beat, and looks once a second whether one was taken away."""

    def __init__(self) -> None:
        self._held: dict[uuid.UUID, Held] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def hold(self, job: Job) -> Iterator[Held]:
        held = Held(job)
        with self._lock:
            self._held[held.token] = held
            if self._thread is None:
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
        try:
            yield held
        finally:
            with self._lock:
                del self._held[held.token]

    def close(self) -> None:
        """End the thread and its connection; the next ``hold`` starts another."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        """Ends when it has found nothing held, so that an idle process keeps no connection open for this."""
        renewed_at = time.monotonic()
        try:
            while not self._is_over():
                is_beat = time.monotonic() - renewed_at >= settings.JOB_BEAT_SECONDS
                if is_beat:
                    renewed_at = time.monotonic()
                self._look(is_beat=is_beat)
                self._stop.wait(min(LOOK_SECONDS, settings.JOB_BEAT_SECONDS))
        finally:
            connection.close()

    def _is_over(self) -> bool:
        with self._lock:
            if self._stop.is_set() or not self._held:
                self._thread = None
                return True
            return False

    def _look(self, *, is_beat: bool) -> None:
        with self._lock:
            held = list(self._held.values())
        asked_at = time.monotonic()
        try:
            kept = _kept(held, is_beat=is_beat)
        except Exception as error:
            # Whatever it was, this thread must live on: without it every job here would be lost.
            log.warning("leases.not_asked", reason=type(error).__name__)
            connection.close()
            return
        for one in held:
            if one.token not in kept:
                one.is_lost = True
            elif is_beat:
                one.good_until = asked_at + settings.JOB_LEASE_SECONDS


keeper: Final = Keeper()


def _kept(held: list[Held], *, is_beat: bool) -> set[uuid.UUID]:
    values: dict[str, Any] = {
        "jobs": [one.job_id for one in held],
        "leases": [one.token for one in held],
        "seconds": settings.JOB_LEASE_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RENEW if is_beat else _LOOK, values)
        return {row[0] for row in cursor.fetchall()}


def _row(sql: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
