"""Where installed models lie, and the proof that each still is what was installed.

One folder: ``<entry>/<sha256, 16 digits>-<file>`` for the bytes, which never change, and ``<entry>.json`` beside it
saying which of them count. Replacing that one small file is the moment of every installation and removal.
"""

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from processing.imaging import catalog
from processing.imaging.catalog import ENTRIES, Entry, Part, Purpose

STAGING: Final = ".staged"
STALE_SECONDS: Final = 86_400
_CHUNK: Final = 1024 * 1024


class ModelProblem(Exception):
    """A model cannot be used; ``detail`` says which and why, ``suggestion`` what the administrator can do."""

    code = "model_problem"

    def __init__(self, detail: str, suggestion: str = "") -> None:
        super().__init__(detail, suggestion)
        self.detail = detail
        self.suggestion = suggestion

    def __str__(self) -> str:
        return f"{self.detail} {self.suggestion}".strip()


class ModelMissing(ModelProblem):
    """It is not installed; the suggestion is the command that installs it."""

    code = "model_missing"


class ModelDamaged(ModelProblem):
    """Its file is not what was installed, or nobody vouches for it."""

    code = "model_damaged"


@dataclass(frozen=True)
class Installed:
    """One part on disk: ``file`` is its name in the entry's folder, ``published_as`` the name it came under.

    ``pinned``: a person vouched for the hash; ``made_from``: the hash of the weights it was made of.
    """

    part: str
    file: str
    sha256: str
    bytes: int
    published_as: str
    pinned: bool = False
    made_from: str = ""


@dataclass(frozen=True)
class Trouble:
    """Something ``check`` found: ``what`` is wrong, and the way out."""

    what: str
    advice: str


def install_command(name: str) -> str:
    return f"manage.py models install {name}"


def sha256(path: Path) -> str:
    """Hex digest of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


class Store:
    """The models folder. ``entries`` are the catalogue; tests bring their own."""

    def __init__(self, root: Path, entries: tuple[Entry, ...] = ENTRIES) -> None:
        self.root = Path(root)
        self.entries = entries

    def find(self, name: str) -> Entry:
        """The entry of that name. Raises ModelProblem."""
        found = catalog.find(name, self.entries)
        if found is None:
            known = ", ".join(entry.name for entry in self.entries)
            raise ModelProblem(f"The catalogue has no model called {name}.", f"It has {known}.")
        return found

    def installed(self, entry: Entry) -> tuple[Installed, ...]:
        """The parts on record whose files are there; their contents are not read. Raises ModelDamaged."""
        folder = self.root / entry.name
        return tuple(part for part in self._record(entry) if (folder / part.file).is_file())

    def is_known(self, entry: Entry) -> bool:
        """Whether anything of it was ever installed here and not removed, whole or broken."""
        return self._record_path(entry).exists()

    def is_usable(self, entry: Entry, purpose: Purpose | None = None) -> bool:
        """Whether it has every part it needs, and one that serves the purpose. A broken record counts as not usable."""
        try:
            there = {part.part for part in self.installed(entry)}
        except ModelDamaged:
            return False
        parts = [part.name for part in entry.parts if purpose is None or purpose in part.purposes]
        if entry.needs_all and not {part.name for part in entry.parts} <= there:
            return False
        return any(name in there for name in parts)

    def serving(self, purpose: Purpose) -> Entry | None:
        """The installed entry that serves the purpose: the first in the catalogue's order."""
        return next((entry for entry in catalog.serving(purpose, self.entries) if self.is_usable(entry, purpose)), None)

    def recorded(self, entry: Entry, part_name: str) -> Installed:
        """What the record says of a part. Raises ModelMissing with the command that installs it; ModelDamaged."""
        found = next((part for part in self._record(entry) if part.part == part_name), None)
        if found is None or not (self.root / entry.name / found.file).is_file():
            raise missing(entry, part_name)
        return found

    def verified(self, entry: Entry, found: Installed) -> Path:
        """The file of a recorded part, read through and found to be what was installed. Raises ModelDamaged."""
        path = self.root / entry.name / found.file
        if not _is_vouched_for(entry.part(found.part), found):
            raise ModelDamaged(
                f"Nobody vouches for the file {found.file} of {entry.title}.", f"Run: {install_command(entry.name)}"
            )
        try:
            is_same = path.stat().st_size == found.bytes and sha256(path) == found.sha256
        except FileNotFoundError:
            raise missing(entry, found.part) from None
        if not is_same:
            raise ModelDamaged(
                f"The file {found.file} of {entry.title} is not the one that was installed.",
                f"Run: {install_command(entry.name)}",
            )
        return path

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder on the same disk, gone afterwards; those that a killed process left go after a day."""
        for left in (self.root / STAGING).glob("*"):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        folder = self.root / STAGING / uuid.uuid4().hex
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, entry: Entry, staged: list[tuple[Installed, Path]]) -> tuple[Installed, ...]:
        """Take checked files in: moved to their place first, then the record is replaced in one step.

        An entry that works with any one of its parts keeps the others it had.
        """
        folder = self.root / entry.name
        folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            for part, path in staged:
                with path.open("rb") as stream:
                    os.fsync(stream.fileno())
                path.replace(folder / part.file)
            new = {part.part: part for part, _ in staged}
            before = () if entry.needs_all else self._still_good(entry)
            kept = tuple(part for part in before if part.part not in new)
            self._write(entry, kept + tuple(new.values()))
            self._drop_strays(entry)
        return kept + tuple(new.values())

    def remove(self, entry: Entry) -> bool:
        """Forget it and delete its files; whether there was anything."""
        with self._alone():
            record, folder = self._record_path(entry), self.root / entry.name
            was_there = record.exists() or folder.exists()
            record.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
        return was_there

    def check(self, entry: Entry) -> list[Trouble]:
        """Everything wrong with what is installed of it; every file is read through."""
        command = f"Run: {install_command(entry.name)}"
        try:
            record = self._record(entry)
        except ModelDamaged as error:
            return [Trouble(error.detail, error.suggestion)]
        found = []
        for part in record:
            try:
                self.verified(entry, self.recorded(entry, part.part))
            except ModelMissing:
                found.append(Trouble(f"The file {part.file} of {entry.title} is gone.", command))
            except ModelProblem as error:
                found.append(Trouble(error.detail, error.suggestion))
            except KeyError:
                found.append(Trouble(f"{entry.title} has no part called {part.part} any more.", command))
        absent = [part.name for part in entry.parts if part.name not in {one.part for one in record}]
        if record and entry.needs_all and absent:
            found.append(Trouble(f"{entry.title} lacks {', '.join(absent)}.", command))
        return found

    def _still_good(self, entry: Entry) -> tuple[Installed, ...]:
        """What a new installation keeps; a record that cannot be read is what it mends."""
        try:
            return self.installed(entry)
        except ModelDamaged:
            return ()

    def _record_path(self, entry: Entry) -> Path:
        return self.root / f"{entry.name}.json"

    def _record(self, entry: Entry) -> tuple[Installed, ...]:
        try:
            told = json.loads(self._record_path(entry).read_text(encoding="utf-8"))
            parts = tuple(Installed(**part) for part in told["parts"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelDamaged(
                f"The record of {entry.title} cannot be read.", f"Run: {install_command(entry.name)}"
            ) from error
        return tuple(dataclasses.replace(part, file=Path(part.file).name) for part in parts)

    def _write(self, entry: Entry, parts: tuple[Installed, ...]) -> None:
        record = self._record_path(entry)
        fresh = record.with_name(f"{record.name}.{uuid.uuid4().hex}")
        with fresh.open("w", encoding="utf-8") as stream:
            json.dump({"version": 1, "parts": [dataclasses.asdict(part) for part in parts]}, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(record)

    def _drop_strays(self, entry: Entry) -> None:
        wanted = {part.file for part in self._record(entry)}
        for path in (self.root / entry.name).iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time, also between processes."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def missing(entry: Entry, part_name: str = "") -> ModelMissing:
    """What is told when a model is asked for that is not there: its name and the command that installs it."""
    if entry.needs_all:
        return ModelMissing(f"The model {entry.title} is not installed.", f"Run: {install_command(entry.name)}")
    what = part_name or entry.parts[0].name
    return ModelMissing(
        f"The part {what} of {entry.title} is not installed.", f"Run: {install_command(f'{entry.name}/{what}')}"
    )


def _is_vouched_for(part: Part, found: Installed) -> bool:
    """Its hash is in the catalogue, or that of the weights it was made of, or a person's word counts for this part."""
    known = {publication.sha256 for publication in part.published}
    return found.sha256 in known or found.made_from in known or (found.pinned and part.takes_unlisted)
