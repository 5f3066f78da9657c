"""What Prometheus reads: asked of the database at each scrape, so that any process gives the same answer.

Jobs that were deleted are remembered in the tally, so that counters never fall.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from processing import admission, counting
from processing.models import FileDeletion, Job, JobFile, OpenSocket, Tally, WorkerBeat
from processing.states import ENDS, Queue, State

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
WORKER_SILENT: Final = timedelta(minutes=2)
WORKED: Final = "ingest"

# One pass over the ended jobs: their number, and how many took and waited how long.
_ENDED: Final = """
SELECT kind, state, error_type, count(*),
    width_bucket(duration_ms / 1000.0, %(buckets)s) AS took,
    width_bucket(extract(epoch FROM started_at - created_at)::float8, %(buckets)s) AS waited,
    coalesce(sum(duration_ms), 0) / 1000.0, coalesce(sum(extract(epoch FROM started_at - created_at)), 0)
FROM processing_job WHERE state = ANY(%(ends)s) {only} GROUP BY 1, 2, 3, 5, 6
"""


class JobFigures:
    """Sums over ended jobs that may be added up and written down: each key is a figure and its label."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str], float] = defaultdict(float)

    def read(self, job_id: Any = None) -> "JobFigures":
        """Add the jobs in the table; with ``job_id`` that one alone."""
        query = _ENDED.format(only="AND id = %(job)s" if job_id else "")
        values = {"buckets": [float(b) for b in BUCKETS], "ends": [str(end) for end in ENDS], "job": job_id}
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            for row in cursor.fetchall():
                self._add(*row)
        return self

    def _add(  # noqa: PLR0917 - the columns of one row
        self, kind: str, state: str, error: str, count: int, took: int | None, waited: int | None, *seconds: Any
    ) -> None:
        self.sums["ended", json.dumps([kind, state, error])] += count
        for name, bucket, total in (("took", took, seconds[0]), ("waited", waited, seconds[1])):
            if bucket is not None:
                self.sums[name, json.dumps([kind, bucket])] += count
                self.sums[f"{name}_seconds", json.dumps([kind])] += float(total)

    def add_deleted(self) -> "JobFigures":
        """Add what the tally remembers of deleted jobs."""
        names = ("ended", "took", "took_seconds", "waited", "waited_seconds")
        for name, label, value in Tally.objects.filter(name__in=names).values_list("name", "label", "value"):
            self.sums[name, label] += value
        return self

    def of(self, name: str) -> Iterator[tuple[list[Any], float]]:
        return ((json.loads(label), value) for (kind, label), value in sorted(self.sums.items()) if kind == name)


def remember_deleted(job: Job) -> None:
    """Keep the figures of an ended job that is about to be deleted; in the transaction that deletes it."""
    counting.write(JobFigures().read(job.pk).sums)


def text() -> bytes:
    """All metrics in Prometheus' text format."""
    counting.flush()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_FromDatabase())
    return generate_latest(registry)


class _FromDatabase(Collector):
    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _ended_jobs()
        yield from _queues()
        yield from _workers()
        yield from _leftovers()
        yield from _storage()
        yield from _traffic()


def _ended_jobs() -> Iterator[Metric]:
    figures = JobFigures().read().add_deleted()
    ended = CounterMetricFamily("aureole_jobs_ended", "Jobs that ended.", labels=["kind", "state", "error_type"])
    failures = CounterMetricFamily("job_failures", "Jobs that failed.", labels=["job_type"])
    failed: dict[str, float] = defaultdict(float)
    for (kind, state, error), value in figures.of("ended"):
        ended.add_metric([kind, state, error or "none"], value)
        failed[kind] += value if state == State.FAILED else 0
    for kind, value in failed.items():
        failures.add_metric([kind], value)
    yield ended
    yield failures
    yield from _times(figures)


def _times(figures: JobFigures) -> Iterator[Metric]:
    thumbnails = HistogramMetricFamily("thumbnail_processing_seconds", "How long photos take to get their pictures.")
    took = HistogramMetricFamily("aureole_job_duration_seconds", "How long jobs take.", labels=["kind"])
    waited = HistogramMetricFamily("aureole_job_wait_seconds", "From submit to start.", labels=["kind"])
    for family, name in ((took, "took"), (waited, "waited")):
        totals = {kind: value for (kind,), value in figures.of(f"{name}_seconds")}
        counts: dict[str, dict[int, float]] = defaultdict(dict)
        for (kind, bucket), value in figures.of(name):
            counts[kind][bucket] = counts[kind].get(bucket, 0) + value
        for kind, by_bucket in counts.items():
            family.add_metric([kind], _cumulative(by_bucket), totals.get(kind, 0))
            if name == "took" and kind == WORKED:
                thumbnails.add_metric([], _cumulative(by_bucket), totals.get(kind, 0))
    if not thumbnails.samples:
        thumbnails.add_metric([], _cumulative({}), 0)
    yield from (thumbnails, took, waited)


def _cumulative(counts: dict[int, float]) -> list[tuple[str, float]]:
    """Prometheus' buckets out of width_bucket's: number n holds what is below BUCKETS[n], the last the rest."""
    found, total = [], 0.0
    for number, edge in enumerate([*map(float, BUCKETS), float("inf")]):
        total += counts.get(number, 0)
        found.append(("+Inf" if edge == float("inf") else str(edge), total))
    return found


def _queues() -> Iterator[Metric]:
    now = timezone.now()
    depth = GaugeMetricFamily("aureole_queue_depth", "Jobs that wait.", labels=["queue"])
    running = GaugeMetricFamily("aureole_queue_running", "Jobs that run.", labels=["queue"])
    oldest = GaugeMetricFamily("aureole_queue_oldest_pending_seconds", "Age of the oldest due job.", labels=["queue"])
    jobs = GaugeMetricFamily("aureole_jobs", "Jobs there are, by state.", labels=["state"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue, count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'processing'),"
            " extract(epoch FROM %s - min(created_at) FILTER (WHERE state = 'pending'"
            "   AND (not_before IS NULL OR not_before <= %s)))"
            " FROM processing_job WHERE state IN ('pending', 'processing') GROUP BY queue",
            [now, now],
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    for queue in Queue:
        waiting, working, age = found.get(queue.value, (0, 0, None))
        depth.add_metric([queue.value], waiting)
        running.add_metric([queue.value], working)
        oldest.add_metric([queue.value], max(0.0, float(age or 0)))
    for state, count in Job.objects.order_by().values_list("state").annotate(Count("pk")):
        jobs.add_metric([state], count)
    yield from (depth, running, oldest, jobs)


def _workers() -> Iterator[Metric]:
    alive = GaugeMetricFamily("aureole_workers", "Workers with a fresh sign of life.", labels=["queue"])
    threads = GaugeMetricFamily("aureole_worker_threads", "Jobs they can run at once.", labels=["queue"])
    counts = {queue.value: [0, 0] for queue in (Queue.HIGH, Queue.DEFAULT, Queue.LOW)}
    fresh = WorkerBeat.objects.filter(beat_at__gt=timezone.now() - WORKER_SILENT)
    for queues, number in fresh.values_list("queue", "threads"):
        for queue in queues.replace(",", " ").split():
            found = counts.setdefault(queue, [0, 0])
            found[0] += 1
            found[1] += number
    for queue, (workers, number) in counts.items():
        alive.add_metric([queue], workers)
        threads.add_metric([queue], number)
    yield from (alive, threads)


def _leftovers() -> Iterator[Metric]:
    """What the reconciler has to do: all of it should be near zero."""
    now = timezone.now()
    held = Q(job__state=State.PROCESSING, job__lease_token=F("lease_token"))
    counts = {
        ("aureole_leases_expired", "Running jobs whose worker fell silent."): Job.objects.filter(
            state=State.PROCESSING, lease_until__lt=now
        ),
        ("aureole_dead_letters", "Failed by our fault, not looked at yet."): Job.objects.dead_letters(),  # type: ignore[attr-defined]
        ("aureole_staged_orphans", "Staged files nobody works on."): JobFile.objects.filter(
            status=JobFile.Status.STAGED
        ).exclude(held),
        ("aureole_file_deletions_due", "Files that should be gone already."): FileDeletion.objects.filter(
            not_before__lt=now, is_late_check=False
        ),
        ("aureole_file_deletions_failing", "Files that could not be deleted."): FileDeletion.objects.exclude(
            last_error=""
        ),
        ("aureole_sockets_open", "Sockets people hold open."): OpenSocket.objects.filter(
            beat_at__gt=now - admission.BEAT_LOST
        ),
    }
    for (name, words), rows in counts.items():
        yield GaugeMetricFamily(name, words, value=rows.order_by().values("pk").distinct().count())


def _storage() -> Iterator[Metric]:
    """Bytes of the disk originals and renditions lie on; S3 has no such number."""
    if settings.S3_BUCKET:
        return
    place = Path(settings.MEDIA_ROOT)
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    yield GaugeMetricFamily("aureole_storage_free_bytes", "Free space.", value=usage.free)
    yield GaugeMetricFamily("aureole_storage_total_bytes", "All space.", value=usage.total)


def _traffic() -> Iterator[Metric]:
    requests = CounterMetricFamily("aureole_http_requests", "Requests answered.", labels=["status"])
    throttled = CounterMetricFamily("aureole_throttled", "Requests refused as too many.")
    resent = CounterMetricFamily("aureole_reconciler_resends", "Wake-ups the reconciler had to send again.")
    taken = CounterMetricFamily("aureole_leases_taken_back", "Jobs taken back from silent workers.")
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for name, label, value in Tally.objects.values_list("name", "label", "value"):
        found[name][label] = value
    for status in ("2xx", "3xx", "4xx", "5xx"):
        requests.add_metric([status], found["http_requests"].get(status, 0))
    for family, name in ((throttled, "throttled"), (resent, "resends"), (taken, "leases_taken_back")):
        family.add_metric([], found[name].get("", 0))
    yield from (requests, throttled, resent, taken)
