"""`render/jobs` of seed 003: a texture on a facade, submitted, polled, opened, given up."""

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, UserRateThrottle
from rest_framework.views import APIView

from facades import links
from facades.actions import rendering
from facades.actions.signing import find_secret
from facades.answers import answer
from facades.api import examples
from facades.api.serializers import RenderRequestSerializer, RenderSerializer, SubmittedSerializer
from photos.api.person import person
from photos.api.pictures import AnyAccept
from processing.documenting import IDEMPOTENCY_KEY, errors
from processing.errors import NotFound
from processing.idempotency import read_key
from processing.links import download
from processing.serializers import read_body


class RenderThrottle(UserRateThrottle):
    scope = "renders"
    rate = "10/min"


class SaysDetails(APIView):
    """Clients of seed 003 read ``details`` where all others read ``fields``."""

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if "fields" in response.data:
            response.data["details"] = response.data["fields"]
        return response


class RendersView(SaysDetails):
    def get_throttles(self) -> list[BaseThrottle]:
        return [RenderThrottle()]

    @extend_schema(
        operation_id="render_submit",
        request=RenderRequestSerializer,
        responses={201: SubmittedSerializer} | errors(400, 409, 429, 503),
        examples=examples.SUBMIT,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Lay a texture on the wall of a facade; photo and texture are one's own photos, or are fetched.

        Poll `poll_url` until it is `completed` or `failed`. What was made of an address is deleted after two days.
        """
        body = read_body(RenderRequestSerializer, request)
        job = rendering.submit_render(actor=person(request), asked=body, **read_key(request, body))
        told: dict[str, Any] = {
            "job_id": job.pk,
            "status": answer(job)["status"],
            "poll_url": request.build_absolute_uri(reverse("render-detail", args=[job.pk])),
        }
        if job.options.get("webhook_url"):
            told["webhook_secret"] = find_secret(actor=person(request)).secret
        return Response(told, status=status.HTTP_201_CREATED)


class RenderView(SaysDetails):
    @extend_schema(
        operation_id="render_retrieve", responses={200: RenderSerializer} | errors(404), examples=examples.RENDER
    )
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        """Where a render stands: `processing` while it waits or runs, by its named steps; then `completed` or `failed`.

        One that was cancelled has `failed` with `pipeline_error`; its `is_cancelled` says which of both it was.
        """
        job = rendering.find_render(actor=person(request), job_id=job_id)
        return Response(answer(job, root=request.build_absolute_uri("/")))

    @extend_schema(operation_id="render_destroy", request=None, responses={204: None} | errors(404))
    def delete(self, request: Request, job_id: uuid.UUID) -> Response:
        """Cancel a render that waits or runs. One that has ended goes, with its picture and every file."""
        rendering.give_up(actor=person(request), job_id=job_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResultView(SaysDetails):
    permission_classes = [AllowAny]
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="render_result",
        parameters=[OpenApiParameter("signature", str, description="From `result_url`; replaces signing in.")],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 401: OpenApiResponse(description="")} | errors(404),
    )
    def get(self, request: Request, job_id: uuid.UUID) -> HttpResponseBase:
        """The picture, by its signed link (60 seconds), or signed in."""
        signature = request.query_params.get("signature")
        if signature is None:
            if not request.user.is_authenticated:
                raise NotAuthenticated()
            return download(request._request, rendering.find_result(job_id=job_id, actor=person(request)))
        if not links.is_signed(job_id, signature):
            raise NotFound()
        return download(request._request, rendering.find_result(job_id=job_id))
