"""Where one instance keeps what it keeps: everything lies under its data folder."""

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

# Linux allows 107 bytes in a socket's address; PostgreSQL appends "/.s.PGSQL.5432.lock".
_LONGEST_SOCKET_FOLDER = 80


class CannotStart(Exception):
    """A sentence for the person at the terminal: the thing, the reason, the way out."""


@dataclass(frozen=True)
class Layout:
    """The folders of one instance."""

    data: Path

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def redis(self) -> Path:
        return self.data / "redis"

    @property
    def run(self) -> Path:
        """Process records; worthless once every process is gone."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def sockets(self) -> Path:
        """Beside the data, or in the temporary folder where that path would be too long for a socket."""
        beside = self.data / "sockets"
        if len(os.fsencode(beside)) <= _LONGEST_SOCKET_FOLDER:
            return beside
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"aureole-{os.getuid()}-{name}"

    def make(self) -> None:
        """Create the folders, closed to everybody else on this machine."""
        for folder in (self.data, self.run, self.logs, self.backups, self.secrets, self.sockets):
            _make_private(folder)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid == os.getuid():
            folder.chmod(0o700)
            return
    except OSError as error:
        raise CannotStart(
            f"The folder {folder} cannot be used: {error.strerror}. Give another one with DATA_DIR=."
        ) from error
    raise CannotStart(f"The folder {folder} belongs to somebody else. Give another one with DATA_DIR=.")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def secret_key_file(layout: Layout) -> Path:
    """The file of this instance's SECRET_KEY, made on the first start."""
    path = layout.secrets / "secret_key"
    if not path.exists() or not path.read_text(encoding="utf-8").strip():
        write_private(path, secrets.token_urlsafe(48) + "\n")
    return path
