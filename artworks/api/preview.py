"""A quick look while options change."""

import base64
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from artworks.actions import previewing
from artworks.api import examples
from artworks.api.serializers import PreviewFactsSerializer, PreviewSerializer
from photos.actions.library import find_photo
from photos.api.person import person
from processing.api import represent
from processing.models import Job
from processing.serializers import JobSerializer, read_body


class PreviewThrottle(UserRateThrottle):
    scope = "previews"
    rate = "240/min"


class PreviewView(APIView):
    throttle_classes = (PreviewThrottle,)

    @extend_schema(
        operation_id="preview",
        request=PreviewSerializer,
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "application/json"): PreviewFactsSerializer,
            (202, "application/json"): JobSerializer,
        }
        | examples.errors(400, 403, 404, 409, 422, 429, 503),
        examples=examples.PREVIEW,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """A small JPEG of what these options would give; with `with_facts` JSON: the picture, the outlines and numbers.

        When it takes longer than five seconds: 202 and the job, whose file `result.jpg` is the picture.
        """
        body = read_body(PreviewSerializer, request)
        actor = person(request)
        photo = find_photo(actor=actor, photo_id=body["photo_id"])
        job = previewing.start_preview(actor=actor, photo=photo, options=body["options"], pipeline=body["pipeline"])
        return looked_at(request, job, with_facts=body["with_facts"])


def looked_at(request: Request, job: Job, *, with_facts: bool = False) -> HttpResponseBase:
    """The picture as soon as it is there, or the job when that takes too long."""
    found = previewing.wait_for_preview(actor=person(request), job_id=job.pk)
    if found is None:
        job.refresh_from_db()
        return Response(represent(job, request), status=status.HTTP_202_ACCEPTED)
    if with_facts:
        return Response(_told(found))
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(found.jpeg, content_type="image/jpeg", headers=headers)


def _told(found: previewing.Preview) -> dict[str, Any]:
    picture = "data:image/jpeg;base64," + base64.b64encode(found.jpeg).decode()
    return PreviewFactsSerializer({**found.facts, "picture": picture}).data
