"""Uploads straight to S3: a multipart upload whose parts the client sends to presigned addresses, one a part.

Every call has a total deadline: the client's own time-outs (settings) bound one attempt, and what streams is watched
between chunks. Whatever the storage does wrong becomes StorageUnavailable, which a client may try again.
"""

import contextlib
import hashlib
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone

from photos.errors import PartsMissing, WrongLength
from photos.formats import HEAD_BYTES
from photos.models import Upload
from photos.uploads.contract import Assembled, Links, Readable
from photos.uploads.signing import LINK_SECONDS
from processing.errors import StorageUnavailable

CHUNK: Final = 1024 * 1024
FOLDER: Final = "uploads"
_GONE: Final = {"NoSuchUpload", "NoSuchKey", "404"}


class S3Uploads:
    def __init__(self, storage: Any) -> None:
        self._bucket = storage.bucket_name
        self._location = storage.location
        self._client = storage.connection.meta.client

    def _key(self, name: str) -> str:
        return f"{self._location.rstrip('/')}/{name}".lstrip("/")

    def _place(self, upload_id: uuid.UUID) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._key(f"{FOLDER}/{upload_id}")}

    def start(self, upload: Upload) -> str:
        with _told():
            made = self._client.create_multipart_upload(
                **self._place(upload.pk), ContentType="application/octet-stream"
            )
        return made["UploadId"]

    def links(self, upload: Upload) -> Links:
        """Each address takes exactly its part: number and length are part of what is signed."""
        urls = tuple(
            self._client.generate_presigned_url(
                "upload_part",
                Params=self._place(upload.pk)
                | {
                    "UploadId": upload.remote_id,
                    "PartNumber": number,
                    "ContentLength": upload.part_length(number),
                },
                ExpiresIn=LINK_SECONDS,
            )
            for number in range(1, upload.part_count + 1)
        )
        return Links(
            url=urls[0] if len(urls) == 1 else "",
            urls=urls,
            headers={},
            expires_at=timezone.now() + timedelta(seconds=LINK_SECONDS),
        )

    def take(self, upload: Upload, number: int, stream: Readable) -> str:
        """For the form without a script, whose bytes come through us: one part in memory, sent on."""
        length = upload.part_length(number)
        body = b""
        while len(body) < length and (chunk := stream.read(length - len(body))):
            body += chunk
        if len(body) < length:
            raise WrongLength()
        with _told():
            self._client.upload_part(
                **self._place(upload.pk), UploadId=upload.remote_id, PartNumber=number, Body=body, ContentLength=length
            )
        return ""

    def drop(self, key: str) -> None:
        """Parts go with their upload."""

    def _parts(self, upload: Upload) -> list[dict[str, Any]]:
        """Parts the storage holds; none any more once they were joined."""
        with _told():
            pages = self._client.get_paginator("list_parts").paginate(
                **self._place(upload.pk), UploadId=upload.remote_id
            )
            try:
                return [part for page in pages for part in page.get("Parts", ())]
            except ClientError as error:
                if _code(error) in _GONE:
                    return []
                raise

    def arrived(self, upload: Upload) -> dict[int, int]:
        parts = {part["PartNumber"]: part["Size"] for part in self._parts(upload)}
        return parts if parts or not self._is_joined(upload) else _all_parts(upload)

    def _is_joined(self, upload: Upload) -> bool:
        with _told():
            try:
                self._client.head_object(**self._place(upload.pk))
            except ClientError as error:
                if _code(error) in _GONE:
                    return False
                raise
        return True

    def assemble(self, upload: Upload, key: str) -> Assembled:
        deadline = time.monotonic() + settings.S3_DEADLINE_SECONDS
        self._join(upload)
        made, tag = self._read(upload, deadline)
        with _told():
            self._client.copy_object(
                Bucket=self._bucket, Key=self._key(key), CopySource=self._place(upload.pk), CopySourceIfMatch=tag
            )
        return made

    def _join(self, upload: Upload) -> None:
        parts = self._parts(upload)
        if not parts and self._is_joined(upload):
            return
        sizes = {part["PartNumber"]: part["Size"] for part in parts}
        missing = [number for number, length in _all_parts(upload).items() if sizes.get(number) != length]
        if missing:
            raise PartsMissing(missing)
        listed = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in parts]
        with _told():
            try:
                self._client.complete_multipart_upload(
                    **self._place(upload.pk), UploadId=upload.remote_id, MultipartUpload={"Parts": listed}
                )
            except ClientError as error:
                if _code(error) not in _GONE:  # somebody completing at the same time has joined them already
                    raise

    def _read(self, upload: Upload, deadline: float) -> tuple[Assembled, str]:
        digest, size, head = hashlib.sha256(), 0, b""
        with _told():
            found = self._client.get_object(**self._place(upload.pk))
            with contextlib.closing(found["Body"]) as body:
                for chunk in body.iter_chunks(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    head = head or chunk[:HEAD_BYTES]
                    if time.monotonic() > deadline:
                        raise StorageUnavailable()
        return Assembled(size, digest.hexdigest(), head), found["ETag"]

    def discard(self, upload_id: uuid.UUID, remote_id: str) -> None:
        with _told():
            if remote_id:
                with contextlib.suppress(self._client.exceptions.NoSuchUpload):
                    self._client.abort_multipart_upload(**self._place(upload_id), UploadId=remote_id)
            self._client.delete_object(**self._place(upload_id))

    def leftovers(self) -> Iterator[tuple[uuid.UUID, str]]:
        prefix = self._key(f"{FOLDER}/")
        with _told():
            for page in self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=prefix
            ):
                yield from _named((found["Key"], found["UploadId"]) for found in page.get("Uploads", ()))
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                yield from _named((found["Key"], "") for found in page.get("Contents", ()))


def _all_parts(upload: Upload) -> dict[int, int]:
    return {number: upload.part_length(number) for number in range(1, upload.part_count + 1)}


def _named(found: Iterator[tuple[str, str]]) -> Iterator[tuple[uuid.UUID, str]]:
    for key, remote_id in found:
        with contextlib.suppress(ValueError):
            yield uuid.UUID(key.rpartition("/")[2]), remote_id


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Whatever S3 or the way to it does wrong, told as StorageUnavailable."""
    try:
        yield
    except (BotoCoreError, ClientError, ConnectionError, TimeoutError) as error:
        raise StorageUnavailable() from error
