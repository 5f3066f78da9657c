"""A job from claim to end, with a real child and real transactions."""

import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection

from circles.models import User
from processing import files, jobs, reconciler, runner
from processing.errors import NotFound, TransientError
from processing.models import FileDeletion, Job, JobFile
from processing.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("silence", "storage")]
Stored = Callable[[], list[str]]


def _do(owner: User, kind: str = "plain", **options: Any) -> Job:
    """Submit one job and drain its queue once."""
    job = jobs.submit(actor=owner, kind=kind, options=options)
    runner.drain("high")
    return Job.objects.get(pk=job.pk)


def _work_folders(storage: Path) -> list[Path]:
    root = storage.parent / "work"
    return list(root.iterdir()) if root.exists() else []


def test_a_job_is_done_and_its_files_are_published(
    alice: User, make_recipe: Any, storage: Path, stored: Stored
) -> None:
    def publish(job: Job, result: dict[str, Any], made: Mapping[str, JobFile]) -> dict[str, Any]:
        return {"files": sorted(made), "sizes": [made[name].byte_size for name in sorted(made)]}

    make_recipe("full", publish=publish)
    job = _do(alice, "full", files=["a.webp", "bb.json"])
    assert (job.state, job.progress, job.attempt) == (State.COMPLETED, 100, 1)
    assert job.result == {"files": ["a.webp", "bb.json"], "sizes": [6, 7]}
    assert (job.lease_token, job.lease_until) == (None, None)
    assert job.duration_ms is not None
    rows = {row.name: row for row in job.files.all()}
    assert rows["a.webp"].content_type == "image/webp"
    assert {row.status for row in rows.values()} == {"published"}
    assert rows["a.webp"].key == f"full/{job.pk}/{rows['a.webp'].lease_token}/a.webp"
    with default_storage.open(rows["a.webp"].key) as stream:
        assert stream.read() == b"a.webp"
    assert stored() == ["a.webp", "bb.json"]
    assert _work_folders(storage) == []
    assert [event.state for event in job.events.all()][-1] == "completed"
    assert [event.sequence for event in job.events.all()] == sorted({event.sequence for event in job.events.all()})


def test_steps_become_a_rising_percentage(alice: User, plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []
    monkeypatch.setattr("processing.push.job_changed", lambda job: seen.append((job.step, job.progress)))
    _do(alice)
    assert seen == [("", 0), ("", 0), ("first", 40), ("second", 70), ("second", 100)]


def test_a_refused_picture_is_a_quality_issue_that_is_not_tried_again(
    alice: User, make_recipe: Any, stored: Stored
) -> None:
    told: list[str] = []
    make_recipe("bad", run="blame_the_picture", failed=lambda job, error: told.append(error.message))
    job = _do(alice, "bad")
    assert (job.state, job.error_type, job.error_code) == (State.FAILED, "quality_issue", "nothing_there")
    assert (job.message, job.suggestion) == ("It is a picture of nothing.", "Take another one.")
    assert (job.attempt, job.is_dead_letter) == (1, False)
    assert told == ["It is a picture of nothing."]
    assert stored() == []


def test_a_transient_error_waits_longer_each_time_and_ends_after_three(alice: User, make_recipe: Any) -> None:
    make_recipe("busy", run="be_busy")
    job = _do(alice, "busy")
    for attempt, pause in ((1, 2), (2, 4)):
        assert (job.state, job.attempt) == (State.PENDING, attempt)
        assert pause - 1.5 < (job.not_before - job.started_at).total_seconds() < pause + 5
        runner.drain("high")
        job.refresh_from_db()
        assert job.attempt == attempt
        Job.objects.update(not_before=None)
        runner.drain("high")
        job.refresh_from_db()
    assert (job.state, job.error_type, job.attempt) == (State.FAILED, "transient_error", 3)
    assert not job.is_dead_letter


def test_our_own_fault_is_a_dead_letter_at_once(alice: User, make_recipe: Any) -> None:
    make_recipe("broken", run="stumble")
    job = _do(alice, "broken")
    assert (job.state, job.error_type, job.attempt, job.is_dead_letter) == (State.FAILED, "server_error", 1, True)
    assert list(Job.objects.dead_letters()) == [job]


def test_a_job_whose_child_dies_every_time_is_a_dead_letter_after_three(alice: User, make_recipe: Any) -> None:
    make_recipe("deadly", run="die")
    job = _do(alice, "deadly")
    for _ in range(2):
        assert job.state == State.PENDING
        Job.objects.update(not_before=None)
        runner.drain("high")
        job.refresh_from_db()
    assert (job.state, job.error_code, job.attempt, job.is_dead_letter) == (State.FAILED, "job_died", 3, True)


def test_beyond_its_attempts_a_job_ends_before_any_work(alice: User, make_recipe: Any) -> None:
    asked: list[Job] = []
    make_recipe("spent", prepare=lambda job, work: asked.append(job) or {})
    job = jobs.submit(actor=alice, kind="spent")
    Job.objects.filter(pk=job.pk).update(attempt=3)
    runner.drain("high")
    job.refresh_from_db()
    assert (job.state, job.is_dead_letter) == (State.FAILED, True)
    assert asked == []


def test_a_picture_over_its_time_is_a_quality_issue(alice: User, make_recipe: Any) -> None:
    make_recipe("slow", run="sleep", time_limit=1)
    job = _do(alice, "slow")
    assert (job.state, job.error_code, job.error_type) == (State.FAILED, "too_demanding", "quality_issue")


def test_the_servers_own_time_limit_holds_for_every_recipe(alice: User, make_recipe: Any, settings: Any) -> None:
    settings.JOB_TIMEOUT_SECONDS = 1
    make_recipe("slow", run="sleep", time_limit=600)
    assert _do(alice, "slow").error_code == "too_demanding"


def test_an_unknown_kind_is_a_dead_letter_not_a_dead_worker(alice: User, plain: Any) -> None:
    job = jobs.submit(actor=alice, kind="plain")
    Job.objects.filter(pk=job.pk).update(kind="forgotten")
    assert runner.drain("high") == 1
    job.refresh_from_db()
    assert (job.state, job.is_dead_letter) == (State.FAILED, True)


def test_the_guard_is_asked_before_the_work(alice: User, make_recipe: Any) -> None:
    def refuse(job: Job) -> None:
        raise NotFound("The photo is gone.")

    asked: list[Job] = []
    make_recipe("guarded", guard=refuse, prepare=lambda job, work: asked.append(job) or {})
    job = _do(alice, "guarded")
    assert (job.state, job.message) == (State.FAILED, "The photo is gone.")
    assert asked == []


def test_the_guard_is_asked_again_inside_the_publishing_transaction(
    alice: User, make_recipe: Any, stored: Stored
) -> None:
    answers = iter([True, False])

    def guard(job: Job) -> None:
        assert connection.in_atomic_block
        if not next(answers):
            raise NotFound("The photo is gone.")

    published: list[Job] = []
    make_recipe("guarded", guard=guard, publish=lambda job, result, made: published.append(job) or {})
    job = _do(alice, "guarded", files=["a.txt"])
    assert job.state == State.FAILED
    assert published == []
    assert stored() == ["a.txt"]
    reconciler.run_everything_once()
    assert stored() == []


def test_a_publish_that_fails_leaves_nothing(alice: User, make_recipe: Any, stored: Stored) -> None:
    def publish(job: Job, result: dict[str, Any], made: Mapping[str, JobFile]) -> dict[str, Any]:
        User.objects.filter(pk=alice.pk).update(name="half published")
        raise RuntimeError("no")

    make_recipe("half", publish=publish)
    job = _do(alice, "half", files=["a.txt"])
    assert (job.state, job.is_dead_letter) == (State.FAILED, True)
    alice.refresh_from_db()
    assert alice.name == "Alice"
    reconciler.run_everything_once()
    assert stored() == []
    assert not JobFile.objects.exists()


def test_a_database_that_is_away_for_a_moment_loses_no_work(
    alice: User, plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = runner._Attempt._publish_once
    troubles = iter([OperationalError("server closed the connection"), None])

    def sometimes(self: Any, found: Any, result: Any) -> None:
        trouble = next(troubles)
        if trouble:
            raise trouble
        publish(self, found, result)

    monkeypatch.setattr(runner._Attempt, "_publish_once", sometimes)
    job = _do(alice)
    assert (job.state, job.attempt) == (State.COMPLETED, 1)


def test_a_commit_whose_answer_was_lost_stays_published(
    alice: User, plain: Any, monkeypatch: pytest.MonkeyPatch, stored: Stored
) -> None:
    publish = runner._Attempt._publish_once
    calls = []

    def committed_but_unheard(self: Any, found: Any, result: Any) -> None:
        calls.append(1)
        publish(self, found, result)
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(runner._Attempt, "_publish_once", committed_but_unheard)
    job = _do(alice, files=["a.txt"])
    # Once, if the beat saw the row's end before it was tried again.
    assert len(calls) in {1, 2}
    assert job.state == State.COMPLETED
    reconciler.run_everything_once()
    assert stored() == ["a.txt"]


def test_a_storage_that_refuses_is_tried_again(
    alice: User, plain: Any, monkeypatch: pytest.MonkeyPatch, stored: Stored
) -> None:
    def full(*_: Any, **__: Any) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.FileSystemStorage.save", full)
        job = _do(alice, files=["a.txt"])
    assert (job.state, job.attempt) == (State.PENDING, 1)
    Job.objects.update(not_before=None)
    runner.drain("high")
    job.refresh_from_db()
    assert job.state == State.COMPLETED
    reconciler.run_everything_once()
    assert stored() == ["a.txt"]


def test_only_plain_files_are_taken(alice: User, make_recipe: Any) -> None:
    make_recipe("odd", run="leave_a_folder")
    assert _do(alice, "odd").is_dead_letter


def test_deleting_a_job_keeps_what_others_took_over(alice: User, make_recipe: Any, stored: Stored) -> None:
    make_recipe("gives")
    make_recipe("keeps", keeps_files=True)
    for kind, name in (("gives", "theirs.txt"), ("keeps", "ours.txt")):
        jobs.delete(actor=alice, job_id=_do(alice, kind, files=[name]).pk)
    reconciler.run_everything_once()
    assert stored() == ["theirs.txt"]


def test_deleting_a_person_deletes_the_bytes_of_their_jobs(alice: User, make_recipe: Any, stored: Stored) -> None:
    make_recipe("keeps", keeps_files=True)
    _do(alice, "keeps", files=["ours.txt"])
    alice.delete()
    reconciler.run_everything_once()
    assert stored() == []


def test_one_jobs_trouble_does_not_stop_the_next(alice: User, make_recipe: Any) -> None:
    make_recipe("deadly", run="die")
    make_recipe("plain")
    jobs.submit(actor=alice, kind="deadly")
    jobs.submit(actor=alice, kind="plain")
    assert runner.drain("high") == 2
    assert sorted(Job.objects.values_list("state", flat=True)) == ["completed", "pending"]


def test_work_folders_of_dead_attempts_are_swept(alice: User, plain: Any, storage: Path, settings: Any) -> None:
    left = storage.parent / "work" / f"{uuid.uuid4()}.{uuid.uuid4()}"
    (left / "out").mkdir(parents=True)
    foreign = storage.parent / "work" / "somebody's notes"
    foreign.mkdir()
    assert files.sweep_work_folders() == 1
    assert not left.exists()
    assert foreign.exists()
    shutil.rmtree(storage.parent / "work")
    assert files.sweep_work_folders() == 0


def test_deletions_are_tried_until_the_storage_agrees(
    monkeypatch: pytest.MonkeyPatch, storage: Path, stored: Stored
) -> None:
    (storage / "a").write_text("x")
    files.delete_later(["a", "never/was"], reason="test")

    def refuse(*_: Any) -> None:
        raise TransientError()

    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.FileSystemStorage.delete", refuse)
        assert files.drain_deletions() == 0
    row = FileDeletion.objects.get(key="a")
    assert (row.attempts, row.last_error) == (1, "TransientError")
    assert files.drain_deletions() == 0
    FileDeletion.objects.update(not_before=row.created_at)
    assert files.drain_deletions() == 2
    assert stored() == []
    assert not FileDeletion.objects.exists()
