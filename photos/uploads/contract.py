"""The one contract of uploads: the same for files on a local disk and for multipart uploads on S3."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.core.files.storage import default_storage

from photos.models import Upload


@dataclass(frozen=True)
class Links:
    """Where the bytes go: ``urls`` one a part, in order; ``url`` takes any of them where the storage allows it."""

    url: str
    urls: tuple[str, ...]
    headers: dict[str, str]
    expires_at: datetime


@dataclass(frozen=True)
class Assembled:
    """What the server itself counted and hashed while it put the parts together."""

    byte_size: int
    sha256: str
    head: bytes


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Backend(Protocol):
    def start(self, upload: Upload) -> str:
        """Prepare to receive; returns the storage's own id of the upload, if it has one."""
        ...

    def links(self, upload: Upload) -> Links: ...

    def take(self, upload: Upload, number: int, stream: Readable) -> str:
        """Store one part of exactly its length; returns its key, "" when the storage counts parts itself."""
        ...

    def drop(self, key: str) -> None:
        """Remove one part that was taken in vain."""
        ...

    def arrived(self, upload: Upload) -> dict[int, int]:
        """Part number -> bytes, of the parts that arrived whole."""
        ...

    def assemble(self, upload: Upload, key: str) -> Assembled:
        """Write the parts, in order, to ``key`` of the default storage, counting and hashing them."""
        ...

    def discard(self, upload_id: uuid.UUID, remote_id: str) -> None:
        """Remove everything that arrived; calling it again does nothing."""
        ...

    def leftovers(self) -> Iterator[tuple[uuid.UUID, str]]:
        """(upload id, remote id) of all received bytes that are still lying about."""
        ...


def backend() -> Backend:
    """S3 when the default storage has a bucket, the local disk otherwise."""
    if getattr(default_storage, "bucket_name", ""):
        from photos.uploads.s3 import S3Uploads

        return S3Uploads(default_storage)
    from photos.uploads.disk import DiskUploads

    return DiskUploads(default_storage)
