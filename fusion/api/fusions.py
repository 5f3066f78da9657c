"""Fusions through the API: handed in, looked at, cancelled, made again, deleted."""

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from circles.actions.circles import find_circle
from fusion import presenting
from fusion.actions import ending, making
from fusion.api import examples
from fusion.api.serializers import (
    CompositionRequestSerializer,
    ConsentRequiredSerializer,
    FusionAgainSerializer,
    FusionFiltersSerializer,
    FusionRequestSerializer,
    FusionSerializer,
)
from fusion.models import FusionArtwork
from fusion.options import CompositionOptionsSerializer
from fusion.states import State
from photos.api.person import person
from processing.documenting import IDEMPOTENCY_KEY
from processing.examples import page_of
from processing.idempotency import read_key
from processing.pagination import KeysetPagination
from processing.serializers import StrictSerializer, read_body, read_query

PAGE = page_of(FusionSerializer)
HANDED_IN = {201: FusionSerializer, 202: ConsentRequiredSerializer}


class ListView(GenericAPIView):
    queryset = FusionArtwork.objects.none()
    serializer_class = FusionSerializer
    filter_backends = ()
    pagination_class = KeysetPagination

    def page(self, found: QuerySet[FusionArtwork]) -> Response:
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class FusionsView(ListView):
    @extend_schema(
        operation_id="fusion_list",
        parameters=[FusionFiltersSerializer],
        responses={200: PAGE} | examples.errors(400),
        examples=examples.LIST,
    )
    def get(self, request: Request) -> Response:
        """Those you made, newest first."""
        wanted = read_query(FusionFiltersSerializer, request)
        mine = FusionArtwork.objects.editable_by(request.user).whole()
        return self.page(mine.with_status(wanted["status"]) if "status" in wanted else mine)

    @extend_schema(
        operation_id="fusion_create",
        request=FusionRequestSerializer,
        responses=HANDED_IN | examples.errors(400, 403, 404, 409, 503),
        examples=examples.FUSE,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Blend two to four artworks into one picture.

        202 when somebody must agree first: they are asked, and it starts by itself when the last one has agreed.
        """
        body = read_body(FusionRequestSerializer, request)
        return _handed_in(request, "fusion", body, body.pop("options", {}))


class CompositionsView(APIView):
    @extend_schema(
        operation_id="composition_create",
        request=CompositionRequestSerializer,
        responses=HANDED_IN | examples.errors(400, 403, 404, 409, 503),
        examples=examples.COMPOSE,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Put two to four artworks beside each other; consent as with `POST fusion`."""
        body = read_body(CompositionRequestSerializer, request)
        wanted = {str(name): body.pop(str(name)) for name in CompositionOptionsSerializer().fields}
        return _handed_in(request, "composition", body, wanted)


class FusionView(APIView):
    @extend_schema(
        operation_id="fusion_retrieve",
        responses={200: FusionSerializer} | examples.errors(404),
        examples=examples.ONE,
    )
    def get(self, request: Request, fusion_id: uuid.UUID) -> Response:
        """Where it stands: for its creator always; once done also for the owners of its sources and its circle."""
        return Response(represent(presenting.find_fusion(actor=person(request), fusion_id=fusion_id), request))

    @extend_schema(operation_id="fusion_destroy", request=None, responses={204: None} | examples.errors(404))
    def delete(self, request: Request, fusion_id: uuid.UUID) -> Response:
        """For good, with its files; out of its circle's feed too."""
        ending.delete_fusion(actor=person(request), fusion_id=fusion_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelView(APIView):
    @extend_schema(
        operation_id="fusion_cancel",
        request=None,
        responses={200: FusionSerializer} | examples.errors(404, 409),
        examples=examples.CANCEL,
    )
    def post(self, request: Request, fusion_id: uuid.UUID) -> Response:
        """Stop it while it waits or is being made."""
        read_body(StrictSerializer, request)
        ending.cancel_fusion(actor=person(request), fusion_id=fusion_id)
        return Response(represent(presenting.find_fusion(actor=person(request), fusion_id=fusion_id), request))


class RetryView(APIView):
    @extend_schema(
        operation_id="fusion_retry",
        request=FusionAgainSerializer,
        responses=HANDED_IN | examples.errors(400, 403, 404, 409, 503),
        examples=examples.AGAIN,
    )
    def post(self, request: Request, fusion_id: uuid.UUID) -> Response:
        """Make it again, with other settings if you like. What failed or was cancelled goes on under its own id; of
        anything else a new one is made, for which everybody is asked anew."""
        body = read_body(FusionAgainSerializer, request)
        made = making.make_again(actor=person(request), fusion_id=fusion_id, changes=body)
        return _answered(made, request)


class CircleFusionsView(ListView):
    @extend_schema(
        operation_id="circles_fusions_list",
        responses={200: PAGE} | examples.errors(400, 404),
        examples=examples.LIST,
    )
    def get(self, request: Request, circle_id: uuid.UUID) -> Response:
        """What was fused for this circle; for its members."""
        circle = find_circle(actor=person(request), circle_id=circle_id)
        return self.page(FusionArtwork.objects.visible_to(request.user).of_circle(circle).whole())


def represent(fusion: FusionArtwork, request: Request) -> dict[str, Any]:
    return FusionSerializer(fusion, context={"request": request}).data


def _handed_in(request: Request, fusion_type: str, body: dict[str, Any], wanted: dict[str, Any]) -> Response:
    made = making.make_fusion(
        actor=person(request),
        fusion_type=fusion_type,
        source_ids=body.pop("source_artwork_ids"),
        wanted=wanted,
        **body,
        **read_key(request, request.data),
    )
    return _answered(made, request)


def _answered(fusion: FusionArtwork, request: Request) -> Response:
    found = presenting.find_fusion(actor=person(request), fusion_id=fusion.pk)
    if found.state == State.WAITING:
        pending = {"status": "consent_required", "pending": presenting.pending_ids(found), "fusion_id": found.pk}
        return Response(ConsentRequiredSerializer(pending).data, status=status.HTTP_202_ACCEPTED)
    return Response(represent(found, request), status=status.HTTP_201_CREATED)
