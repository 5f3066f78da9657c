"""The bytes: nine pictures of each photo, and the original as it came in."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator
from functools import partial
from mimetypes import guess_extension
from typing import Any, Final

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from photos.actions.library import find_original
from photos.api import examples
from photos.api.person import person
from photos.errors import NotReady
from photos.models import Photo, Rendition
from photos.rendering import CONTENT_TYPES
from processing.errors import NotFound
from processing.files import open_stored, read_stored

CHUNK: Final = 256 * 1024
SANDBOX: Final = "sandbox; default-src 'none'"
FOREVER: Final = "private, max-age=31536000, immutable"
ASK_AGAIN: Final = "private, no-cache"


class AnyAccept(BaseContentNegotiation):
    """A picture is what it is, whatever the browser's Accept prefers; errors are JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ThumbView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="photos_thumb",
        parameters=[
            OpenApiParameter("size", int, OpenApiParameter.PATH, enum=[256, 512, 1024]),
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(CONTENT_TYPES)),
            OpenApiParameter(
                "v", int, OpenApiParameter.QUERY, description="The photo's version: may be kept for good."
            ),
        ],
        responses={(200, media): OpenApiTypes.BINARY for media in CONTENT_TYPES.values()} | examples.errors(404),
    )
    def get(self, request: Request, photo_id: uuid.UUID, size: int, form: str) -> HttpResponseBase:
        """One of the nine pictures. While it is being made its owner gets 404 ``not_ready``."""
        rendition = _rendition(request.user, photo_id, size, form)
        # What is shared can be taken back: other people's browsers ask each time.
        is_own = rendition.photo.owner_id == request.user.pk
        is_for_good = is_own and request.query_params.get("v") == str(rendition.photo.version)
        return picture(request._request, rendition.key, CONTENT_TYPES[rendition.format], is_for_good=is_for_good)


def picture(request: HttpRequest, key: str, content_type: str, *, is_for_good: bool) -> HttpResponseBase:
    """A stored picture to look at; ``is_for_good``: its address changes when it does. NotReady when it is missing."""
    tag = f'"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}"'
    response = get_conditional_response(request, etag=tag) or _bytes(key, content_type)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = FOREVER if is_for_good else ASK_AGAIN
    return response


def _rendition(user: Any, photo_id: uuid.UUID, size: int, form: str) -> Rendition:
    seen = Photo.objects.visible_to(user).filter(pk=photo_id)
    found = Rendition.objects.filter(photo__in=seen, size=size, format=form).select_related("photo").first()
    if found is None:
        raise NotReady() if seen.exists() and form in CONTENT_TYPES else NotFound()
    return found


def _bytes(key: str, content_type: str) -> HttpResponse:
    try:
        body = read_stored(key)
    except FileNotFoundError:
        raise NotReady("This picture is missing from the storage.", suggestion="Have it made again.") from None
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": SANDBOX}
    return HttpResponse(body, content_type=content_type, headers=headers)


class OriginalView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="photos_original",
        responses={(200, "image/*"): OpenApiTypes.BINARY} | examples.errors(404),
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> HttpResponseBase:
        """The file as it was uploaded, byte for byte: one's own, or one whose owner gave it to a circle."""
        return download(request._request, find_original(actor=person(request), photo_id=photo_id))


def download(request: HttpRequest, photo: Photo) -> HttpResponseBase:
    """Streams the original; under ASGI asynchronously, or Django would read it whole into memory."""
    try:
        file = open_stored(photo.original.key)
    except FileNotFoundError:
        raise NotFound("The original is missing from the storage.", code="original_missing") from None
    content_type = photo.original.content_type
    # What its owner calls a file is nobody else's to know.
    name = photo.filename if getattr(photo, "is_own", True) else f"{photo.pk}{guess_extension(content_type) or ''}"
    body = _read_later(file) if isinstance(request, ASGIRequest) else iter(partial(file.read, CHUNK), b"")
    response = StreamingHttpResponse(
        body,
        content_type=content_type,
        headers={
            "Content-Length": str(photo.original.byte_size),
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": ASK_AGAIN,
        },
    )
    response._resource_closers.append(file.close)  # type: ignore[attr-defined] # also when nobody reads to the end
    return response


async def _read_later(file: Any) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk
