"""Seed 004's own client: send a file, name a mode, poll, download, delete. A thin door onto the same engine."""

import uuid
from typing import Any, Final

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from artworks.actions import door
from artworks.api import door_examples as examples
from artworks.api.door_serializers import (
    DoorFiltersSerializer,
    DoorJobSerializer,
    FileSerializer,
    KeptFileSerializer,
    NewJobSerializer,
    with_artworks,
)
from photos.actions import whole_files
from photos.actions.uploads import Announcement
from photos.api.person import person
from photos.api.pictures import AnyAccept
from processing import links
from processing.documenting import IDEMPOTENCY_KEY
from processing.idempotency import read_key
from processing.models import Job
from processing.pagination import KeysetPagination
from processing.serializers import read_body, read_query

# This client sends forms, as curl's -F does. A form of another site still lacks the token or the CSRF word.
FORMS: Final = (MultiPartParser, FormParser, JSONParser)


class UploadView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="jobs_upload",
        request={"multipart/form-data": FileSerializer},
        responses={200: KeptFileSerializer, 201: KeptFileSerializer}
        | examples.errors(400, 409, 413, 415, 422, 429, 507),
        examples=examples.UPLOAD,
    )
    def post(self, request: Request) -> Response:
        """A picture in one piece; it becomes a photo of the library. 200 when these bytes are there already."""
        file = read_body(FileSerializer, request)["file"]
        said = Announcement(filename=file.name, size=file.size, content_type=file.content_type or "")
        kept = whole_files.keep_file(actor=person(request), announcement=said, stream=file)
        answer = KeptFileSerializer(kept.photo).data
        return Response(answer, status=status.HTTP_201_CREATED if kept.is_new else status.HTTP_200_OK)


class JobsView(APIView):
    parser_classes = FORMS

    @extend_schema(
        operation_id="door_jobs_list",
        parameters=[DoorFiltersSerializer],
        responses={200: examples.page_of(DoorJobSerializer)} | examples.errors(400),
        examples=examples.JOBS,
    )
    def get(self, request: Request) -> Response:
        """Your jobs of these two modes, newest first."""
        filters = read_query(DoorFiltersSerializer, request)
        kinds = [door.KIND_OF[filters["mode"]]] if "mode" in filters else list(door.MODE_OF)
        found = Job.objects.visible_to(request.user).filter(kind__in=kinds)  # type: ignore[attr-defined]
        if "status" in filters:
            found = found.filter(state=filters["status"])
        pages = KeysetPagination()
        return pages.get_paginated_response(_shown(pages.paginate_queryset(found, request), request))

    @extend_schema(
        operation_id="door_jobs_create",
        request=NewJobSerializer,
        responses={201: DoorJobSerializer} | examples.errors(400, 404, 409, 503),
        examples=examples.NEW,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Part an uploaded photo into layers (`photo-realistic`), or paint it (`painterly`)."""
        body = read_body(NewJobSerializer, request)
        job = door.start_job(actor=person(request), asked=body, **read_key(request, body))
        return Response(_shown([job], request)[0], status=status.HTTP_201_CREATED)


class JobView(APIView):
    @extend_schema(
        operation_id="door_jobs_retrieve",
        responses={200: DoorJobSerializer} | examples.errors(404),
        examples=examples.JOB,
    )
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        """Where it stands, or why it failed; once done, its list of layers and its files."""
        return Response(_shown([door.find_job(actor=person(request), job_id=job_id)], request)[0])

    @extend_schema(operation_id="door_jobs_destroy", request=None, responses={204: None} | examples.errors(404))
    def delete(self, request: Request, job_id: uuid.UUID) -> Response:
        """Stop it if it still runs, and forget it with every file it made. The uploaded photo stays."""
        door.delete_job(actor=person(request), job_id=job_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DownloadView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="door_jobs_download", responses={(200, "*/*"): OpenApiTypes.BINARY} | examples.errors(404)
    )
    def get(self, request: Request, job_id: uuid.UUID, name: str) -> HttpResponseBase:
        """One of the files that the job lists, as a download."""
        return links.download(request._request, door.find_file(actor=person(request), job_id=job_id, name=name))


def _shown(jobs: list[Job], request: Request) -> list[dict[str, Any]]:
    return list(DoorJobSerializer(with_artworks(jobs), many=True, context={"request": request}).data)
