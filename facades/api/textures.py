"""The textures that nobody has to bring: by name, and what they look like."""

import hashlib
from typing import Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from facades import textures
from facades.api import examples
from facades.api.serializers import TextureSerializer
from photos.api.pictures import SANDBOX, AnyAccept
from processing.documenting import errors
from processing.errors import NotFound

A_DAY: Final = "private, max-age=86400"


class TexturesView(APIView):
    @extend_schema(
        operation_id="render_textures",
        responses={200: TextureSerializer(many=True)},
        examples=examples.TEXTURES,
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """The textures that are drawn by this server: `name` goes into `texture_sample`."""
        return Response(TextureSerializer(textures.offered(), many=True).data)


class TextureView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="render_texture",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(textures.NAMES))],
        responses={(200, "image/webp"): OpenApiTypes.BINARY} | errors(404),
    )
    def get(self, request: Request, name: str) -> HttpResponseBase:
        """What one looks like: 256 pixels wide and high, the whole tile."""
        if not textures.is_offered(name):
            raise NotFound()
        from processing.imaging.facade.texture.swatches import swatch

        body = swatch(name)
        tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": SANDBOX}
        fresh = HttpResponse(body, content_type="image/webp", headers=headers)
        response = get_conditional_response(request._request, etag=tag) or fresh
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = A_DAY
        return response
