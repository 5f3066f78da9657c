"""Uploads through the API: announce, send parts, complete; and the routes our own links point to."""

import re
import uuid
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from photos.actions import uploads
from photos.api import examples
from photos.api.person import person
from photos.api.serializers import (
    ArrivedSerializer,
    CompletionSerializer,
    PhotoSerializer,
    PresignSerializer,
    UploadSerializer,
)
from photos.errors import TooLarge, WrongLength, WrongRange
from photos.models import Upload
from photos.uploads import signing
from photos.uploads.contract import backend
from processing.api import represent
from processing.documenting import IDEMPOTENCY_KEY
from processing.errors import NotFound
from processing.idempotency import read_key
from processing.serializers import read_body

_RANGE: Final = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_BYTES: Final = {"application/octet-stream": OpenApiTypes.BINARY}
_SIGNATURE = OpenApiParameter("signature", str, OpenApiParameter.QUERY, required=True)
_CONTENT_RANGE = OpenApiParameter(
    "Content-Range", str, OpenApiParameter.HEADER, description="bytes a-b/total; whole parts only."
)


def shown_upload(upload: Upload) -> dict[str, Any]:
    """An upload with fresh addresses and what has arrived."""
    is_open = upload.state == Upload.State.OPEN
    context = {
        "links": backend().links(upload) if is_open else None,
        "arrived": sorted(backend().arrived(upload)) if is_open else [],
    }
    return UploadSerializer(upload, context=context).data


class UploadsViewSet(ViewSet):
    """Files on their way in."""

    @extend_schema(
        operation_id="uploads_presign",
        request=PresignSerializer,
        responses={201: UploadSerializer} | examples.errors(400, 409, 413, 415, 429, 507),
        examples=examples.PRESIGN,
        parameters=[IDEMPOTENCY_KEY],
    )
    def presign(self, request: Request) -> Response:
        """Announce a file: answers where its bytes go. What the person already keeps is not taken twice.

        At most 60 announcements a minute may stay without their completion (429 with Retry-After); whoever completes
        what they announce is never slowed. The same file announced again goes on with the upload under way.
        """
        body = read_body(PresignSerializer, request)
        upload = uploads.announce_upload(
            actor=person(request), announcement=uploads.Announcement(**body), **read_key(request, body)
        )
        return Response(shown_upload(upload), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="uploads_retrieve",
        responses={200: UploadSerializer} | examples.errors(404, 503),
        examples=examples.UPLOAD,
    )
    def retrieve(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Which parts have arrived, and fresh addresses for the others."""
        return Response(shown_upload(uploads.find_upload(actor=person(request), upload_id=upload_id)))

    @extend_schema(operation_id="uploads_abort", responses={204: None} | examples.errors(404, 503))
    def destroy(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Give an upload up. A completed one stays as it is."""
        uploads.abort_upload(actor=person(request), upload_id=upload_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="uploads_complete",
        request=None,
        responses={201: CompletionSerializer} | examples.errors(404, 409, 415, 422, 503, 507),
        examples=examples.COMPLETION,
        parameters=[IDEMPOTENCY_KEY],
    )
    def complete(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Re-read and check what arrived, keep the photo, have its pictures made. Asked again, it says the same."""
        read_key(request, {})
        done = uploads.complete_upload(actor=person(request), upload_id=upload_id)
        job = represent(done.job, request) if done.job else None
        return Response({"photo": PhotoSerializer(done.photo).data, "job": job}, status=status.HTTP_201_CREATED)


class _Bytes(APIView):
    """Takes bytes by a signed link alone: no session, no token, nothing parsed, nothing held in memory."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = ()


class PartView(_Bytes):
    @extend_schema(
        operation_id="uploads_part",
        request=_BYTES,
        responses={200: ArrivedSerializer} | examples.errors(400, 403, 404, 409, 413, 416, 507),
        parameters=[_SIGNATURE, _CONTENT_RANGE],
        examples=examples.PART,
    )
    def put(self, request: Request, upload_id: uuid.UUID, number: int) -> Response:
        """One part, exactly as long as announced. Sending it again replaces it."""
        signing.check(request.query_params.get("signature", ""), upload_id, number)
        upload = _upload(upload_id)
        if not 1 <= number <= upload.part_count:
            raise NotFound()
        first, length = (number - 1) * upload.part_size, upload.part_length(number)
        named = _content_range(request, upload)
        if named not in (None, (first, length)):
            raise WrongRange()
        return _receive(request, upload, first, length)


class ContentView(_Bytes):
    @extend_schema(
        operation_id="uploads_content",
        request=_BYTES,
        responses={200: ArrivedSerializer} | examples.errors(400, 403, 404, 409, 413, 416, 507),
        parameters=[_SIGNATURE, _CONTENT_RANGE],
        examples=examples.PART,
    )
    def put(self, request: Request, upload_id: uuid.UUID) -> Response:
        """The whole file, or any whole parts of it with Content-Range."""
        signing.check(request.query_params.get("signature", ""), upload_id, signing.WHOLE)
        upload = _upload(upload_id)
        first, length = _content_range(request, upload) or (0, upload.byte_size)
        return _receive(request, upload, first, length)


def _upload(upload_id: uuid.UUID) -> Upload:
    """The link has said who may; a signed link to something gone finds nothing."""
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is None:
        raise NotFound()
    return upload


def _content_range(request: Request, upload: Upload) -> tuple[int, int] | None:
    """(first byte, length) of the Content-Range header; None without one, WrongRange when it does not fit."""
    header = request.headers.get("Content-Range")
    if header is None:
        return None
    found = _RANGE.fullmatch(header.strip())
    if not found:
        raise WrongRange()
    first, last, total = (int(number) for number in found.groups())
    if total != upload.byte_size or last < first:
        raise WrongRange()
    return first, last - first + 1


def _receive(request: Request, upload: Upload, first: int, length: int) -> Response:
    """Refuse by the range and the declared length first; then count what really comes."""
    uploads.parts_of_range(upload, first, length)
    declared = request.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) != length:
        raise TooLarge("This is more than was announced.") if int(declared) > length else WrongLength()
    uploads.receive_bytes(upload_id=upload.pk, first=first, length=length, stream=request._request)
    return Response(
        ArrivedSerializer({"upload_id": upload.pk, "arrived_parts": sorted(backend().arrived(upload))}).data
    )
