"""The API of jobs and socket tickets."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from processing import admission, examples, jobs, links, presenting
from processing.documenting import IDEMPOTENCY_KEY, errors
from processing.errors import NotFound
from processing.idempotency import read_key
from processing.models import Job, JobFile
from processing.pagination import KeysetPagination
from processing.serializers import (
    JobFiltersSerializer,
    JobSerializer,
    ReprocessSerializer,
    StrictSerializer,
    TicketSerializer,
    read_body,
    read_query,
)


def represent(job: Job, request: Request) -> dict[str, Any]:
    """A job as the API shows it."""
    return JobSerializer(presenting.show(job), context={"request": request}).data


class TicketThrottle(UserRateThrottle):
    scope = "tickets"
    rate = "60/min"


class TicketView(APIView):
    throttle_classes = [TicketThrottle]

    @extend_schema(
        operation_id="auth_ticket",
        request=None,
        responses={201: TicketSerializer},
        examples=examples.TICKET,
    )
    def post(self, request: Request) -> Response:
        """A ticket that opens one socket, once, within 30 seconds: `/ws/me?ticket=...` or `/ws/jobs/<id>?ticket=...`.

        The socket lives as long as the token or session that asked for the ticket.
        """
        read_body(StrictSerializer, request)
        ticket, expires_at = admission.issue_ticket(
            user=request.user,
            session_key=_session_key(request),
            token_digest=getattr(request.auth, "digest", ""),
        )
        return Response({"ticket": ticket, "expires_at": expires_at}, status=status.HTTP_201_CREATED)


class JobListView(APIView):
    @extend_schema(
        operation_id="jobs_list",
        parameters=[
            OpenApiParameter("status", {"type": "array", "items": {"enum": examples.STATES}}, explode=True),
            OpenApiParameter("kind", str),
            OpenApiParameter("subject_id", uuid.UUID, description="Jobs about this photo."),
            OpenApiParameter("batch_id", uuid.UUID, description="Jobs handed in together."),
            *(OpenApiParameter(**words) for words in KeysetPagination.words()),
        ],
        responses={200: examples.page_of(JobSerializer)} | errors(400),
        examples=examples.JOBS,
    )
    def get(self, request: Request) -> Response:
        """Your jobs, newest first."""
        found = _narrow(_mine(request), read_query(JobFiltersSerializer, request))
        pages = KeysetPagination()
        shown = presenting.show_all(pages.paginate_queryset(found, request))
        return pages.get_paginated_response(JobSerializer(shown, many=True, context={"request": request}).data)


class JobView(APIView):
    @extend_schema(operation_id="jobs_retrieve", responses={200: JobSerializer} | errors(404), examples=examples.JOB)
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        """One job: where it stands, or why it failed and what to do. The polling twin of its socket."""
        return Response(represent(_find(_mine(request), job_id), request))

    @extend_schema(operation_id="jobs_destroy", responses={204: None} | errors(404))
    def delete(self, request: Request, job_id: uuid.UUID) -> Response:
        """Cancel the job if it still runs, and forget it with its files. What came of it stays."""
        jobs.delete(actor=request.user, job_id=job_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelView(APIView):
    @extend_schema(
        operation_id="jobs_cancel",
        request=None,
        responses={200: JobSerializer} | errors(404, 409),
        examples=examples.CANCELLED,
    )
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        """Stop a waiting or running job. Cancelling twice is fine; what has ended otherwise answers 409."""
        read_body(StrictSerializer, request)
        return Response(represent(jobs.cancel(actor=request.user, job_id=job_id), request))


class ReprocessView(APIView):
    @extend_schema(
        operation_id="jobs_reprocess",
        request=ReprocessSerializer,
        responses={201: JobSerializer} | errors(400, 404, 409, 503),
        examples=examples.REPROCESS,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        """Do the work of an ended job again, in a new job linked to the old one by `retry_of`."""
        body = read_body(ReprocessSerializer, request)
        made = jobs.retry(actor=request.user, job_id=job_id, options=body.get("options"), **read_key(request, body))
        return Response(represent(made, request), status=status.HTTP_201_CREATED)


class AnyAccept(BaseContentNegotiation):
    """A file is what it is, whatever Accept prefers; errors are JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class JobFileView(APIView):
    permission_classes = [AllowAny]
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="jobs_file",
        parameters=[OpenApiParameter("signature", str, description="From `files[].url`; replaces signing in.")],
        responses={(200, "*/*"): OpenApiTypes.BINARY, 401: OpenApiResponse(description="")} | errors(404),
    )
    def get(self, request: Request, job_id: uuid.UUID, name: str) -> HttpResponseBase:
        """A file the job made, as a download: by its signed link (60 seconds), or signed in."""
        signature = request.query_params.get("signature")
        if "\0" in name:
            raise NotFound()
        if signature is None and not request.user.is_authenticated:
            raise NotAuthenticated()
        is_signed = signature is not None and links.is_signed(job_id, name, signature)
        allowed = Job.objects.all() if is_signed else Job.objects.visible_to(request.user)  # type: ignore[attr-defined]
        file = JobFile.objects.filter(job__in=allowed, job_id=job_id, name=name).order_by("-id").first()
        if file is None or not links.is_open(file):
            raise NotFound()
        return links.download(request._request, file)


def _mine(request: Request) -> QuerySet[Job]:
    return Job.objects.visible_to(request.user).prefetch_related("files")  # type: ignore[attr-defined]


def _find(found: QuerySet[Job], job_id: uuid.UUID) -> Job:
    job = found.filter(pk=job_id).first()
    if job is None:
        raise NotFound()
    return job


def _narrow(found: QuerySet[Job], filters: dict[str, Any]) -> QuerySet[Job]:
    if states := filters.pop("status", None):
        found = found.filter(state__in=states)
    return found.filter(**filters)


def _session_key(request: Request) -> str:
    """The session a browser signed in with; a token's request has none of its own."""
    session = getattr(request, "session", None)
    return (session.session_key or "") if session and not request.auth else ""
