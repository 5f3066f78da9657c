"""kill -9 of anything is repaired: at once by the supervisor, or at the next start when it was the supervisor."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from config.embedded import supervisor
from config.embedded.children import Child, Command, end_orphans
from config.embedded.layout import CannotStart, Layout
from tests.embedded.conftest import Instance, until

pytestmark = pytest.mark.xdist_group("instances")


def kill(process: psutil.Process) -> None:
    process.kill()
    psutil.wait_procs([process], timeout=10)


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_works(instance: Instance) -> None:
    instance.start().wait_until_ready()
    before = instance.everything()
    assert len(before) >= 4
    assert instance.process
    instance.ask(signal.SIGKILL)
    instance.start().wait_until_ready()
    assert instance.get() == 200
    assert "Password" not in instance.said
    assert not {process.pid for process in before} & {process.pid for process in instance.everything()}


def test_what_is_killed_comes_back_by_itself(make_instance: Callable[..., Instance]) -> None:
    instance = make_instance(PROCESSES="web,worker-high").start().wait_until_ready()
    assert until(lambda: "worker-high" in instance.running())
    for name in ("web", "worker-high", "redis", "postgres"):
        victim = instance.running()[name]
        kill(victim)
        assert until(lambda: (found := instance.running().get(name)) and found.pid != victim.pid), name  # noqa: B023
        assert until(lambda: f"{name} was ended by SIGKILL" in instance.said), name  # noqa: B023
    assert until(lambda: instance.get() == 200)
    assert instance.ask(signal.SIGTERM) == 0
    assert instance.everything() == []


def test_everything_killed_at_once_starts_again(instance: Instance) -> None:
    instance.start().wait_until_ready()
    for process in instance.everything():
        process.kill()
    assert instance.process
    instance.process.wait(10)
    assert (instance.folder / "postgres" / "postmaster.pid").exists()
    instance.start().wait_until_ready()
    assert instance.get() == 200


def test_a_killed_make_takes_its_supervisor_along(instance: Instance, tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@{sys.executable} -m config.embedded run\n")
    instance.words = ["make", "-f", str(makefile), "run"]
    instance.start().wait_until_ready()
    instance.ask(signal.SIGKILL)
    assert until(lambda: instance.everything() == [])


def test_leftovers_of_a_killed_start_are_cleared(instance: Instance) -> None:
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        instance.start().wait_until_ready()
        instance.ask(signal.SIGTERM)
        (instance.folder / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{instance.folder}\n")
        sockets = Layout(data=instance.folder).sockets
        sockets.mkdir(exist_ok=True)
        (sockets / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n{instance.folder}\n")
        (instance.folder / "postgres.new").mkdir()
        (instance.folder / "redis" / "appendonly.aof").write_bytes(b"*3\r\n$3\r\nSET\r\n$rubbish\r\n" * 40)
        record = {"pid": stranger.pid, "started": 12345.0}
        (instance.folder / "run" / "web.json").write_text(json.dumps(record))
        (instance.folder / "run" / "redis.json").write_text("{half a rec")
        instance.start().wait_until_ready()
        assert instance.get() == 200
        assert stranger.poll() is None
        assert list(instance.folder.glob("redis.unreadable-*"))
    finally:
        stranger.kill()
        stranger.wait(10)


def test_an_interrupted_initdb_is_done_again(instance: Instance) -> None:
    (instance.folder / "postgres.new" / "base").mkdir(parents=True)
    (instance.folder / "postgres").mkdir()
    instance.start().wait_until_ready()
    assert not (instance.folder / "postgres.new").exists()


def test_a_database_of_another_version_is_refused_with_a_way_out(instance: Instance) -> None:
    folder = instance.folder / "postgres"
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("9\n")
    instance.start()
    assert instance.process
    assert instance.process.wait(60) == 1
    assert until(lambda: "PostgreSQL 9" in instance.said and "backup" in instance.said, seconds=5)
    assert (folder / "PG_VERSION").read_text() == "9\n"


def test_a_database_that_lost_a_file_is_refused_and_never_cleared_away(instance: Instance) -> None:
    folder = instance.folder / "postgres"
    (folder / "base").mkdir(parents=True)
    (folder / "base" / "1").write_text("somebody's photos")
    instance.start()
    assert until(lambda: instance.process and instance.process.poll() is not None)
    assert "Move it away to begin anew, or put it back from a backup." in instance.said
    assert (folder / "base" / "1").read_text() == "somebody's photos"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    found = Layout(tmp_path / "data")
    found.make()
    return found


def asleep(layout: Layout, name: str = "sleeper") -> Child:
    return Child(layout, Command(name, ["sleep", "600"]))


def test_a_dead_leader_s_children_are_found_by_their_session(layout: Layout) -> None:
    child = Child(layout, Command("family", ["sh", "-c", "sleep 600 & sleep 600 & wait"]))
    family = psutil.Process(child.pid)
    assert until(lambda: len(family.children()) == 2, seconds=10)
    orphans = family.children()
    os.kill(child.pid, signal.SIGKILL)
    child.wait(10)
    assert end_orphans(layout) == ["family"]
    assert [each for each in orphans if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []


def test_a_living_stranger_under_a_recorded_number_is_left_alone(layout: Layout) -> None:
    child = asleep(layout)
    record = layout.run / "sleeper.json"
    record.write_text(json.dumps({"pid": child.pid, "started": 1.0}))
    try:
        assert end_orphans(layout) == []
        assert child.exit_code() is None
        assert not record.exists()
    finally:
        child.bury()


def test_a_post_pauses_longer_after_each_death(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: clock[0])

    def never() -> Child:
        raise CannotStart("No.")

    post = supervisor.Post("web", never)
    pauses = []
    for _ in range(9):
        clock[0] = post.due_at
        post.look()
        pauses.append(post.due_at - clock[0])
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_records_are_gone_once_a_child_is_buried(layout: Layout) -> None:
    child = asleep(layout)
    assert (layout.run / "sleeper.json").exists()
    child.bury()
    assert not list(layout.run.iterdir())
    shutil.rmtree(layout.data)
