"""A quick look while options change: at what becomes of one photo, or of several artworks."""

from collections.abc import Mapping

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from artworks.api.examples import PREVIEW
from artworks.api.preview import PreviewView as PhotoPreviewView
from artworks.api.preview import looked_at
from artworks.api.serializers import PreviewFactsSerializer, PreviewSerializer
from fusion import options
from fusion.actions import previewing
from fusion.api import examples
from fusion.api.serializers import SourcesField
from photos.api.person import person
from processing.serializers import JobSerializer, StrictSerializer, read_body


class FusionPreviewSerializer(StrictSerializer):
    pipeline = serializers.ChoiceField(choices=["fusion", "composition"], default="fusion")
    source_artwork_ids = SourcesField()
    blend_mode = serializers.ChoiceField(choices=options.MODES, default="multiband")
    layout = serializers.ChoiceField(choices=options.ANY_LAYOUT, default="overlap")
    options = serializers.DictField(default=dict, help_text="As in `POST fusion`, or the fields of `POST composition`.")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        known = options.LAYOUTS if attrs["pipeline"] == "fusion" else options.COMPOSITIONS
        if attrs["layout"] not in known:
            raise serializers.ValidationError({"layout": [f"Choose one of {', '.join(known)}."]})
        return attrs


class PreviewView(PhotoPreviewView):
    @extend_schema(
        operation_id="preview",
        request=PolymorphicProxySerializer(
            component_name="PreviewRequest",
            serializers=[PreviewSerializer, FusionPreviewSerializer],
            resource_type_field_name=None,
        ),
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "application/json"): PreviewFactsSerializer,
            (202, "application/json"): JobSerializer,
        }
        | examples.errors(400, 403, 404, 409, 422, 429, 503),
        examples=PREVIEW,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """A small JPEG of what these options would give: of one photo, or with `source_artwork_ids` of a fusion.

        `with_facts` gives JSON for a photo: the picture, the outlines and numbers. When it takes longer than five
        seconds: 202 and the job, whose file `result.jpg` is the picture. A look at a fusion asks nobody for consent,
        because nobody but you ever sees it.
        """
        if not isinstance(request.data, Mapping) or "source_artwork_ids" not in request.data:
            return super().post(request)
        wanted = read_body(FusionPreviewSerializer, request)
        job = previewing.start_preview(actor=person(request), fusion_type=wanted.pop("pipeline"), wanted=wanted)
        return looked_at(request, job)
