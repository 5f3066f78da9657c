"""DATABASE_URL and REDIS_URL replace the embedded services; a database is backed up before it changes."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.embedded.conftest import ROOT, Instance, clean_environment, until

pytestmark = pytest.mark.xdist_group("instances")


@pytest.fixture
def given_database() -> Iterator[str]:
    """The address of an empty database beside the tests' own."""
    name = f"given_{uuid.uuid4().hex[:10]}"
    parts = urlsplit(os.environ["DATABASE_URL"])
    connection = psycopg2.connect(os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(parts._replace(path=f"/{name}"))
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


def manage(folder: Path, database: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=clean_environment(DATA_DIR=str(folder), DATABASE_URL=database, SECRET_KEY="x" * 50),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_given_addresses_are_used_instead(make_instance: Callable[..., Instance], given_database: str) -> None:
    given = {"DATABASE_URL": given_database, "REDIS_URL": os.environ["REDIS_URL"]}
    instance = make_instance(**given).start().wait_until_ready()
    assert instance.get() == 200
    assert set(instance.running()) == {"web"}
    assert not (instance.folder / "postgres").exists()
    assert instance.ask(signal.SIGTERM) == 0


def test_a_database_that_does_not_answer_is_named(make_instance: Callable[..., Instance]) -> None:
    nowhere = "postgres://nobody@127.0.0.1:1/nothing"
    instance = make_instance(DATABASE_URL=nowhere, REDIS_URL=os.environ["REDIS_URL"]).start()
    assert instance.process
    assert instance.process.wait(90) == 1
    assert until(lambda: "DATABASE_URL" in instance.said, seconds=5), instance.said
    assert "Traceback" not in instance.said


def test_a_changed_database_is_backed_up_first_and_an_unchanged_one_is_not(tmp_path: Path, given_database: str) -> None:
    backups = tmp_path / "backups"
    assert "backed up" not in manage(tmp_path, given_database, "prepare")
    assert "backed up" not in manage(tmp_path, given_database, "prepare")
    assert not backups.exists()
    manage(tmp_path, given_database, "migrate", "sessions", "zero")
    assert "backed up" in manage(tmp_path, given_database, "prepare")
    (backup,) = backups.iterdir()
    assert oct(backup.stat().st_mode)[-3:] == "600"
    assert backup.read_bytes()[:5] == b"PGDMP"
