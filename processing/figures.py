"""How many jobs ended how, and how long they took: counters that never fall and never read the whole table.

What ended more than an hour ago is added to the tally once, by the reconciler; a scrape reads the tally and the jobs
since. A job that is deleted before it was added up is added by its deletion.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from processing import counting
from processing.models import Job, Tally
from processing.states import ENDS

BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
# A transaction that ends a job writes down the time before it commits; none takes an hour.
SETTLED: Final = timedelta(hours=1)
_UNTIL: Final = "ended_until"
_NAMES: Final = ("ended", "took", "took_seconds", "waited", "waited_seconds")

_ENDED: Final = """
SELECT kind, state, error_type, count(*),
    width_bucket(duration_ms / 1000.0, %(buckets)s) AS took,
    width_bucket(extract(epoch FROM started_at - created_at)::float8, %(buckets)s) AS waited,
    coalesce(sum(duration_ms), 0) / 1000.0, coalesce(sum(extract(epoch FROM started_at - created_at)), 0)
FROM processing_job WHERE state = ANY(%(ends)s) AND finished_at >= %(since)s AND finished_at < %(until)s {only}
GROUP BY 1, 2, 3, 5, 6
"""


class JobFigures:
    """Sums over ended jobs that may be added up and written down: each key is a figure and its label."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str], float] = defaultdict(float)

    def read(self, since: datetime, *, until: datetime | None = None, job_id: Any = None) -> "JobFigures":
        """Add the jobs that ended from ``since`` on, and before ``until``; with ``job_id`` that one alone."""
        values = {
            "buckets": [float(edge) for edge in BUCKETS],
            "ends": [str(end) for end in ENDS],
            "since": since,
            "until": until or datetime.max.replace(tzinfo=UTC),
            "job": job_id,
        }
        with connection.cursor() as cursor:
            cursor.execute(_ENDED.format(only="AND id = %(job)s" if job_id else ""), values)
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

    def of(self, name: str) -> Iterator[tuple[list[Any], float]]:
        return ((json.loads(label), value) for (kind, label), value in sorted(self.sums.items()) if kind == name)


def all_time() -> JobFigures:
    """Of every job that ever ended, deleted ones included."""
    figures = JobFigures()
    since = 0.0
    for name, label, value in Tally.objects.filter(name__in=(*_NAMES, _UNTIL)).values_list("name", "label", "value"):
        if name == _UNTIL:
            since = value
        else:
            figures.sums[name, label] += value
    return figures.read(_moment(since))


def remember_deleted(job: Job) -> None:
    """Keep the figures of an ended job that is about to be deleted; in the transaction that deletes it."""
    counting.write(JobFigures().read(_added_until(), job_id=job.pk).sums)


def add_up() -> None:
    """Add the jobs that ended more than an hour ago to the tally, once."""
    with transaction.atomic():
        since, until = _added_until(), (timezone.now() - SETTLED).replace(microsecond=0)
        if until > since:
            counting.write(JobFigures().read(since, until=until).sums)
            Tally.objects.filter(name=_UNTIL).update(value=until.timestamp())


def _added_until() -> datetime:
    """What ended before is in the tally; nobody moves it until the caller's transaction ends."""
    Tally.objects.bulk_create([Tally(name=_UNTIL)], ignore_conflicts=True)
    return _moment(Tally.objects.select_for_update().get(name=_UNTIL).value)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
