"""/metrics tells the truth of the rows, never falls, and holds everything the alert rules ask for."""

import math
import re
import shutil
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from processing import counting, figures, jobs, middleware, sandbox
from processing.models import Job, JobFile, OpenSocket, Tally, WorkerBeat
from processing.states import State

pytestmark = pytest.mark.django_db


def scrape(client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = client.get("/metrics").content.decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(client, name: str, **labels: str) -> float | None:
    return scrape(client).get((name, tuple(sorted(labels.items()))))


@pytest.fixture(autouse=True)
def nothing_counted_before() -> None:
    counting._pending.clear()


@pytest.fixture
def ended(alice, make_job):
    def make(
        state: State = State.COMPLETED, *, took: float = 1.0, waited: float = 0.2, ago: float = 0, **fields
    ) -> Job:
        job = make_job(alice, state=state, duration_ms=int(took * 1000), **fields)
        started_at = job.created_at + timedelta(seconds=waited)
        Job.objects.filter(pk=job.pk).update(started_at=started_at, finished_at=timezone.now() - timedelta(seconds=ago))
        return job

    return make


def test_ended_jobs_are_counted_by_kind_state_and_error_class(client, ended):
    ended()
    ended(State.FAILED, error_type="quality_issue")
    ended(State.FAILED, error_type="server_error")
    assert value(client, "aureole_jobs_ended_total", kind="ingest", state="completed", error_type="none") == 1
    assert value(client, "aureole_jobs_ended_total", kind="ingest", state="failed", error_type="quality_issue") == 1
    assert value(client, "job_failures_total", job_type="ingest") == 2


def test_durations_and_waits_fall_into_their_buckets(client, ended):
    for took, waited in ((0.3, 0.05), (4.0, 0.2), (700, 90)):
        ended(took=took, waited=waited)
    found = scrape(client)
    buckets = {
        labels[0][1]: number
        for (name, labels), number in found.items()
        if name == "thumbnail_processing_seconds_bucket"
    }
    assert (buckets["0.25"], buckets["0.5"], buckets["5.0"], buckets["600.0"], buckets["+Inf"]) == (0, 1, 2, 2, 3)
    assert found["thumbnail_processing_seconds_sum", ()] == pytest.approx(704.3)
    assert found["thumbnail_processing_seconds_count", ()] == 3
    assert found["aureole_job_wait_seconds_bucket", (("kind", "ingest"), ("le", "0.1"))] == 1
    assert found["aureole_job_wait_seconds_sum", (("kind", "ingest"),)] == pytest.approx(90.25)


def test_counters_do_not_fall_when_jobs_are_deleted(client, alice, ended, make_job):
    done, failed, waiting = ended(took=2), ended(State.FAILED, error_type="server_error"), make_job(alice)
    before = scrape(client)
    for job in (done, failed):
        jobs.delete(actor=alice, job_id=job.pk)
    after = scrape(client)
    fell = {key: (number, after.get(key)) for key, number in before.items() if after.get(key, 0) < number}
    assert {key for key in fell if not key[0].startswith(("aureole_jobs", "aureole_dead", "aureole_storage"))} == set()
    assert after["thumbnail_processing_seconds_sum", ()] == before["thumbnail_processing_seconds_sum", ()]
    jobs.delete(actor=alice, job_id=waiting.pk)
    assert value(client, "aureole_jobs_ended_total", kind="ingest", state="cancelled", error_type="none") == 1


def test_old_figures_are_added_up_once_and_no_counter_notices(client, alice, ended):
    old, older, fresh = ended(took=2, ago=7200), ended(State.FAILED, error_type="server_error", ago=90_000), ended()
    before = counters(client)
    figures.add_up()
    figures.add_up()
    assert counters(client) == before
    assert Tally.objects.filter(name="ended").count() == 2
    for job in (old, older, fresh):
        jobs.delete(actor=alice, job_id=job.pk)
    assert counters(client) == before


def counters(client) -> dict:
    kept = ("aureole_jobs_ended", "aureole_job_", "job_failures", "thumbnail")
    return {key: number for key, number in scrape(client).items() if key[0].startswith(kept)}


def test_a_scrape_reads_no_table_that_grows_with_the_library(client, alice, ended):
    """Twenty thousand old jobs with a file each: none of their rows is looked at."""
    old = timezone.now() - timedelta(days=2)
    many = [
        Job(owner=alice, kind="ingest", queue="high", state="completed", finished_at=old, started_at=old, duration_ms=9)
        for _ in range(20_000)
    ]
    Job.objects.bulk_create(many)
    JobFile.objects.bulk_create(
        [JobFile(job=job, lease_token=job.pk, name="a", key=str(job.pk), status="published") for job in many]
    )
    figures.add_up()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE processing_job, processing_jobfile")
    with CaptureQueriesContext(connection) as asked:
        assert value(client, "aureole_jobs_ended_total", kind="ingest", state="completed", error_type="none") == 20_000
    assert {query["sql"]: whole_tables(query["sql"]) for query in asked if whole_tables(query["sql"])} == {}


def whole_tables(sql: str) -> set[str]:
    """The growing tables PostgreSQL would read from one end to the other to answer."""
    if not sql.startswith(("SELECT", "\nSELECT")):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    return set(re.findall(r"Seq Scan on (processing_job(?:file)?)\b", plan))


def test_jobs_that_wait_or_run_are_told_by_kind_and_state(client, alice, make_job, ended):
    for kind in ("ingest", "ingest", "iris"):
        make_job(alice, kind=kind)
    make_job(alice, kind="iris", state=State.PROCESSING)
    ended()
    found = {labels: number for (name, labels), number in scrape(client).items() if name == "aureole_jobs"}
    assert found == {
        (("kind", "ingest"), ("state", "pending")): 2,
        (("kind", "iris"), ("state", "pending")): 1,
        (("kind", "iris"), ("state", "processing")): 1,
    }


def test_a_workers_processor_time_is_told_beside_its_cores(client):
    now = timezone.now()
    middleware.beat("box:7", queue="high", threads=2, started_at=now)
    first = value(client, "aureole_worker_cpu_seconds_total", worker="box:7")
    assert first > 0
    burnt = time.process_time()
    while time.process_time() < burnt + 0.2:
        math.factorial(500)
    middleware.beat("box:7", queue="high", threads=2, started_at=now)
    assert value(client, "aureole_worker_cpu_seconds_total", worker="box:7") >= first + 0.1
    assert value(client, "aureole_worker_cores", worker="box:7") == 2


def test_a_childs_processor_time_counts_while_it_lives_and_afterwards():
    before = middleware.cpu_seconds()
    burn = "import time\nwhile time.process_time() < 0.5: pass\nprint('burnt', flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"burnt\n"
        assert middleware.cpu_seconds() >= before + 0.4
        child.communicate(b"\n")
    assert middleware.cpu_seconds() >= before + 0.4


def test_the_last_backup_is_told_and_0_means_never(client):
    assert value(client, "aureole_backup_made_timestamp_seconds") == 0
    counting.set_reading("backup_made_at", 1_000)
    counting.set_reading("backup_made_at", 2_000)
    assert value(client, "aureole_backup_made_timestamp_seconds") == 2_000


def test_a_model_that_was_not_used_is_counted_with_the_reason(client):
    sandbox._count_fallbacks([("buffalo_l", "not_usable", 2)])
    sandbox._count_fallbacks([("buffalo_l", "not_usable", 1), ("lama", "out_of_memory", 1)])
    assert value(client, "aureole_model_fallbacks_total", model="buffalo_l", reason="not_usable") == 3
    assert value(client, "aureole_model_fallbacks_total", model="lama", reason="out_of_memory") == 1


def test_queues_workers_and_sockets_are_as_the_rows_say(client, alice, make_job):
    now = timezone.now()
    make_job(alice)
    Job.objects.update(created_at=now - timedelta(seconds=400))
    make_job(alice, state=State.PROCESSING, lease_until=now - timedelta(seconds=1))
    WorkerBeat.objects.create(name="a", queue="high,default", threads=2, beat_at=now, started_at=now)
    WorkerBeat.objects.create(name="b", queue="high", beat_at=now - timedelta(minutes=3), started_at=now)
    OpenSocket.objects.create(user=alice, beat_at=now)
    OpenSocket.objects.create(user=alice, beat_at=now - timedelta(minutes=3))
    found = scrape(client)
    assert found["aureole_queue_depth", (("queue", "high"),)] == 1
    assert found["aureole_queue_running", (("queue", "high"),)] == 1
    assert 400 <= found["aureole_queue_oldest_pending_seconds", (("queue", "high"),)] < 410
    assert found["aureole_leases_expired", ()] == 1
    assert [found["aureole_workers", (("queue", name),)] for name in ("high", "default", "low")] == [1, 1, 0]
    assert found["aureole_worker_threads", (("queue", "default"),)] == 2
    assert found["aureole_sockets_open", ()] == 1


def test_dead_letters_and_staged_orphans_are_counted(client, ended, alice, make_job):
    ended(State.FAILED, is_dead_letter=True)
    running = make_job(alice, state=State.PROCESSING)
    for lease in (running.lease_token, uuid.uuid4()):
        JobFile.objects.create(job=running, lease_token=lease, name="a", key=str(lease))
    found = scrape(client)
    assert found["aureole_dead_letters", ()] == 1
    assert found["aureole_staged_orphans", ()] == 1


def test_requests_errors_and_throttles_are_counted_across_processes(client, alice, api_as, monkeypatch):
    def count(status: str) -> float:
        return value(client, "aureole_http_requests_total", status=status) or 0

    before = count("4xx")
    monkeypatch.setattr("processing.api.TicketThrottle.rate", "1/min")
    assert [api_as(alice).post("/api/v1/auth/ticket").status_code for _ in range(2)] == [201, 429]
    Tally.objects.create(name="http_requests", label="5xx", value=7)
    assert count("4xx") == before + 1
    assert count("5xx") == 7
    assert value(client, "aureole_throttled_total") == 1


def test_free_space_is_the_disks(client):
    usage = shutil.disk_usage(settings.BASE_DIR)
    assert value(client, "aureole_storage_total_bytes") == usage.total


def test_a_scrape_costs_the_same_queries_however_many_jobs_there_are(client, ended, django_assert_max_num_queries):
    for _ in range(20):
        ended()
    with django_assert_max_num_queries(16):
        client.get("/metrics")


RULES = yaml.safe_load(Path(settings.BASE_DIR / "ops/alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_metric_an_alert_asks_for_is_served(client, ended, rule):
    for state, error in ((State.COMPLETED, ""), (State.FAILED, "server_error"), (State.FAILED, "transient_error")):
        ended(state, error_type=error)
    middleware.beat("box:7", queue="high", threads=2, started_at=timezone.now())
    sandbox._count_fallbacks([("lama", "not_usable", 1)])
    found = scrape(client)
    served = {name for name, _ in found}
    labels = {label for _, pairs in found for label, _ in pairs}
    asked = set(re.findall(r"\b(?:aureole|thumbnail|job)_\w+", rule["expr"]))
    assert asked
    assert asked <= served
    assert set(re.findall(r"(\w+)(?:=|!=|=~)\"", rule["expr"])) <= labels
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["action"].endswith(".")
    assert rule["labels"]["severity"] in {"warning", "page"}
