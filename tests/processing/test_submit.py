"""Handing work in: once, within limits, and only one's own."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from circles.models import User
from processing import broker, jobs
from processing.errors import Conflict, NotFound, QueueFull, Refused
from processing.models import Job
from processing.states import State

pytestmark = pytest.mark.usefixtures("plain")


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queues that were rung, instead of Redis."""
    rung: list[str] = []
    monkeypatch.setattr(broker, "wake", lambda queue, times=1: rung.append(str(queue)))
    return rung


def test_a_submitted_job_waits_and_wakes_its_queue_after_the_commit(
    alice: User, woken: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.submit(actor=alice, kind="plain", label="A walk", options={"size": 3})
        assert woken == []
    assert woken == ["high"]
    assert (job.state, job.owner, job.options) == (State.PENDING, alice, {"size": 3})
    assert [event.state for event in job.events.all()] == ["pending"]


def test_an_unknown_kind_is_not_a_job(alice: User) -> None:
    with pytest.raises(LookupError):
        jobs.submit(actor=alice, kind="nonsense")


def test_the_same_key_and_request_give_the_same_job(alice: User) -> None:
    first = jobs.submit(actor=alice, kind="plain", options={"a": 1, "b": 2}, idempotency_key="k")
    again = jobs.submit(actor=alice, kind="plain", options={"b": 2, "a": 1}, idempotency_key="k")
    assert again.pk == first.pk
    assert Job.objects.count() == 1


def test_the_same_key_with_another_request_is_a_conflict(alice: User) -> None:
    jobs.submit(actor=alice, kind="plain", options={"a": 1}, idempotency_key="k")
    with pytest.raises(Conflict) as raised:
        jobs.submit(actor=alice, kind="plain", options={"a": 2}, idempotency_key="k")
    assert raised.value.error_code == "idempotency_conflict"
    assert raised.value.status == 409


def test_the_callers_own_request_hash_decides(alice: User) -> None:
    first = jobs.submit(actor=alice, kind="plain", options={"a": 1}, idempotency_key="k", request_hash="h")
    assert jobs.submit(actor=alice, kind="plain", options={"a": 2}, idempotency_key="k", request_hash="h") == first


def test_keys_of_different_people_never_meet(alice: User, bob: User) -> None:
    first = jobs.submit(actor=alice, kind="plain", idempotency_key="k")
    assert jobs.submit(actor=bob, kind="plain", options={"x": 1}, idempotency_key="k") != first


@pytest.mark.django_db(transaction=True)
def test_two_submits_racing_with_one_key_make_one_job(alice: User) -> None:
    barrier = threading.Barrier(2)
    made: list[uuid.UUID] = []

    def race() -> None:
        barrier.wait()
        made.append(jobs.submit(actor=alice, kind="plain", idempotency_key="k").pk)
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1


def test_one_person_may_have_only_so_many_jobs_waiting(alice: User, bob: User, settings: Any) -> None:
    settings.QUEUE_LIMIT_PERSON = 2
    for _ in range(2):
        jobs.submit(actor=alice, kind="plain")
    with pytest.raises(QueueFull) as raised:
        jobs.submit(actor=alice, kind="plain")
    assert (raised.value.status, raised.value.error_code) == (503, "queue_full")
    assert raised.value.retry_after
    jobs.submit(actor=bob, kind="plain")


def test_everybody_together_may_have_only_so_many(alice: User, bob: User, settings: Any) -> None:
    settings.QUEUE_LIMIT_ALL = 1
    jobs.submit(actor=alice, kind="plain")
    with pytest.raises(QueueFull):
        jobs.submit(actor=bob, kind="plain")


def test_a_repeated_request_is_answered_even_when_the_queue_is_full(alice: User, settings: Any) -> None:
    settings.QUEUE_LIMIT_PERSON = 1
    first = jobs.submit(actor=alice, kind="plain", idempotency_key="k")
    assert jobs.submit(actor=alice, kind="plain", idempotency_key="k") == first


def test_unlimited_kinds_are_never_refused_and_take_no_room(alice: User, settings: Any, make_recipe: Any) -> None:
    make_recipe("ingest_like", is_unlimited=True)
    settings.QUEUE_LIMIT_PERSON = 1
    for _ in range(3):
        jobs.submit(actor=alice, kind="ingest_like")
    assert jobs.submit(actor=alice, kind="plain").pk


def test_a_batch_is_all_or_nothing(alice: User, settings: Any) -> None:
    settings.QUEUE_LIMIT_PERSON = 2
    with pytest.raises(QueueFull):
        jobs.submit_batch(actor=alice, requests=[jobs.Request("plain")] * 3)
    assert Job.objects.count() == 0
    made = jobs.submit_batch(actor=alice, requests=[jobs.Request("plain", label=name) for name in "ab"])
    assert [job.label for job in made] == ["a", "b"]
    assert len({job.batch_id for job in made}) == 1


@pytest.mark.parametrize("size", [0, 11])
def test_a_batch_holds_one_to_ten(alice: User, size: int) -> None:
    with pytest.raises(Refused):
        jobs.submit_batch(actor=alice, requests=[jobs.Request("plain")] * size)


def test_cancelling_a_waiting_job_ends_it_and_tells_its_recipe(alice: User, make_recipe: Any) -> None:
    told: list[str] = []
    make_recipe("told", failed=lambda job, error: told.append(error.error_code))
    job = jobs.submit(actor=alice, kind="told")
    assert jobs.cancel(actor=alice, job_id=job.pk).state == State.CANCELLED
    assert told == ["cancelled"]
    assert jobs.cancel(actor=alice, job_id=job.pk).state == State.CANCELLED


def test_a_recipe_that_stumbles_cannot_keep_a_job_from_ending(alice: User, make_recipe: Any) -> None:
    def stumble(job: Job, error: Exception) -> None:
        User.objects.filter(pk=alice.pk).update(name="half written")
        raise RuntimeError("no")

    make_recipe("clumsy", failed=stumble)
    job = jobs.submit(actor=alice, kind="clumsy")
    assert jobs.cancel(actor=alice, job_id=job.pk).state == State.CANCELLED
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_what_has_ended_cannot_be_cancelled(alice: User) -> None:
    job = jobs.submit(actor=alice, kind="plain")
    Job.objects.filter(pk=job.pk).update(state=State.COMPLETED)
    with pytest.raises(Conflict):
        jobs.cancel(actor=alice, job_id=job.pk)


@pytest.mark.parametrize("verb", [jobs.cancel, jobs.retry, jobs.delete])
def test_other_peoples_jobs_and_absent_ones_are_the_same(alice: User, charlie: User, verb: Any) -> None:
    job = jobs.submit(actor=alice, kind="plain")
    for job_id in (job.pk, uuid.uuid4()):
        with pytest.raises(NotFound):
            verb(actor=charlie, job_id=job_id)
    job.refresh_from_db()
    assert job.state == State.PENDING


def test_a_retry_is_a_new_linked_job_with_options_laid_over(alice: User) -> None:
    old = jobs.submit(actor=alice, kind="plain", label="A walk", options={"a": 1, "b": 1})
    jobs.cancel(actor=alice, job_id=old.pk)
    new = jobs.retry(actor=alice, job_id=old.pk, options={"b": 2})
    assert new.pk != old.pk
    assert (new.retry_of_id, new.label, new.options, new.attempt) == (old.pk, "A walk", {"a": 1, "b": 2}, 0)
    assert jobs.retry(actor=alice, job_id=old.pk, options={"b": 2}) == new


def test_a_running_job_cannot_be_retried(alice: User) -> None:
    job = jobs.submit(actor=alice, kind="plain")
    with pytest.raises(Conflict):
        jobs.retry(actor=alice, job_id=job.pk)


def test_a_retry_asks_the_guard(alice: User, make_recipe: Any) -> None:
    def refuse(job: Job) -> None:
        raise NotFound("The photo is gone.")

    make_recipe("guarded", guard=refuse)
    job = jobs.submit(actor=alice, kind="guarded")
    jobs.cancel(actor=alice, job_id=job.pk)
    with pytest.raises(NotFound):
        jobs.retry(actor=alice, job_id=job.pk)
    assert Job.objects.count() == 1


def _failed(owner: User, *, error_type: str, is_dead_letter: bool = False) -> Job:
    job = jobs.submit(actor=owner, kind="plain")
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, error_type=error_type, is_dead_letter=is_dead_letter)
    job.refresh_from_db()
    return job


def test_retrying_all_failed_leaves_bad_pictures_and_what_runs_again_already(alice: User, bob: User) -> None:
    hopeful = _failed(alice, error_type="transient_error")
    _failed(alice, error_type="quality_issue")
    _failed(bob, error_type="transient_error")
    assert [job.retry_of_id for job in jobs.retry_failed(actor=alice)] == [hopeful.pk]
    assert jobs.retry_failed(actor=alice) == []


def test_deleting_a_job_cancels_it_first(alice: User, make_recipe: Any) -> None:
    told: list[str] = []
    make_recipe("told", failed=lambda job, error: told.append(error.error_code))
    job = jobs.submit(actor=alice, kind="told")
    jobs.delete(actor=alice, job_id=job.pk)
    assert told == ["cancelled"]
    assert not Job.objects.exists()


def test_staff_with_the_permission_put_dead_letters_away_with_a_reason(alice: User, make_user: Any) -> None:
    admin = make_user("admin@example.com", is_staff=True, is_superuser=True)
    letter = _failed(alice, error_type="server_error", is_dead_letter=True)
    with pytest.raises(Refused):
        jobs.discard(actor=admin, job_id=letter.pk, reason="  ")
    put_away = jobs.discard(actor=admin, job_id=letter.pk, reason="The camera is broken.")
    assert put_away.discard_reason == "The camera is broken."
    assert not Job.objects.dead_letters().exists()
    with pytest.raises(NotFound):
        jobs.discard(actor=admin, job_id=letter.pk, reason="again")


def test_nobody_else_puts_dead_letters_away(alice: User, make_user: Any) -> None:
    clerk = make_user("clerk@example.com", is_staff=True)
    letter = _failed(alice, error_type="server_error", is_dead_letter=True)
    for actor in (alice, clerk):
        with pytest.raises(NotFound):
            jobs.discard(actor=actor, job_id=letter.pk, reason="mine")


def test_staff_retry_a_dead_letter_for_its_owner(alice: User, make_user: Any) -> None:
    admin = make_user("admin@example.com", is_staff=True, is_superuser=True)
    letter = _failed(alice, error_type="server_error", is_dead_letter=True)
    assert jobs.retry(actor=admin, job_id=letter.pk).owner == alice
    assert not Job.objects.dead_letters().exists()
    ordinary = _failed(alice, error_type="transient_error")
    with pytest.raises(NotFound):
        jobs.retry(actor=admin, job_id=ordinary.pk)
