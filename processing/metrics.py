"""What Prometheus reads: asked of the database at each scrape, so that any process gives the same answer.

No scrape reads a table that grows with the library: counters come from the tally, gauges from partial indexes.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from processing import admission, counting, figures
from processing.figures import BUCKETS, JobFigures
from processing.models import FileDeletion, Job, JobFile, OpenSocket, Reading, Tally, WorkerBeat
from processing.states import Queue, State

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
WORKER_SILENT: Final = timedelta(minutes=2)
WORKED: Final = "ingest"


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
        yield from _checks()
        yield from _traffic()


def _ended_jobs() -> Iterator[Metric]:
    found = figures.all_time()
    ended = CounterMetricFamily("aureole_jobs_ended", "Jobs that ended.", labels=["kind", "state", "error_type"])
    failures = CounterMetricFamily("job_failures", "Jobs that failed.", labels=["job_type"])
    failed: dict[str, float] = defaultdict(float)
    for (kind, state, error), value in found.of("ended"):
        ended.add_metric([kind, state, error or "none"], value)
        failed[kind] += value if state == State.FAILED else 0
    for kind, value in failed.items():
        failures.add_metric([kind], value)
    yield ended
    yield failures
    yield from _times(found)


def _times(found: JobFigures) -> Iterator[Metric]:
    thumbnails = HistogramMetricFamily("thumbnail_processing_seconds", "How long photos take to get their pictures.")
    took = HistogramMetricFamily("aureole_job_duration_seconds", "How long jobs take.", labels=["kind"])
    waited = HistogramMetricFamily("aureole_job_wait_seconds", "From submit to start.", labels=["kind"])
    for family, name in ((took, "took"), (waited, "waited")):
        totals = {kind: value for (kind,), value in found.of(f"{name}_seconds")}
        counts: dict[str, dict[int, float]] = defaultdict(dict)
        for (kind, bucket), value in found.of(name):
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
    jobs = GaugeMetricFamily("aureole_jobs", "Jobs that wait or run.", labels=["kind", "state"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue, kind, state, count(*), extract(epoch FROM %s - min(created_at) FILTER ("
            " WHERE state = 'pending' AND (not_before IS NULL OR not_before <= %s)))"
            " FROM processing_job WHERE state IN ('pending', 'processing') GROUP BY queue, kind, state",
            [now, now],
        )
        rows = cursor.fetchall()
    for queue in Queue:
        mine = [row for row in rows if row[0] == queue]
        depth.add_metric([queue.value], sum(row[3] for row in mine if row[2] == State.PENDING))
        running.add_metric([queue.value], sum(row[3] for row in mine if row[2] == State.PROCESSING))
        oldest.add_metric([queue.value], max([0.0, *(float(row[4] or 0) for row in mine)]))
    for kind, state in sorted({(row[1], row[2]) for row in rows}):
        jobs.add_metric([kind, state], sum(row[3] for row in rows if (row[1], row[2]) == (kind, state)))
    yield from (depth, running, oldest, jobs)


def _workers() -> Iterator[Metric]:
    alive = GaugeMetricFamily("aureole_workers", "Workers with a fresh sign of life.", labels=["queue"])
    threads = GaugeMetricFamily("aureole_worker_threads", "Jobs they can run at once.", labels=["queue"])
    busy = CounterMetricFamily("aureole_worker_cpu_seconds", "CPU a worker and its children used.", labels=["worker"])
    cores = GaugeMetricFamily("aureole_worker_cores", "Cores a worker can keep busy.", labels=["worker"])
    counts = {queue.value: [0, 0] for queue in (Queue.HIGH, Queue.DEFAULT, Queue.LOW)}
    fresh = WorkerBeat.objects.filter(beat_at__gt=timezone.now() - WORKER_SILENT)
    for worker, queues, number, seconds in fresh.values_list("name", "queue", "threads", "cpu_seconds"):
        busy.add_metric([worker], seconds)
        cores.add_metric([worker], number)
        for queue in queues.replace(",", " ").split():
            found = counts.setdefault(queue, [0, 0])
            found[0] += 1
            found[1] += number
    for queue, (workers, number) in counts.items():
        alive.add_metric([queue], workers)
        threads.add_metric([queue], number)
    yield from (alive, threads, busy, cores)


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
    if getattr(default_storage, "bucket_name", ""):
        return
    place = Path(settings.MEDIA_ROOT)
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    yield GaugeMetricFamily("aureole_storage_free_bytes", "Free space.", value=usage.free)
    yield GaugeMetricFamily("aureole_storage_total_bytes", "All space.", value=usage.total)


def _checks() -> Iterator[Metric]:
    """What verify_library and backup found and did when they last ran; 0 for a time means never."""
    names = ("integrity", "integrity_checked_at", "backup_made_at")
    rows = Reading.objects.filter(name__in=names).values_list("name", "label", "value")
    read = {(name, label): value for name, label, value in rows}
    files = GaugeMetricFamily("aureole_integrity_files", "Files not as the library says.", labels=["finding"])
    for finding in ("missing", "mismatched", "orphan"):
        files.add_metric([finding], read.get(("integrity", finding), 0))
    yield files
    for name, words in (("integrity_checked", "When files were last compared."), ("backup_made", "The last backup.")):
        yield GaugeMetricFamily(f"aureole_{name}_timestamp_seconds", words, value=read.get((f"{name}_at", ""), 0))


def _traffic() -> Iterator[Metric]:
    requests = CounterMetricFamily("aureole_http_requests", "Requests answered.", labels=["status"])
    throttled = CounterMetricFamily("aureole_throttled", "Requests refused as too many.")
    resent = CounterMetricFamily("aureole_reconciler_resends", "Wake-ups the reconciler had to send again.")
    taken = CounterMetricFamily("aureole_leases_taken_back", "Jobs taken back from silent workers.")
    refused = CounterMetricFamily("aureole_ssrf_refusals", "Addresses people gave that lead inside, or nowhere good.")
    fallbacks = CounterMetricFamily(
        "aureole_model_fallbacks", "Times something weaker stood in for a model.", labels=["model", "reason"]
    )
    found: dict[str, dict[str, float]] = defaultdict(dict)
    names = ("http_requests", "throttled", "resends", "leases_taken_back", "model_fallbacks", "ssrf_refusals")
    for name, label, value in Tally.objects.filter(name__in=names).values_list("name", "label", "value"):
        found[name][label] = value
    for status in ("2xx", "3xx", "4xx", "5xx"):
        requests.add_metric([status], found["http_requests"].get(status, 0))
    plain = {"throttled": throttled, "resends": resent, "leases_taken_back": taken, "ssrf_refusals": refused}
    for name, family in plain.items():
        family.add_metric([], found[name].get("", 0))
    for label, value in found["model_fallbacks"].items():
        fallbacks.add_metric(json.loads(label), value)
    yield from (requests, *plain.values(), fallbacks)
