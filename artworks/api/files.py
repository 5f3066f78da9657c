"""The bytes of artworks: pictures to look at, files to keep."""

import uuid

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from artworks.api import examples
from artworks.models import ArtworkFile
from photos.api.pictures import AnyAccept, picture
from photos.rendering import CONTENT_TYPES
from processing import links
from processing.errors import NotFound


class ThumbView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="artworks_thumb",
        parameters=[
            OpenApiParameter("size", int, OpenApiParameter.PATH, enum=[256, 512, 1024]),
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(CONTENT_TYPES)),
        ],
        responses={(200, media): OpenApiTypes.BINARY for media in CONTENT_TYPES.values()} | examples.errors(404),
    )
    def get(self, request: Request, artwork_id: uuid.UUID, size: int, form: str) -> HttpResponseBase:
        """One of its pictures. They never change, but who may see them may: asked anew each time."""
        file = _file(request, artwork_id, f"{size}.{form}")
        return picture(request._request, file.key, CONTENT_TYPES[form], is_for_good=False)


class FileView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="artworks_file",
        responses={(200, "*/*"): OpenApiTypes.BINARY} | examples.errors(404),
    )
    def get(self, request: Request, artwork_id: uuid.UUID, name: str) -> HttpResponseBase:
        """A file of the artwork as a download: the result in full size, mask, outlines, strip."""
        return links.download(request._request, _file(request, artwork_id, name))


def _file(request: Request, artwork_id: uuid.UUID, name: str) -> ArtworkFile:
    mine = ArtworkFile.objects.visible_to(request.user).filter(artwork=artwork_id)
    found = None if "\0" in name else mine.filter(name=name).first()
    if found is None:
        raise NotFound()
    return found
