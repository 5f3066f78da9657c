"""Work on photos: one, or up to ten in the order of their importance."""

import uuid

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos import pipelines
from photos.actions.library import find_photo
from photos.api import examples
from photos.api.person import person
from photos.api.serializers import BatchSerializer, SubmitSerializer
from processing.api import represent
from processing.documenting import IDEMPOTENCY_KEY
from processing.idempotency import for_place, read_key
from processing.serializers import JobSerializer, read_body


class SubmitView(APIView):
    @extend_schema(
        operation_id="processing_submit",
        request=SubmitSerializer,
        responses={201: JobSerializer} | examples.errors(400, 404, 409, 503),
        examples=examples.SUBMIT,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Start a pipeline on one of one's own photos."""
        body = read_body(SubmitSerializer, request)
        start = pipelines.find(body["pipeline"])
        photo = find_photo(actor=person(request), photo_id=body["photo_id"])
        job = start(
            actor=person(request),
            photo=photo,
            options=body["options"],
            priority=body["priority"],
            **read_key(request, body),
        )
        return Response(represent(job, request), status=status.HTTP_201_CREATED)


class BatchView(APIView):
    @extend_schema(
        operation_id="processing_batch",
        request=BatchSerializer,
        responses={201: JobSerializer(many=True)} | examples.errors(400, 404, 409, 503),
        examples=examples.BATCH,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """The same for up to ten photos, all or none; they run in the order given and share a `batch_id`."""
        body = read_body(BatchSerializer, request)
        start = pipelines.find(body["pipeline"])
        shared = {"actor": person(request), "options": body["options"], "batch_id": uuid.uuid4()}
        submission = read_key(request, body)
        with transaction.atomic():
            photos = [find_photo(actor=person(request), photo_id=photo_id) for photo_id in body["photo_ids"]]
            made = [
                start(photo=photo, priority=len(photos) - place, **shared, **for_place(submission, place))
                for place, photo in enumerate(photos)
            ]
        return Response([represent(job, request) for job in made], status=status.HTTP_201_CREATED)
