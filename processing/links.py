"""Links to the files of jobs: signed, for a minute, and served as downloads that can run nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Protocol

from django.core import signing
from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode

from processing.errors import NotFound
from processing.files import open_stored
from processing.models import JobFile

LINK_SECONDS: Final = 60
CHUNK: Final = 256 * 1024
_signer = signing.TimestampSigner(salt="processing.links")


def is_open(file: JobFile) -> bool:
    """Published and still the job's own: what another room adopted is served, and guarded, there."""
    return file.status == JobFile.Status.PUBLISHED and not file.is_adopted


def file_url(file: JobFile) -> str:
    """The path of a file with a signature that lets whoever holds it read this one file for 60 seconds."""
    said = f"{file.job_id}/{file.name}"
    signature = _signer.sign(said).removeprefix(f"{said}:")
    return reverse("job-file", args=[file.job_id, file.name]) + "?" + urlencode({"signature": signature})


def is_signed(job_id: object, name: str, signature: str) -> bool:
    try:
        _signer.unsign(f"{job_id}/{name}:{signature}", max_age=LINK_SECONDS)
    except signing.BadSignature:
        return False
    return True


class Stored(Protocol):
    """A row that says where bytes lie and what they are; rooms above have rows of their own."""

    name: Any
    key: Any
    byte_size: Any
    content_type: Any


def download(request: HttpRequest, file: Stored) -> HttpResponseBase:
    """The file as an attachment; streamed from disk, from S3 by a redirect that is good for a minute."""
    disposition = content_disposition_header(True, file.name) or "attachment"
    if getattr(default_storage, "bucket_name", ""):
        parameters = {"ResponseContentDisposition": disposition}
        url = default_storage.url(file.key, parameters=parameters, expire=LINK_SECONDS)  # type: ignore[call-arg]
        return HttpResponseRedirect(url, headers={"Cache-Control": "no-store"})
    try:
        source = open_stored(file.key)
    except FileNotFoundError:
        raise NotFound("This file is missing from the storage.", code="file_missing") from None
    response = StreamingHttpResponse(
        _read_later(source) if isinstance(request, ASGIRequest) else _read(source),
        content_type=file.content_type or "application/octet-stream",
        headers={
            "Content-Length": str(file.byte_size),
            "Content-Disposition": disposition,
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
        },
    )
    # A client may leave before the first byte: then no generator has started that could close the file.
    response._resource_closers.append(source.close)  # type: ignore[attr-defined]
    return response


def _read(source: Any) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


async def _read_later(source: Any) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(source.read, CHUNK):
        yield chunk
