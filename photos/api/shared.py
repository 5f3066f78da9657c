"""What the API tells of photos that are shared: what the owner shows to a circle, and nothing else."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field, inline_serializer
from rest_framework import serializers

from circles.api.circle_serializers import PersonSerializer
from photos.api.serializers import (
    CameraSerializer,
    PhotoDetailSerializer,
    PhotoSerializer,
    PlaceSerializer,
    thumb_template,
)
from photos.models import Photo


class SharedPhotoSerializer(serializers.Serializer):
    """A photo as members of a circle see it. ``place``, ``camera`` and the original only where its owner gave them."""

    id = serializers.UUIDField()
    owner = PersonSerializer()
    is_mine = serializers.BooleanField(source="is_own")
    title = serializers.CharField()
    caption = serializers.CharField()
    width = serializers.IntegerField(help_text="Pixels, after orientation.")
    height = serializers.IntegerField()
    colours = serializers.CharField(help_text="A 3x3 grid of RGB bytes in hex: a placeholder.")
    local_time = serializers.SerializerMethodField(help_text="Wall time where it was taken.")
    thumb_template = serializers.SerializerMethodField(help_text="Fill in {size} (256, 512, 1024) and {format}.")
    is_given = serializers.BooleanField(help_text="With the original, its place and its camera.")
    place = serializers.SerializerMethodField()
    camera = serializers.SerializerMethodField()
    original_url = serializers.SerializerMethodField(help_text="Empty where it is not given.")

    def get_local_time(self, photo: Photo) -> str:
        return photo.sort_at.replace(tzinfo=None).isoformat(timespec="seconds")

    def get_thumb_template(self, photo: Photo) -> str:
        return thumb_template(photo)

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_place(self, photo: Photo) -> Any:
        return PlaceSerializer(photo).data if _is_given(photo) else None

    @extend_schema_field(CameraSerializer(allow_null=True))
    def get_camera(self, photo: Photo) -> Any:
        return CameraSerializer(photo).data if _is_given(photo) else None

    def get_original_url(self, photo: Photo) -> str:
        return reverse("photos-original", args=[photo.pk]) if _is_given(photo) else ""


def _is_given(photo: Photo) -> bool:
    """Also of one's own: the list of a circle says what the circle is told."""
    return bool(photo.is_given)  # type: ignore[attr-defined]


_ANY_PHOTO = PolymorphicProxySerializer(
    component_name="AnyPhoto", serializers=[PhotoSerializer, SharedPhotoSerializer], resource_type_field_name=None
)
ANY_PHOTO_DETAIL = PolymorphicProxySerializer(
    component_name="AnyPhotoDetail",
    serializers=[PhotoDetailSerializer, SharedPhotoSerializer],
    resource_type_field_name=None,
)


@extend_schema_field(_ANY_PHOTO)
class _AnyPhotoField(serializers.JSONField):
    pass


ANY_PHOTO_PAGE = inline_serializer(
    "AnyPhotoPage",
    {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": serializers.ListField(child=_AnyPhotoField()),
    },
)
