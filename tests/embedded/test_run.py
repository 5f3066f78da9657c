"""`make run`: from nothing to a page, and away again without a trace."""

import signal
import stat
import subprocess
import sys
from collections.abc import Callable

import psutil
import pytest

from tests.embedded.conftest import ROOT, Instance, clean_environment, until

pytestmark = pytest.mark.xdist_group("instances")


EVERYTHING = {"postgres", "redis", "web", "worker-high", "worker-default", "worker-low", "reconciler"}


def test_an_empty_folder_becomes_a_running_instance(make_instance: Callable[..., Instance]) -> None:
    instance = make_instance(PROCESSES="", STATIC_ROOT="").start().wait_until_ready()
    assert instance.get() == 200
    assert f"http://127.0.0.1:{instance.port}" in instance.said
    assert "Administrator: admin@localhost   Password: " in instance.said
    assert until(lambda: set(instance.running()) == EVERYTHING)
    secret = instance.folder / "secrets" / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_text().strip()) >= 50
    assert instance.ask(signal.SIGTERM) == 0
    assert instance.everything() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_and_leaves_nothing_behind(instance: Instance, number: signal.Signals) -> None:
    instance.start().wait_until_ready()
    assert len(instance.everything()) >= 4
    assert instance.ask(number) == 0
    assert instance.everything() == []
    assert not list((instance.folder / "run").glob("*.json"))
    assert not (instance.folder / "postgres" / "postmaster.pid").exists()


def test_the_second_start_keeps_the_secret_and_does_not_print_the_password_again(instance: Instance) -> None:
    instance.start().wait_until_ready()
    secret = (instance.folder / "secrets" / "secret_key").read_text()
    instance.ask(signal.SIGTERM)
    instance.start().wait_until_ready()
    assert "Password" not in instance.said
    assert (instance.folder / "secrets" / "secret_key").read_text() == secret
    assert instance.get() == 200


def test_a_second_start_prepares_nothing_again_until_a_migration_is_new(instance: Instance) -> None:
    instance.start().wait_until_ready()
    instance.ask(signal.SIGTERM)
    stamp, log = instance.folder / "postgres" / "prepared", instance.folder / "logs" / "prepare.log"
    log.unlink()
    instance.start().wait_until_ready()
    instance.ask(signal.SIGTERM)
    assert not log.exists()
    stamp.write_text("what an older Aureole wrote")
    instance.start().wait_until_ready()
    assert log.exists()
    assert stamp.read_text() != "what an older Aureole wrote"


def test_the_password_is_written_nowhere(instance: Instance) -> None:
    instance.start().wait_until_ready()
    password = instance.said.split("Password: ")[1].split()[0].encode()
    instance.ask(signal.SIGTERM)
    files = [path for path in instance.folder.rglob("*") if path.is_file()]
    assert len(files) > 100
    assert [path for path in files if password in path.read_bytes()] == []


def test_two_instances_run_side_by_side(make_instance: Callable[..., Instance]) -> None:
    first, second = make_instance("one", STATIC_ROOT="").start(), make_instance("two", STATIC_ROOT="").start()
    for each in (first, second):
        each.wait_until_ready()
        assert each.get() == 200
    assert not {p.pid for p in first.running().values()} & {p.pid for p in second.running().values()}
    first.ask(signal.SIGTERM)
    assert second.get() == 200


def test_a_folder_in_use_is_refused_with_a_way_out(make_instance: Callable[..., Instance]) -> None:
    make_instance("same").start().wait_until_ready()
    late = make_instance("same").start()
    assert late.process
    assert late.process.wait(30) == 1
    assert until(lambda: "already runs from" in late.said and "DATA_DIR=" in late.said, seconds=5)


def test_a_port_in_use_is_refused_with_a_way_out(make_instance: Callable[..., Instance]) -> None:
    first = make_instance("one").start().wait_until_ready()
    late = make_instance("two")
    late.port = first.port
    late.start()
    assert late.process
    assert late.process.wait(30) == 1
    assert until(lambda: "PORT=" in late.said, seconds=5)
    assert late.running() == {}


def test_a_folder_too_deep_for_a_socket_still_starts(make_instance: Callable[..., Instance]) -> None:
    instance = make_instance("/".join(["a" * 40] * 3)).start().wait_until_ready()
    assert instance.get() == 200
    instance.ask(signal.SIGTERM)
    assert instance.everything() == []


def test_a_command_runs_beside_a_running_instance_and_beside_a_stopped_one(instance: Instance) -> None:
    def doctor() -> str:
        words = [sys.executable, "-m", "config.embedded", "manage", "doctor"]
        environment = clean_environment(DATA_DIR=str(instance.folder))
        return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout

    instance.start().wait_until_ready()
    assert "Database: All is well." in doctor()
    assert instance.get() == 200
    instance.ask(signal.SIGTERM)
    assert "Database: All is well." in doctor()
    assert instance.everything() == []


def test_no_process_listens_beyond_this_machine(instance: Instance) -> None:
    instance.start().wait_until_ready()
    listening = {
        connection.laddr.ip
        for process in instance.everything()
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_a_new_instance_gets_its_drawn_examples_once(make_instance: Callable[..., Instance]) -> None:
    instance = make_instance(DEMO="1").start().wait_until_ready()
    log = instance.folder / "logs" / "examples.log"
    assert until(lambda: log.exists() and "drawn examples are in the library of admin@localhost" in log.read_text())
    instance.ask(signal.SIGTERM)
    told = log.read_text()

    instance.start().wait_until_ready()

    assert instance.ask(signal.SIGTERM) == 0
    assert log.read_text() == told
