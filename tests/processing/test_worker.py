"""A Dramatiq worker of our own: one wake-up a thread, signs of life, leaving."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dramatiq import Worker

from circles.models import User
from processing import actors, broker, jobs, runner
from processing.models import Job, WorkerBeat
from processing.states import Queue, State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain", "storage")]


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker(broker.get(), queues={Queue.HIGH.value}, worker_threads=2)
    made.start()
    yield made
    made.stop(timeout=10_000)
    runner.departure.withdraw()
    broker.get().flush_all()


def _expect_soon(happened: Callable[[], Any], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_worker_takes_one_wake_up_a_thread(worker: Worker) -> None:
    """One in the pocket of a busy thread is one that no idle worker hears."""
    assert {consumer.prefetch for name, consumer in worker.consumers.items() if not name.endswith(".DQ")} == {2}


def test_a_submitted_job_is_done_by_the_worker(worker: Worker, alice: User) -> None:
    jobs.submit(actor=alice, kind="plain")
    _expect_soon(lambda: Job.objects.get().state == State.COMPLETED)


def test_a_worker_shows_that_it_lives_and_takes_its_sign_away_when_it_leaves(alice: User) -> None:
    made = Worker(broker.get(), queues={Queue.HIGH.value}, worker_threads=2)
    made.start()
    try:
        _expect_soon(lambda: WorkerBeat.objects.filter(queue="high", threads=2).exists())
    finally:
        made.stop(timeout=10_000)
        runner.departure.withdraw()
    _expect_soon(lambda: not WorkerBeat.objects.exists())


def test_every_queue_has_its_actor() -> None:
    assert set(broker.get().get_declared_actors()) == {broker.actor_name(queue) for queue in Queue}
    assert {actor.options["max_retries"] for actor in actors.broker.get().actors.values()} == {0}
