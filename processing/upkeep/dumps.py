"""Dumps of the database, by PostgreSQL's own programs."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from processing.upkeep.programs import client_program

_KEPT_BEFORE_MIGRATIONS = 5


class DumpFailed(Exception):
    """A sentence that names the reason."""


def server_major() -> int:
    """16 for PostgreSQL 16.14."""
    connection.ensure_connection()
    return connection.connection.server_version // 10_000


def _environment() -> dict[str, str]:
    """libpq's variables: a password on the command line could be read by everybody on this machine."""
    found = connection.settings_dict
    options = found["OPTIONS"]
    words = {
        "PGHOST": options.get("host") or found["HOST"],
        "PGPORT": found["PORT"],
        "PGUSER": found["USER"],
        "PGPASSWORD": found["PASSWORD"],
        "PGDATABASE": found["NAME"],
        "PGSSLMODE": options.get("sslmode", ""),
    }
    return {**os.environ, **{name: str(value) for name, value in words.items() if value}}


def dump_database(path: Path, *, snapshot: str | None = None) -> Path:
    """Write the whole database to ``path`` (PostgreSQL's custom format, mode 0600); raises DumpFailed.

    ``snapshot``: one exported by an open transaction, to dump exactly what that transaction sees.
    """
    program = client_program("pg_dump", server_major=server_major())
    draft = path.with_name(f".{path.name}.part")
    draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        done = subprocess.run(
            [program, "--format=custom", "--no-owner", *([f"--snapshot={snapshot}"] if snapshot else [])],
            stdout=file,
            stderr=subprocess.PIPE,
            env=_environment(),
            check=False,
        )
    if done.returncode != 0:
        draft.unlink(missing_ok=True)
        raise DumpFailed(f"The database could not be dumped: {done.stderr.decode(errors='replace').strip()[-400:]}")
    return draft.replace(path)


def restore_database(path: Path) -> None:
    """Put a dump in place of everything in the database, all of it or nothing; raises DumpFailed."""
    program = client_program("pg_restore", server_major=server_major())
    database = connection.settings_dict["NAME"]
    connection.close()
    words = ["--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={database}"]
    done = subprocess.run([program, *words, path], capture_output=True, env=_environment(), check=False)
    if done.returncode != 0:
        raise DumpFailed(f"The database could not be restored: {done.stderr.decode(errors='replace').strip()[-400:]}")


def dump_before_migration(folder: Path) -> Path:
    """A dump named by the clock; only the newest few are kept."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = dump_database(folder / f"before-migration-{stamp}.dump")
    for old in sorted(folder.glob("before-migration-*.dump"))[:-_KEPT_BEFORE_MIGRATIONS]:
        old.unlink(missing_ok=True)
    return path
