"""A house of its own for every kind of trouble: PostgreSQL, Redis, files, workers and a reconciler."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from config.embedded.children import kill_session
from config.embedded.layout import Layout
from config.embedded.services import Services

ROOT = Path(__file__).resolve().parent.parent.parent
GIVEN = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRET_KEY", "REDIS_PREFIX", "AUREOLE_TESTING")
# Seconds within which a started worker has taken a job, on a machine that is busy with something else too.
STARTED_IN = 90
# What promises speak of seconds is tested with the real lease; the rest is the same in less time.
REAL = {"JOB_LEASE_SECONDS": "20"}
QUICK = {"JOB_LEASE_SECONDS": "4", "JOB_BEAT_SECONDS": "1"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One house, so one test process."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("faults"))


@dataclass
class Worker:
    """A worker as the supervisor starts it: one Dramatiq process with its child."""

    process: subprocess.Popen[bytes]

    def family(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            top = psutil.Process(self.process.pid)
            return [top, *top.children(recursive=True)]
        return []

    def working_process(self) -> psutil.Process:
        """The one with the threads; the first of the family only watches it."""
        return self.family()[1]

    def has_left(self) -> bool:
        return self.process.poll() is not None

    def kill(self) -> None:
        """All of it at once, as a supervisor does; the sandbox child ends because its parent did."""
        kill_session(self.process.pid)
        self.process.wait()


@dataclass
class House:
    services: Services
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return os.environ | {"LOG_LEVEL": "INFO"} | REAL | self.settings

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "processes.log").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self, threads: int = 2) -> Worker:
        words = ("--queues", "high", "--processes", "1", "--threads", str(threads))
        return Worker(self.start("-m", "dramatiq", "tests.faults.actors", *words))

    def reconciler(self) -> subprocess.Popen[bytes]:
        return self.start("manage.py", "reconcile")

    def submit(self, **wish: Any) -> list[str]:
        """Hand jobs in: count, kind, seconds, person."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.submit", json.dumps(wish)],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            check=True,
            timeout=60,
        )
        return list(json.loads(done.stdout.splitlines()[-1]))

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with (
            contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(question, values)
            return cursor.fetchall() if cursor.description else []

    def states(self) -> dict[str, int]:
        return dict(self.ask("SELECT state, count(*) FROM processing_job GROUP BY state"))

    def count(self, *states: str) -> int:
        found = self.states()
        return sum(found.get(state, 0) for state in states)

    def has_finished(self) -> bool:
        return self.count("pending", "processing") == 0

    def files(self) -> set[str]:
        media = Path(os.environ["DATA_DIR"]) / "media"
        return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}

    def work_folders(self) -> list[Path]:
        folder = Path(os.environ["DATA_DIR"]) / "work"
        return list(folder.iterdir()) if folder.is_dir() else []

    def stop_processes(self) -> None:
        for process in self.processes:
            Worker(process).kill()
        self.processes.clear()

    def clean(self) -> None:
        self.ask("TRUNCATE processing_job, processing_filedeletion, processing_workerbeat, fault_publication CASCADE")
        for name in ("media", "work"):
            shutil.rmtree(Path(os.environ["DATA_DIR"]) / name, ignore_errors=True)

    def require_each_ended_once(self) -> None:
        """Every job has one end, one publication if it was completed, and no file belongs to nobody."""
        twice = self.ask(
            "SELECT job_id, count(*) FROM processing_jobevent WHERE state IN ('completed', 'failed', 'cancelled')"
            " GROUP BY job_id HAVING count(*) > 1"
        )
        assert twice == []
        assert self.ask("SELECT job_id FROM fault_publication GROUP BY job_id HAVING count(*) > 1") == []
        published = {row[0] for row in self.ask("SELECT job_id::text FROM fault_publication")}
        completed = {row[0] for row in self.ask("SELECT id::text FROM processing_job WHERE state = 'completed'")}
        assert published == completed
        assert self.has_finished()

    def require_no_orphans(self) -> None:
        """After the sweep: exactly the published files, two a completed job, and no work folder."""
        assert until(self._is_swept, seconds=30), self.ask(
            "SELECT key, reason, last_error FROM processing_filedeletion"
        )
        known = {row[0] for row in self.ask("SELECT key FROM processing_jobfile")}
        assert self.files() == known
        assert self.ask("SELECT count(*) FROM processing_jobfile WHERE status <> 'published'") == [(0,)]
        assert len(known) == 2 * self.count("completed")
        (done,) = [
            subprocess.run(
                [sys.executable, "manage.py", "reconcile", "--once"],
                cwd=ROOT,
                env=self.environment(),
                check=False,
                capture_output=True,
            )
        ]
        assert done.returncode == 0
        assert self.work_folders() == []

    def _is_swept(self) -> bool:
        return self.ask("SELECT count(*) FROM processing_filedeletion WHERE NOT is_late_check") == [(0,)]


def until(question: Callable[[], object], *, seconds: float) -> bool:
    """Whether the answer became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg2.OperationalError):
            if question():
                return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="session")
def _services() -> Iterator[tuple[Services, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="aureole-faults-"))
    before = {name: os.environ.pop(name) for name in GIVEN if name in os.environ}
    services = Services(Layout(folder / "data"))
    try:
        services.start()
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
        with contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection, connection:
            connection.cursor().execute("CREATE TABLE fault_publication (job_id uuid NOT NULL)")
        ours = {name: os.environ.pop(name) for name in (*GIVEN, "SECRET_KEY_FILE") if name in os.environ}
        os.environ.update(before)
        (folder / "ours.json").write_text(json.dumps(ours))
        yield services, folder
    finally:
        services.stop()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house(_services: tuple[Services, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    services, folder = _services
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
    for name, value in json.loads((folder / "ours.json").read_text()).items():
        monkeypatch.setenv(name, value)
    made = House(services, folder)
    log = folder / "processes.log"
    log.unlink(missing_ok=True)
    try:
        yield made
    finally:
        made.stop_processes()
        sys.stdout.write(f"Jobs: {made.ask('SELECT kind, state, attempt, message FROM processing_job LIMIT 20')}\n")
        sys.stdout.write(log.read_text(encoding="utf-8", errors="replace")[-12_000:] if log.exists() else "")
        made.clean()


@pytest.fixture
def quick_house(house: House) -> House:
    """The same with a lease of four seconds."""
    house.settings |= QUICK
    return house
