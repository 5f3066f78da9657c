"""Outlines dragged and masks brushed by hand: each is a new job."""

import hashlib
import uuid
from typing import Any

from django.core.exceptions import RequestDataTooBig
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from artworks.actions import making
from artworks.api import examples
from artworks.api.serializers import FollowSerializer, OutlinesSerializer
from photos.api.person import person
from processing.api import represent
from processing.documenting import IDEMPOTENCY_KEY
from processing.errors import Refused
from processing.idempotency import read_key
from processing.serializers import JobSerializer, read_body, read_query


class PngParser(BaseParser):
    media_type = "image/png"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return parser_context["request"]._request.body if parser_context else stream.read()


class GeometryView(APIView):
    @extend_schema(
        operation_id="artworks_geometry",
        request=OutlinesSerializer,
        responses={201: JobSerializer} | examples.errors(400, 403, 404, 409, 503),
        examples=examples.GEOMETRY,
        parameters=[IDEMPOTENCY_KEY],
    )
    def patch(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """Outlines moved by hand, in pixels of the upright photo: a new job with those, the others as they were."""
        read_body(OutlinesSerializer, request)
        changes = dict(request.data)
        job = making.correct_geometry(
            actor=person(request), artwork_id=artwork_id, changes=changes, **read_key(request, changes)
        )
        return Response(represent(job, request), status=status.HTTP_201_CREATED)


class MaskView(APIView):
    parser_classes = (PngParser,)

    @extend_schema(
        operation_id="artworks_mask",
        request={"image/png": OpenApiTypes.BINARY},
        responses={201: JobSerializer} | examples.errors(400, 403, 404, 409, 503),
        examples=examples.MASK,
        parameters=[IDEMPOTENCY_KEY, FollowSerializer],
    )
    def put(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """A mask brushed by hand: a PNG as large as the upright photo; a new job.

        A facade whose photo came from an address keeps it as long as itself: its mask is as large as the artwork.
        Of an eye 255 is iris, 128 pupil, 0 the rest; of a facade 255 is wall.
        """
        asked = read_query(FollowSerializer, request)
        content = read_png(request)
        key = read_key(request, [hashlib.sha256(content).hexdigest(), asked])
        job = making.correct_mask(
            actor=person(request), artwork_id=artwork_id, content=content, follows=asked["follow"], **key
        )
        return Response(represent(job, request), status=status.HTTP_201_CREATED)


def read_png(request: Request) -> bytes:
    """The bytes of a mask; Refused when there are none, or too many."""
    try:
        found = request.data
    except RequestDataTooBig:
        raise Refused("The mask is larger than 2 MB.", suggestion="Send a PNG without colours.") from None
    if not isinstance(found, bytes) or not found:
        raise Refused("There is no mask in the request.", suggestion="Send the bytes of a PNG as image/png.")
    return found
