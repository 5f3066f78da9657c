"""A backup is a folder: the database's dump, every stored file, and a manifest that says what both hold."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from processing.upkeep.dumps import dump_database, restore_database

DUMP: Final = "database.dump"
FILES: Final = "files"
MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1024 * 1024


class BackupRefused(Exception):
    """A sentence: what is wrong, and the way out."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: rows by table, SHA-256 by file name."""

    made_at: str
    rows: dict[str, int]
    files: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises BackupRefused when the folder is not a whole backup."""
        try:
            return cls(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise BackupRefused(
                f"{folder} is not a whole backup: its {MANIFEST} cannot be read. Name another."
            ) from error

    def write(self, folder: Path) -> None:
        text = json.dumps(vars(self), indent=1, sort_keys=True)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def make_backup(folder: Path) -> Manifest:
    """Write a whole backup into a folder that does not exist yet.

    Stored files never change, so those of the dump are copied before it or, when newer, after it. The manifest comes
    last: a folder without one is no backup.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise BackupRefused(
            f"{folder} cannot be made: {error.strerror}. Name a folder that is not there yet."
        ) from error
    files = _copy_out(folder / FILES, {})
    rows = _dump(folder / DUMP)
    manifest = Manifest(datetime.now(UTC).isoformat(), rows, _copy_out(folder / FILES, files))
    manifest.write(folder)
    return manifest


def restore_backup(folder: Path, *, replace: bool = False) -> Manifest:
    """Put a backup's database and files in place of this instance's; raises BackupRefused before anything changes.

    Without ``replace`` only an instance that keeps no files is overwritten.
    """
    manifest = Manifest.read(folder)
    _require_whole(folder, manifest)
    if not replace and any(not name.startswith(".") for name in stored_names()):
        raise BackupRefused("This instance keeps files already. Restore into an empty one, or say --replace.")
    _copy_in(folder / FILES, manifest)
    restore_database(folder / DUMP)
    return manifest


def count_rows() -> dict[str, int]:
    """Rows by table, of every table there is."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a quoted table name
            found[table] = cursor.fetchone()[0]
    return found


def stored_names(folder: str = "") -> Iterator[str]:
    """The name of every file in the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from stored_names(f"{folder}{name}/")


def hash_stored(name: str) -> str:
    """SHA-256 of a stored file, in hexadecimal."""
    with default_storage.open(name) as source:
        return _hash(source)


def _dump(path: Path) -> dict[str, int]:
    """Dump and count the very same moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        dump_database(path, snapshot=cursor.fetchone()[0])
        return count_rows()


def _copy_out(folder: Path, known: dict[str, str]) -> dict[str, str]:
    found = dict(known)
    for name in stored_names():
        if name not in found and (digest := _copy_one(name, folder / name)):
            found[name] = digest
    return found


def _copy_one(name: str, path: Path) -> str | None:
    """None for a file that was deleted meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with default_storage.open(name) as source, path.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
    except FileNotFoundError:
        path.unlink(missing_ok=True)
        return None
    return digest.hexdigest()


def _require_whole(folder: Path, manifest: Manifest) -> None:
    if not (folder / DUMP).is_file():
        raise BackupRefused(f"{folder} holds no {DUMP}. Name another backup.")
    for name, expected in manifest.files.items():
        path = folder / FILES / name
        if not path.resolve().is_relative_to((folder / FILES).resolve()) or not path.is_file():
            raise BackupRefused(f"{folder} lacks {name}. Name another backup.")
        with path.open("rb") as source:
            if _hash(source) != expected:
                raise BackupRefused(f"{name} in {folder} is not what was backed up. Name another backup.")


def _copy_in(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        if default_storage.exists(name):
            if hash_stored(name) == expected:
                continue
            default_storage.delete(name)
        with (folder / name).open("rb") as source:
            default_storage.save(name, File(source))


def _hash(source: Any) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
