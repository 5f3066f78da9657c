"""What crashed is put right by one leader."""

import threading
import time
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.utils import timezone

from circles.models import User
from processing import broker, jobs, leases, reconciler
from processing.models import FileDeletion, Job, JobFile, WorkerBeat
from processing.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain", "storage")]


def _claimed(owner: User, *, attempt: int = 1, is_dead: bool = True) -> Job:
    jobs.submit(actor=owner, kind="plain")
    job = leases.claim("high", "somebody")
    assert job
    JobFile.objects.create(job=job, lease_token=job.lease_token, name="a", key=f"k/{job.pk}")
    until = timezone.now() + timedelta(seconds=-1 if is_dead else 10)
    Job.objects.filter(pk=job.pk).update(attempt=attempt, lease_until=until)
    job.refresh_from_db()
    return job


@pytest.mark.usefixtures("silence")
def test_a_dead_lease_gives_the_job_back_at_once_and_its_files_go(alice: User) -> None:
    job = _claimed(alice)
    assert reconciler.take_back_dead_leases() == 1
    job.refresh_from_db()
    assert (job.state, job.attempt, job.not_before, job.lease_token) == (State.PENDING, 1, None, None)
    assert not JobFile.objects.exists()
    assert FileDeletion.objects.get().reason == "staged"
    assert leases.claim("high", "another") == job


@pytest.mark.usefixtures("silence")
def test_a_third_dead_lease_is_a_dead_letter(alice: User) -> None:
    job = _claimed(alice, attempt=3)
    reconciler.take_back_dead_leases()
    job.refresh_from_db()
    assert (job.state, job.is_dead_letter, job.error_code) == (State.FAILED, True, "job_died")


@pytest.mark.usefixtures("silence")
def test_a_living_lease_is_left_alone(alice: User) -> None:
    job = _claimed(alice, is_dead=False)
    assert reconciler.take_back_dead_leases() == 0
    job.refresh_from_db()
    assert job.state == State.PROCESSING


@pytest.mark.usefixtures("silence")
def test_a_lease_renewed_in_the_last_moment_is_left_alone(alice: User) -> None:
    """The reconciler has read the row when the beat comes."""
    stale = _claimed(alice)
    Job.objects.filter(pk=stale.pk).update(lease_until=timezone.now() + timedelta(seconds=20))
    assert not reconciler._take_back(stale)
    stale.refresh_from_db()
    assert stale.state == State.PROCESSING
    assert JobFile.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("silence")
def test_a_row_locked_by_a_sleeping_worker_does_not_hold_up_the_others(alice: User) -> None:
    asleep, dead = _claimed(alice), _claimed(alice)
    locked, wake = threading.Event(), threading.Event()

    def sleep() -> None:
        with transaction.atomic():
            Job.objects.select_for_update().get(pk=asleep.pk)
            locked.set()
            wake.wait(30)
        connections.close_all()

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    locked.wait(10)
    try:
        assert reconciler.is_leader()
        assert reconciler.take_back_dead_leases() == 1
    finally:
        wake.set()
        sleeper.join()
        connection.close()
    assert list(Job.objects.values_list("pk", "state").order_by("state")) == [
        (dead.pk, State.PENDING),
        (asleep.pk, State.PROCESSING),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("silence")
def test_a_worker_asleep_in_a_transaction_loses_its_locks(alice: User, settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 1
    _claimed(alice)
    try:
        with pytest.raises((OperationalError, InterfaceError)), transaction.atomic():
            Job.objects.select_for_update().get()
            time.sleep(1.5)
            Job.objects.update(label="too late")
    finally:
        connection.close()
    assert Job.objects.get().label == ""


def test_queues_are_rung_only_where_something_may_start(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(broker, "wake", lambda queue, times=1: rung.append((str(queue), times)) or True)
    monkeypatch.setattr(broker, "waiting", lambda queue: 1)
    assert reconciler.ring_queues() == 0
    for _ in range(3):
        jobs.submit(actor=alice, kind="plain")
    job = jobs.submit(actor=alice, kind="plain")
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() + timedelta(minutes=1))
    rung.clear()
    assert reconciler.ring_queues() == 2
    assert rung == [("high", 2)]
    monkeypatch.setattr(broker, "waiting", lambda queue: 8)
    assert reconciler.ring_queues() == 0
    monkeypatch.setattr(broker, "waiting", lambda queue: None)
    assert reconciler.ring_queues() == 0


def test_a_submit_succeeds_while_redis_is_away(
    alice: User, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(broker, "get", cache(broker.get.__wrapped__))
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.submit(actor=alice, kind="plain")
    assert time.monotonic() - began < 3
    assert broker.wake("high") is False
    assert broker.waiting("high") is None
    assert reconciler.ring_queues() == 0
    job.refresh_from_db()
    assert job.state == State.PENDING


def test_a_wake_up_says_nothing_about_the_job(settings: Any) -> None:
    try:
        assert broker.wake("low", 2)
        assert broker.waiting("low") == 2
        messages = broker.get().client.hvals(f"{settings.REDIS_PREFIX}:dramatiq:low.msgs")
        assert [b'"args":[],"kwargs":{}' in message for message in messages] == [True, True]
    finally:
        broker.get().flush_all()


@pytest.mark.usefixtures("silence")
def test_silent_workers_are_forgotten() -> None:
    now = timezone.now()
    for name, age in (("alive", 1), ("gone", 3600)):
        WorkerBeat.objects.create(name=name, queue="high", started_at=now, beat_at=now - timedelta(seconds=age))
    reconciler.forget_stale_beats()
    assert [beat.name for beat in WorkerBeat.objects.all()] == ["alive"]


def test_a_chore_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "_chores", {})
    done: list[str] = []

    @reconciler.every(0)
    def stumble() -> None:
        done.append("stumble")
        raise RuntimeError("no")

    @reconciler.every(0)
    def go_on() -> None:
        done.append("go on")

    for _ in range(2):
        reconciler.run_due_chores()
    assert done == ["stumble", "go on"] * 2


def test_a_chore_waits_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "_chores", {})
    done: list[int] = []
    reconciler.every(3600)(lambda: done.append(1))
    for _ in range(3):
        reconciler.run_due_chores()
    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_one_leads_and_the_next_takes_over() -> None:
    assert reconciler.is_leader()
    assert reconciler.is_leader()
    assert not _ask_as_another()
    connection.close()
    until = time.monotonic() + 10
    while not _ask_as_another():
        # The server notices a closed connection a moment later.
        assert time.monotonic() < until


def _ask_as_another() -> bool:
    answers: list[bool] = []

    def ask() -> None:
        answers.append(reconciler.is_leader())
        connections.close_all()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return answers[0]


@pytest.mark.usefixtures("silence")
def test_the_command_does_everything_once(alice: User) -> None:
    _claimed(alice)
    call_command("reconcile", "--once")
    assert Job.objects.get().state == State.PENDING
