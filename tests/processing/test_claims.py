"""Whose turn it is, and what a lease protects."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from circles.models import User
from processing import jobs, leases
from processing.errors import LeaseLost
from processing.leases import Held, Keeper
from processing.models import Job, JobEvent
from processing.states import State

pytestmark = pytest.mark.usefixtures("plain", "silence")


def _wait(owner: User, *labels: str, **fields: Any) -> list[Job]:
    return [jobs.submit(actor=owner, kind="plain", label=label, **fields) for label in labels]


def _claim() -> Job | None:
    return leases.claim("high", "somebody")


def _labels(count: int) -> list[str]:
    return [job.label for job in (_claim() for _ in range(count)) if job]


def test_a_claim_counts_the_attempt_and_takes_a_lease(alice: User, settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 20
    _wait(alice, "a")
    job = _claim()
    assert job
    assert (job.state, job.attempt, job.worker) == (State.PROCESSING, 1, "somebody")
    assert job.lease_token
    assert 18 < (job.lease_until - timezone.now()).total_seconds() <= 20
    assert [event.state for event in job.events.all()] == ["pending", "processing"]
    assert _claim() is None


def test_the_oldest_runs_first_but_for_priority(alice: User) -> None:
    _wait(alice, "old", "older than new")
    _wait(alice, "new")
    _wait(alice, "urgent", priority=5)
    assert _labels(5) == ["urgent", "old", "older than new", "new"]


def test_when_one_person_has_a_hundred_waiting_anothers_starts_within_the_next_two(alice: User, bob: User) -> None:
    _wait(alice, *(f"alice {number}" for number in range(99)))
    assert _labels(1) == ["alice 0"]
    _wait(bob, "bob")
    assert "bob" in _labels(2)


def test_the_person_with_fewest_running_jobs_is_next_then_who_was_served_longest_ago(
    alice: User, bob: User, charlie: User
) -> None:
    for person in (alice, bob, charlie):
        _wait(person, *(f"{person.name} {number}" for number in range(3)))
    first = _labels(3)
    assert {label.split()[0] for label in first} == {"Alice", "Bob", "Charlie"}
    second = [label.split()[0] for label in _labels(3)]
    assert second == [label.split()[0] for label in first]


def test_who_has_nothing_running_comes_before_who_was_served_longer_ago(alice: User, bob: User) -> None:
    _wait(alice, "a", "b")
    assert _labels(1) == ["a"]
    _wait(bob, "c", "d")
    served = _claim()
    assert served
    assert served.label == "c"
    served.move(State.COMPLETED, lease=served.lease_token)
    assert _labels(1) == ["d"]


@pytest.mark.django_db(transaction=True)
def test_a_job_another_worker_is_just_claiming_is_passed_over_not_waited_for(alice: User) -> None:
    first, _ = _wait(alice, "a", "b")
    found: list[str] = []

    def claim() -> None:
        found.extend(_labels(1))
        connection.close()

    with transaction.atomic():
        Job.objects.select_for_update().get(pk=first.pk)
        other = threading.Thread(target=claim)
        other.start()
        other.join(10)
        assert found == ["b"]


def test_priority_does_not_overtake_other_people(alice: User, bob: User) -> None:
    _wait(alice, "a", "b", priority=100)
    _wait(bob, "c")
    assert "c" in _labels(2)


def test_queues_are_apart(alice: User) -> None:
    _wait(alice, "a")
    assert leases.claim("low", "somebody") is None


def test_what_must_wait_longer_waits(alice: User) -> None:
    (job,) = _wait(alice, "a")
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() + timedelta(minutes=1))
    assert _claim() is None
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
    assert _claim() == job


def test_a_claim_looks_at_few_rows_however_many_wait(alice: User, bob: User) -> None:
    """Counted, not timed: the plan touches an index entry an owner, not a row a job."""
    Job.objects.bulk_create(Job(owner=owner, kind="plain", queue="high") for owner in (alice, bob) for _ in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE processing_job")
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + leases._CLAIM,
            {
                "queue": "high",
                "lease": uuid.uuid4(),
                "worker": "w",
                "seconds": 20,
            },
        )
        plan = cursor.fetchone()[0][0]["Plan"]
    assert _rows_touched(plan) < 60


def _rows_touched(node: dict[str, Any]) -> float:
    own = node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
    return own + sum(_rows_touched(child) for child in node.get("Plans", []))


@pytest.mark.django_db(transaction=True)
def test_many_workers_claiming_at_once_never_share_a_job(alice: User, bob: User) -> None:
    for owner in (alice, bob):
        _wait(owner, *(str(number) for number in range(10)))
    barrier = threading.Barrier(4)
    claimed: list[uuid.UUID] = []

    def work() -> None:
        barrier.wait()
        while job := _claim():
            claimed.append(job.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 20
    assert set(Job.objects.values_list("attempt", flat=True)) == {1}


@pytest.mark.parametrize("target", [State.PENDING, State.COMPLETED, State.FAILED, State.CANCELLED])
def test_a_stale_lease_moves_nothing(alice: User, target: State) -> None:
    _wait(alice, "a")
    job = _claim()
    assert job
    stale = job.lease_token
    Job.objects.filter(pk=job.pk).update(lease_token=uuid.uuid4())
    assert not job.move(target, lease=stale)
    job.refresh_from_db()
    assert job.state == State.PROCESSING
    assert JobEvent.objects.filter(job=job).count() == 2


def test_an_end_is_final(alice: User) -> None:
    (job,) = _wait(alice, "a")
    assert job.move(State.CANCELLED)
    for target in State:
        if target != State.PROCESSING:
            assert not job.move(target)


def test_only_one_of_two_finishers_wins_and_the_sequence_rises_by_one(alice: User) -> None:
    _wait(alice, "a")
    job = _claim()
    assert job
    other = Job.objects.get(pk=job.pk)
    before = job.sequence
    assert [one.move(State.COMPLETED, lease=job.lease_token) for one in (job, other)] == [True, False]
    job.refresh_from_db()
    assert job.sequence == before + 1
    assert job.lease_token is None


def test_a_move_can_be_narrowed(alice: User) -> None:
    (job,) = _wait(alice, "a")
    assert not job.move(State.FAILED, only_if=Q(attempt__gt=0))
    assert job.move(State.FAILED, only_if=Q(attempt=0))


def test_a_move_is_told_after_the_commit_only(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[str] = []
    monkeypatch.setattr("processing.push.job_changed", lambda job: told.append(job.state))
    (job,) = _wait(alice, "a")
    with django_capture_on_commit_callbacks(execute=True):
        job.move(State.CANCELLED)
        assert told == []
    assert told == ["cancelled"]


def test_progress_is_refused_without_the_lease(alice: User) -> None:
    _wait(alice, "a")
    job = _claim()
    assert job
    leases.note_progress(job, "first", 10)
    leases.note_progress(job, "first", 20)
    assert [event.step for event in job.events.all()] == ["", "", "first"]
    Job.objects.filter(pk=job.pk).update(lease_token=uuid.uuid4())
    with pytest.raises(LeaseLost):
        leases.note_progress(job, "first", 30)
    job.refresh_from_db()
    assert job.progress == 20


@pytest.mark.django_db(transaction=True)
def test_leases_are_renewed_while_held(alice: User, settings: Any) -> None:
    settings.JOB_BEAT_SECONDS = 0.1
    _wait(alice, "a")
    job = _claim()
    assert job
    Job.objects.filter(pk=job.pk).update(lease_until=F("lease_until") - timedelta(seconds=15))
    with Keeper().hold(job) as held:
        _until(lambda: Job.objects.get(pk=job.pk).lease_until > timezone.now() + timedelta(seconds=15))
        held.check()


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_job_is_noticed_by_who_holds_it(alice: User) -> None:
    _wait(alice, "a")
    job = _claim()
    assert job
    with Keeper().hold(job) as held:
        jobs.cancel(actor=alice, job_id=job.pk)
        _until(lambda: held.is_lost)
        with pytest.raises(LeaseLost):
            held.check()


def test_without_renewal_a_lease_counts_as_lost_even_when_nobody_can_be_asked(alice: User, settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 0
    _wait(alice, "a")
    job = _claim()
    assert job
    with pytest.raises(LeaseLost):
        Held(job).check()


def _until(happened: Any, seconds: float = 10) -> None:
    waited = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if happened():
            return
        waited.wait(0.05)
    raise AssertionError("It did not happen.")
