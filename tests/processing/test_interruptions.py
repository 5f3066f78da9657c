"""A job that is cancelled, deleted, overtaken or handed back while it runs."""

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from circles.models import User
from processing import files, jobs, reconciler, runner
from processing.models import Job, JobFile
from processing.states import State
from tests.processing.test_runner import _do, _work_folders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("silence", "storage")]
Stored = Callable[[], list[str]]


def test_a_second_finisher_publishes_nothing_and_takes_its_files_along(
    alice: User, make_recipe: Any, stored: Stored
) -> None:
    """While the first works, its lease is given to somebody else, who finishes first."""

    def overtaken(job: Job, result: dict[str, Any], made: Mapping[str, JobFile]) -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(lease_token=uuid.uuid4())
        return {"by": "the first"}

    make_recipe("raced", publish=overtaken)
    job = _do(alice, "raced", files=["a.txt"])
    assert job.state == State.PROCESSING
    assert job.result == {}
    reconciler.run_everything_once()
    assert stored() == []


def test_files_stored_after_a_cancel_are_chased(
    alice: User, plain: Any, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows go, and the sweep runs, between two files; the second file must not stay."""
    write = files._write

    def cancelled_meanwhile(row: JobFile, path: Path) -> None:
        if row.name == "b.txt":
            jobs.cancel(actor=alice, job_id=row.job_id)
            reconciler.drain_deletions()
        write(row, path)

    monkeypatch.setattr(files, "_write", cancelled_meanwhile)
    job = _do(alice, files=["a.txt", "b.txt"])
    assert job.state == State.CANCELLED
    assert stored() == ["b.txt"]
    reconciler.run_everything_once()
    assert stored() == []


def test_a_running_job_is_cancelled_within_two_seconds_and_its_child_is_gone(
    alice: User, make_recipe: Any, tmp_path: Path
) -> None:
    make_recipe("long", run="sleep")
    tell = tmp_path / "pid"
    job = jobs.submit(actor=alice, kind="long", options={"tell": str(tell)})
    worker = threading.Thread(target=_drain_in_thread)
    worker.start()
    _wait_for(lambda: tell.exists() and tell.read_text())
    began = time.monotonic()
    assert jobs.cancel(actor=alice, job_id=job.pk).state == State.CANCELLED
    _wait_for(lambda: not Path(f"/proc/{tell.read_text()}").exists())
    assert time.monotonic() - began < 2
    worker.join(10)
    assert not worker.is_alive()
    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.CANCELLED, 1)


def test_a_deleted_running_job_leaves_nothing(alice: User, make_recipe: Any, tmp_path: Path, storage: Path) -> None:
    make_recipe("long", run="sleep")
    tell = tmp_path / "pid"
    job = jobs.submit(actor=alice, kind="long", options={"tell": str(tell)})
    worker = threading.Thread(target=_drain_in_thread)
    worker.start()
    _wait_for(lambda: tell.exists() and tell.read_text())
    jobs.delete(actor=alice, job_id=job.pk)
    worker.join(10)
    assert not worker.is_alive()
    assert not Job.objects.exists()
    assert _work_folders(storage) == []


def test_a_worker_asked_to_leave_gives_long_work_back_without_counting_it(alice: User, make_recipe: Any) -> None:
    make_recipe("long", run="sleep")
    job = jobs.submit(actor=alice, kind="long")
    worker = threading.Thread(target=_drain_in_thread)
    worker.start()
    _wait_for(lambda: Job.objects.get(pk=job.pk).step == "first")
    runner.departure.ask(seconds=0.2)
    try:
        worker.join(10)
        assert not worker.is_alive()
    finally:
        runner.departure.withdraw()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.not_before) == (State.PENDING, 0, None)


def test_a_worker_asked_to_leave_finishes_short_work_and_starts_nothing_new(alice: User, make_recipe: Any) -> None:
    make_recipe("short", run="sleep")
    for _ in range(2):
        jobs.submit(actor=alice, kind="short", options={"seconds": 1})
    worker = threading.Thread(target=_drain_in_thread)
    worker.start()
    _wait_for(lambda: Job.objects.filter(step="first").exists())
    runner.departure.ask(seconds=10)
    try:
        worker.join(10)
    finally:
        runner.departure.withdraw()
    assert sorted(Job.objects.values_list("state", flat=True)) == ["completed", "pending"]


def _drain_in_thread() -> None:
    from processing import sandbox

    try:
        runner.drain("high")
    finally:
        sandbox.mine().close()
        connection.close()


def _wait_for(happened: Callable[[], Any], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)
