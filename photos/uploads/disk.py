"""Uploads on a local disk: every part is a file of its own, written once under a name never used again.

A late second copy of a part therefore cannot touch bytes that are already being put together.
"""

import errno
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.urls import reverse
from django.utils import timezone

from photos.errors import PartsMissing, StorageFull, WrongLength
from photos.formats import HEAD_BYTES
from photos.models import Upload
from photos.uploads import signing
from photos.uploads.contract import Assembled, Links, Readable

CHUNK = 256 * 1024
FOLDER = "uploads"


class DiskUploads:
    def __init__(self, storage: Any) -> None:
        self._storage = storage

    def _folder(self, upload_id: uuid.UUID) -> Path:
        return Path(self._storage.path(f"{FOLDER}/{upload_id}"))

    def start(self, upload: Upload) -> str:
        return ""

    def links(self, upload: Upload) -> Links:
        whole = reverse("uploads-content", args=[upload.pk])
        parts = range(1, upload.part_count + 1)
        return Links(
            url=f"{whole}?signature={signing.sign(upload.pk, signing.WHOLE)}",
            urls=tuple(
                f"{reverse('uploads-part', args=[upload.pk, number])}?signature={signing.sign(upload.pk, number)}"
                for number in parts
            ),
            headers={"Content-Type": "application/octet-stream"},
            expires_at=timezone.now() + timedelta(seconds=signing.LINK_SECONDS),
        )

    def arrived(self, upload: Upload) -> dict[int, int]:
        return dict(upload.parts.order_by("number").values_list("number", "byte_size"))

    def take(self, upload: Upload, number: int, stream: Readable) -> str:
        """Stream the part into a new file; returns its key. WrongLength when fewer bytes come."""
        folder = self._folder(upload.pk)
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{number}.", dir=folder)
        try:
            with os.fdopen(handle, "wb") as target:
                _copy(stream, target, upload.part_length(number))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return f"{FOLDER}/{upload.pk}/{Path(name).name}"

    def drop(self, key: str) -> None:
        path = Path(self._storage.path(key))
        path.unlink(missing_ok=True)
        try:
            path.parent.rmdir()
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT}:
                raise

    def assemble(self, upload: Upload, key: str) -> Assembled:
        keys = dict(upload.parts.order_by("number").values_list("number", "key"))
        missing = [number for number in range(1, upload.part_count + 1) if number not in keys]
        if missing:
            raise PartsMissing(missing)
        final = Path(self._storage.path(key))
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="whole.", dir=self._folder(upload.pk))
        try:
            with os.fdopen(handle, "wb") as target:
                made = self._join([keys[number] for number in sorted(keys)], target)
            Path(name).chmod(0o444)
            Path(name).rename(final)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(final.parent)
        return made

    def _join(self, keys: list[str], target: IO[bytes]) -> Assembled:
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            for key in keys:
                with self._storage.open(key, "rb") as source:
                    while chunk := source.read(CHUNK):
                        digest.update(chunk)
                        size += target.write(chunk)
                        head = head or chunk[:HEAD_BYTES]
            target.flush()
            os.fsync(target.fileno())
        except OSError as error:
            raise _explained(error) from error
        return Assembled(size, digest.hexdigest(), head)

    def discard(self, upload_id: uuid.UUID, remote_id: str) -> None:
        shutil.rmtree(self._folder(upload_id), ignore_errors=True)

    def leftovers(self) -> Iterator[tuple[uuid.UUID, str]]:
        root = Path(self._storage.path(FOLDER))
        for folder in root.iterdir() if root.is_dir() else ():
            try:
                yield uuid.UUID(folder.name), ""
            except ValueError:
                continue


def _copy(stream: Readable, target: IO[bytes], length: int) -> None:
    left = length
    try:
        while left and (chunk := stream.read(min(CHUNK, left))):
            target.write(chunk)
            left -= len(chunk)
        target.flush()
        os.fsync(target.fileno())
    except OSError as error:
        raise _explained(error) from error
    if left:
        raise WrongLength()


def _explained(error: OSError) -> Exception:
    """A full disk is told as what it is."""
    return StorageFull() if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else error


def _sync_folder(folder: Path) -> None:
    """Without it a power cut may forget the new name though the bytes are there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
