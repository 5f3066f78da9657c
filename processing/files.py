"""Files of jobs in the storage: staged under keys used once, published with the job, deleted until they are gone."""

import mimetypes
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from processing.errors import LeaseLost, ServerError, StorageUnavailable
from processing.leases import Held
from processing.models import FileDeletion, Job, JobFile

OUT: Final = "out"
LATE_CHECK: Final = timedelta(minutes=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
DRAIN_SECONDS: Final = 1.5

log = structlog.get_logger(__name__)


@contextmanager
def work_folder(job: Job) -> Iterator[Path]:
    """An empty folder for this attempt, with ``out`` in it; gone afterwards, whatever happens."""
    folder = Path(settings.WORK_DIR) / f"{job.pk}.{job.lease_token}"
    (folder / OUT).mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stage(job: Job, lease: uuid.UUID, folder: Path) -> dict[str, JobFile]:
    """Write down which files of ``folder`` are about to be stored, by name: no byte is ever unknown.

    LeaseLost when the job was taken away meanwhile.
    """
    rows = [_row(job, lease, path) for path in _plain_files(folder)]
    with transaction.atomic():
        if not Job.objects.select_for_update(no_key=True).filter(pk=job.pk, lease_token=lease):
            raise LeaseLost()
        JobFile.objects.bulk_create(rows)
    return {row.name: row for row in rows}


def store(rows: Iterable[JobFile], folder: Path, held: Held) -> None:
    """Write the bytes to their final keys; StorageUnavailable when the storage does not take them, or LeaseLost."""
    for row in rows:
        held.check()
        _write(row, folder / row.name)


def open_stored(key: str) -> Any:
    """A stored file to read and close, as a stream where the storage is far away.

    Raises FileNotFoundError, and StorageUnavailable when the storage does not answer.
    """
    opened = getattr(default_storage, "open_stream", default_storage.open)
    try:
        return opened(key)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise _away(error) from error


def read_stored(key: str) -> bytes:
    """A small stored file, whole. Raises as open_stored."""
    with closing(open_stored(key)) as source:
        try:
            return bytes(source.read())
        except Exception as error:
            raise _away(error) from error


def _away(error: Exception) -> StorageUnavailable:
    log.warning("storage.refused", reason=type(error).__name__)
    return StorageUnavailable()


def chase(lease: uuid.UUID, keys: Iterable[str]) -> None:
    """Have files deleted whose rows may have gone before their bytes came: a late writer cleans up behind itself."""
    keys = set(keys)
    JobFile.objects.filter(lease_token=lease, status=JobFile.Status.STAGED).delete()
    known = JobFile.objects.filter(key__in=keys).values_list("key", flat=True)
    delete_later(keys - set(known), reason="late")


def delete_later(keys: Iterable[str], *, reason: str) -> None:
    """Have the reconciler delete these; part of the caller's transaction."""
    now = timezone.now()
    FileDeletion.objects.bulk_create(FileDeletion(key=key, reason=reason, not_before=now) for key in keys)


def drain_deletions(limit: int = 200, seconds: float = DRAIN_SECONDS) -> int:
    """Delete what is due, ``limit`` at a time, for about ``seconds``: a library that goes has tens of thousands.

    What the storage refuses is tried again later, ever more seldom. Returns how many went.
    """
    until, gone = time.monotonic() + seconds, 0
    while True:
        due = list(FileDeletion.objects.filter(not_before__lte=timezone.now()).order_by("not_before")[:limit])
        gone += sum(_delete(row) for row in due)
        if len(due) < limit or time.monotonic() > until:
            return gone


def sweep_work_folders() -> int:
    """Remove the folders of attempts nobody works on any more; returns how many."""
    root = Path(settings.WORK_DIR)
    folders = {path.name.partition(".")[2]: path for path in root.iterdir()} if root.is_dir() else {}
    leases = {str(lease) for lease in Job.objects.running().values_list("lease_token", flat=True)}  # type: ignore[attr-defined]
    orphans = [path for lease, path in folders.items() if _is_uuid(lease) and lease not in leases]
    for path in orphans:
        shutil.rmtree(path, ignore_errors=True)
    return len(orphans)


@receiver(post_delete, sender=JobFile)
def _forget_bytes(sender: type[JobFile], instance: JobFile, **_: object) -> None:
    """The one signal of the house: a row may go by cascade (an account, the admin), its bytes must follow."""
    if not instance.is_adopted:
        delete_later([instance.key], reason=instance.status)


def _plain_files(folder: Path) -> list[Path]:
    found = sorted(folder.iterdir())
    if any(not path.is_file() or path.is_symlink() for path in found):
        raise ServerError("A job left something that is not a file.")
    return found


def _row(job: Job, lease: uuid.UUID, path: Path) -> JobFile:
    return JobFile(
        job=job,
        lease_token=lease,
        name=path.name,
        key=f"{job.kind}/{job.pk}/{lease}/{path.name}",
        byte_size=path.stat().st_size,
        content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
    )


def _write(row: JobFile, path: Path) -> None:
    try:
        with path.open("rb") as stream:
            written = default_storage.save(row.key, File(stream))
    except Exception as error:
        log.warning("storage.refused", job_id=str(row.job_id), reason=type(error).__name__)
        raise StorageUnavailable() from error
    if written != row.key:
        delete_later([written], reason="misplaced")
        raise ServerError("A file went to another place than it should.")


def _delete(row: FileDeletion) -> bool:
    try:
        default_storage.delete(row.key)
    except Exception as error:
        _postpone(row, error)
        return False
    if row.reason == JobFile.Status.STAGED and not row.is_late_check:
        # Its writer may have been merely slow, and write after this.
        row.is_late_check = True
        row.not_before = timezone.now() + LATE_CHECK
        row.save(update_fields=["is_late_check", "not_before"])
    else:
        row.delete()
    return True


def _postpone(row: FileDeletion, error: Exception) -> None:
    row.attempts += 1
    row.last_error = f"{type(error).__name__}"[:500]
    row.not_before = timezone.now() + min(timedelta(seconds=2 ** min(row.attempts, 12)), LONGEST_PAUSE)
    row.save(update_fields=["attempts", "last_error", "not_before"])


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
