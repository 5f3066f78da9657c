"""Redis and PostgreSQL that forget, die and come back: nothing is lost, and nothing waits for a minute."""

import contextlib
import os
import signal
import time

import redis

from config.embedded.services import Services
from tests.faults.conftest import STARTED_IN, House, until


def _client() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def test_after_flushall_every_pending_job_runs_within_a_minute(house: House) -> None:
    house.reconciler()
    house.worker(threads=2)
    house.submit(count=40, seconds=0.2)
    assert until(lambda: house.count("completed") >= 3, seconds=STARTED_IN)
    house.submit(count=20, seconds=0.2, person="bob")
    with contextlib.closing(_client()) as client:
        client.flushall()
    flushed_at = time.monotonic()
    assert until(lambda: house.count("pending") == 0, seconds=60)
    assert time.monotonic() - flushed_at <= 60
    assert until(house.has_finished, seconds=20)
    house.require_each_ended_once()
    house.require_no_orphans()


def test_after_flushall_of_waiting_wake_ups_idle_workers_are_rung(house: House) -> None:
    """Nobody works when the wake-ups are lost, so nobody but the reconciler can know."""
    house.submit(count=5)
    with contextlib.closing(_client()) as client:
        client.flushall()
    house.worker(threads=2)
    time.sleep(3)
    assert house.count("pending") == 5
    house.reconciler()
    assert until(house.has_finished, seconds=60)
    house.require_each_ended_once()


def test_redis_dead_for_20_seconds_refuses_no_job_and_all_run_within_a_minute(house: House) -> None:
    house.reconciler()
    house.worker(threads=2)
    house.submit(count=10, seconds=0.3)
    assert until(lambda: house.count("completed") >= 1, seconds=STARTED_IN)
    server = house.services.running["redis"]
    os.kill(server.pid, signal.SIGKILL)
    server.wait(5)
    died_at = time.monotonic()
    house.submit(count=10, seconds=0.3, person="bob")
    assert house.count("pending", "processing", "completed") == 20
    time.sleep(max(0, 20 - (time.monotonic() - died_at)))
    server.bury()
    house.services.start_one("redis")
    back_at = time.monotonic()
    assert until(house.has_finished, seconds=60)
    assert time.monotonic() - back_at <= 60
    house.require_each_ended_once()
    house.require_no_orphans()


def test_postgres_restarted_in_the_middle_loses_nothing(quick_house: House) -> None:
    house = quick_house
    house.reconciler()
    house.worker(threads=2)
    house.submit(count=60, seconds=0.3)
    assert until(lambda: house.count("completed") >= 5, seconds=40)
    for _ in range(2):
        _restart_at_once(house.services)
        before = house.count("completed")
        assert until(lambda seen=before: house.count("completed") > seen, seconds=40)
    assert until(house.has_finished, seconds=90)
    assert house.states() == {"completed": 60}
    house.require_each_ended_once()
    house.require_no_orphans()


def _restart_at_once(services: Services) -> None:
    """What ``pg_ctl restart -m immediate`` does: SIGQUIT, then a start with recovery."""
    server = services.running["postgres"]
    os.killpg(server.pid, signal.SIGQUIT)
    server.wait(20)
    server.bury()
    services.start_one("postgres")
