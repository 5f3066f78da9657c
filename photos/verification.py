"""Does the storage hold exactly what the library says it holds? Finds missing, mismatched and orphan files."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.core.files.storage import Storage, default_storage
from django.db.models import Model

from photos.models import Original, Rendition, Upload
from processing.models import FileDeletion, JobFile

CHUNK: Final = 1024 * 1024
BATCH: Final = 1000


@dataclass
class Findings:
    """Storage keys that are not as they should be, and how much was looked at."""

    originals: int = 0
    renditions: int = 0
    others: int = 0
    missing: list[str] = field(default_factory=list)
    mismatched: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not (self.missing or self.mismatched or self.orphans)


# Rooms above keep files as well; they register the model whose rows say so (``key``, ``byte_size``).
_watched: list[type[Model]] = []


def watch(model: type[Model]) -> None:
    """Have the files of another room's model looked at too; registering twice changes nothing."""
    if model not in _watched:
        _watched.append(model)


def verify(*, with_hashes: bool = True) -> Findings:
    """Read every original (its SHA-256), look at every rendition (its length), walk the whole storage.

    Without ``with_hashes`` originals are only measured. A file on its way in or out is no finding.
    """
    found = Findings()
    for original in Original.objects.order_by("pk").iterator(BATCH):
        found.originals += 1
        _check(original.key, original.byte_size, original.sha256 if with_hashes else "", found)
    for rendition in Rendition.objects.order_by("pk").iterator(BATCH):
        found.renditions += 1
        _check(rendition.key, rendition.byte_size, "", found)
    for model in _watched:
        for kept in model._default_manager.order_by("pk").iterator(BATCH):
            found.others += 1
            _check(kept.key, kept.byte_size, "", found)  # type: ignore[attr-defined]
    for file in JobFile.objects.filter(status=JobFile.Status.PUBLISHED, is_adopted=False).iterator(BATCH):
        _check(file.key, file.byte_size, "", found)
    found.orphans = sorted(orphans())
    return found


def _check(key: str, byte_size: int, sha256: str, found: Findings) -> None:
    try:
        if default_storage.size(key) != byte_size or (sha256 and _sha256(key) != sha256):
            found.mismatched.append(key)
    except FileNotFoundError:
        found.missing.append(key)


def _sha256(key: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(key, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def orphans() -> Iterator[str]:
    """Keys in the storage that no row knows. The walk comes first, so that what arrives meanwhile is known after it."""
    batch: list[str] = []
    for key in walk(default_storage, ""):
        batch.append(key)
        if len(batch) == BATCH:
            yield from _unknown(batch)
            batch = []
    yield from _unknown(batch)


def walk(storage: Storage, folder: str) -> Iterator[str]:
    """Every key under ``folder``; names that begin with a dot are the storage's own (its marker)."""
    folders, files = storage.listdir(folder)
    for name in files:
        if not name.startswith("."):
            yield f"{folder}{name}"
    for name in folders:
        if not name.startswith("."):
            yield from walk(storage, f"{folder}{name}/")


def _unknown(keys: Iterable[str]) -> Iterator[str]:
    wanted = set(keys)
    models: tuple[type[Model], ...] = (Original, Rendition, JobFile, FileDeletion, *_watched)
    for model in models:
        wanted -= set(model._default_manager.filter(key__in=wanted).values_list("key", flat=True))
    arriving = {str(pk) for pk in Upload.objects.open().values_list("pk", flat=True)}
    for key in wanted:
        room, _, rest = key.partition("/")
        if room != "uploads" or rest.partition("/")[0] not in arriving:
            yield key
