"""The bytes of fusions: asked for anew each time, so that a permission taken back bites at once."""

import uuid

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from artworks.api.corrections import PngParser, read_png
from fusion.actions import masking
from fusion.api import examples
from fusion.api.serializers import MaskSerializer
from fusion.models import FusionFile
from photos.api.person import person
from photos.api.pictures import AnyAccept, picture
from photos.rendering import CONTENT_TYPES
from processing import links
from processing.errors import NotFound


class ThumbView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="fusion_thumb",
        parameters=[
            OpenApiParameter("size", int, OpenApiParameter.PATH, enum=[256, 512, 1024]),
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(CONTENT_TYPES)),
        ],
        responses={(200, media): OpenApiTypes.BINARY for media in CONTENT_TYPES.values()} | examples.errors(404),
    )
    def get(self, request: Request, fusion_id: uuid.UUID, size: int, form: str) -> HttpResponseBase:
        """One of its pictures, while it is there for you."""
        file = _file(request, fusion_id, f"{size}.{form}")
        return picture(request._request, file.key, CONTENT_TYPES[form], is_for_good=False)


class FileView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="fusion_file",
        responses={(200, "*/*"): OpenApiTypes.BINARY} | examples.errors(404),
    )
    def get(self, request: Request, fusion_id: uuid.UUID, name: str) -> HttpResponseBase:
        """The result in full size, `result.jpg`, as a download."""
        return links.download(request._request, _file(request, fusion_id, name))


class MaskView(APIView):
    parser_classes = (PngParser,)

    @extend_schema(
        operation_id="fusion_mask",
        request={"image/png": OpenApiTypes.BINARY},
        responses={201: MaskSerializer} | examples.errors(400, 404),
        examples=examples.MASK,
    )
    def put(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """What of an artwork shall be in a fusion, brushed by hand: a PNG of the artwork's shape, white is in."""
        mask = masking.keep_mask(actor=person(request), artwork_id=artwork_id, content=read_png(request))
        return Response(MaskSerializer(mask).data, status=status.HTTP_201_CREATED)


def _file(request: Request, fusion_id: uuid.UUID, name: str) -> FusionFile:
    visible = FusionFile.objects.visible_to(request.user).filter(fusion=fusion_id)
    found = None if "\0" in name else visible.filter(name=name).first()
    if found is None:
        raise NotFound()
    return found
