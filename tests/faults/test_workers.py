"""Workers that are killed, stopped, asked to leave or poisoned: every job ends exactly once."""

import contextlib
import os
import random
import signal
import time

import psutil
import pytest

from tests.faults.conftest import STARTED_IN, House, Worker, until

# The whole promise is FAULT_JOBS=500 FAULT_KILLS=50: minutes, hence not part of every run.
JOBS = int(os.environ.get("FAULT_JOBS", "200"))
KILLS = int(os.environ.get("FAULT_KILLS", "15"))


@pytest.mark.timeout(120 + JOBS + 12 * KILLS)
def test_two_hundred_jobs_survive_kill_9_at_random(quick_house: House) -> None:
    house = quick_house
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    house.reconciler()
    workers = [house.worker(), house.worker()]
    house.submit(count=JOBS, seconds=0.3)
    kills = 0
    deadline = time.monotonic() + JOBS + 12 * KILLS - 180
    while not house.has_finished() and time.monotonic() < deadline:
        time.sleep(chance.uniform(0.1, 1.0))
        if kills < KILLS:
            kills += _kill_something(house, workers, chance)
    assert kills >= KILLS // 2
    assert house.states() == {"completed": JOBS}, f"seed {seed}"
    house.require_each_ended_once()
    house.require_no_orphans()


def _kill_something(house: House, workers: list[Worker], chance: random.Random) -> int:
    """One process of one worker that works: the one with the threads, its watcher or a child. Then start it again."""
    worker = chance.choice(workers)
    family = worker.family()
    if len(family) < 3:
        return 0
    with contextlib.suppress(psutil.NoSuchProcess):
        chance.choice(family).kill()
    time.sleep(0.2)
    if len(worker.family()) < 2:
        # Its watcher or the one that is watched is gone: the supervisor ends the rest and starts anew.
        worker.kill()
        workers[workers.index(worker)] = house.worker()
    return 1


def test_a_killed_workers_job_runs_again_within_45_seconds(house: House) -> None:
    """With the real lease of 20 seconds."""
    house.reconciler()
    first = house.worker(threads=1)
    house.submit(seconds=3)
    assert until(lambda: house.count("processing") == 1, seconds=STARTED_IN)
    first.kill()
    killed_at = time.monotonic()
    house.worker(threads=1)
    assert until(lambda: house.ask("SELECT attempt FROM processing_job") == [(2,)], seconds=45)
    assert time.monotonic() - killed_at > 10, "the lease was not waited for"
    assert until(house.has_finished, seconds=20)
    house.require_each_ended_once()
    house.require_no_orphans()


def test_a_job_that_kills_its_worker_is_a_dead_letter_after_three_and_others_wait_less_than_a_minute(
    quick_house: House,
) -> None:
    """A lease of 4 s stands for one of 20 s: three of those, and the pauses, are within the minute as well."""
    house = quick_house
    house.reconciler()
    workers = [house.worker(threads=1)]
    assert until(lambda: house.ask("SELECT 1 FROM processing_workerbeat WHERE queue = 'high'"), seconds=STARTED_IN)
    house.submit(kind="worker_killer", person="mallory")
    house.submit(count=3, person="bob")
    deadline = time.monotonic() + 180
    while not house.has_finished() and time.monotonic() < deadline:
        if workers[-1].has_left():
            workers.append(house.worker(threads=1))
        time.sleep(0.2)
    assert house.ask("SELECT kind, state, attempt, is_dead_letter FROM processing_job ORDER BY kind, id") == [
        *[("paint", "completed", 1, False)] * 3,
        ("worker_killer", "failed", 3, True),
    ]
    (waited,) = house.ask("SELECT max(extract(epoch FROM finished_at - created_at)) FROM processing_job")[0]
    assert waited < 60
    assert len(workers) >= 4, "it was never killed"


def test_a_job_whose_child_ends_itself_harms_nobody_else(house: House) -> None:
    house.reconciler()
    worker = house.worker(threads=1)
    house.submit(kind="child_killer", person="mallory")
    house.submit(count=3, person="bob")
    assert until(house.has_finished, seconds=60)
    assert house.ask("SELECT state, attempt, is_dead_letter FROM processing_job WHERE kind = 'child_killer'") == [
        ("failed", 3, True)
    ]
    assert house.count("completed") == 3
    assert worker.process.poll() is None


def test_a_worker_stopped_past_its_lease_publishes_nothing_when_it_wakes(quick_house: House) -> None:
    house = quick_house
    house.reconciler()
    sleeper = house.worker(threads=1)
    house.submit(count=1, seconds=2)
    assert until(lambda: house.count("processing") == 1, seconds=STARTED_IN)
    time.sleep(0.5)
    asleep = sleeper.family()
    for member in asleep:
        member.suspend()
    house.worker(threads=1)
    assert until(house.has_finished, seconds=40)
    assert house.ask("SELECT state, attempt, message FROM processing_job") == [("completed", 2, "")]
    (winner,) = house.ask("SELECT lease_token::text FROM processing_jobfile GROUP BY lease_token")
    for member in asleep:
        member.resume()
    house.submit(count=4, seconds=0.2)
    assert until(house.has_finished, seconds=STARTED_IN)
    time.sleep(2)
    assert house.ask(
        "SELECT DISTINCT f.lease_token::text FROM processing_jobfile f JOIN processing_job j ON j.id = f.job_id"
        " WHERE j.attempt = 2"
    ) == [winner]
    house.require_each_ended_once()
    house.require_no_orphans()


def test_a_worker_stopped_while_it_stores_cleans_up_what_it_wrote_too_late(quick_house: House) -> None:
    """Only the parent sleeps; its child finishes the files, which the parent then finds and must not publish."""
    house = quick_house
    house.reconciler()
    sleeper = house.worker(threads=1)
    house.submit(count=1, seconds=1)
    assert until(lambda: house.count("processing") == 1, seconds=STARTED_IN)
    parent = sleeper.working_process()
    parent.suspend()
    house.worker(threads=1)
    assert until(house.has_finished, seconds=40)
    parent.resume()
    time.sleep(3)
    house.require_each_ended_once()
    house.require_no_orphans()


def test_asked_to_leave_under_load_a_worker_is_gone_in_30_seconds_and_nothing_is_half_published(house: House) -> None:
    house.reconciler()
    leaving = house.worker(threads=2)
    house.submit(count=1, seconds=120, person="alice")
    house.submit(count=30, seconds=0.3, person="bob")
    assert until(lambda: house.count("processing") == 2, seconds=STARTED_IN)
    time.sleep(1)
    asked_at = time.monotonic()
    leaving.process.send_signal(signal.SIGTERM)
    leaving.process.wait(timeout=30)
    assert time.monotonic() - asked_at <= 30
    assert house.count("processing") == 0
    (long,) = house.ask("SELECT state, attempt FROM processing_job WHERE options->>'seconds' = '120'")
    assert long == ("pending", 0)
    house.ask("UPDATE processing_job SET options = '{\"seconds\": 1}' WHERE state = 'pending'")
    house.worker(threads=2)
    assert until(house.has_finished, seconds=60)
    house.require_each_ended_once()
    house.require_no_orphans()
