"""What the API of photos takes in and gives out."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from photos.actions.library import BULK_MOST
from photos.models import Photo, Rendition, Upload
from photos.uploads.contract import Links
from processing.serializers import JobSerializer, StrictSerializer

THUMB_TEMPLATE = "{size}.{format}"


def thumb_template(photo: Photo) -> str:
    """The address of a photo's pictures with ``{size}`` and ``{format}`` to fill in; changes with every version."""
    sample = reverse("photos-thumb", args=[photo.pk, 256, "webp"])
    return sample.replace("256.webp", THUMB_TEMPLATE) + f"?v={photo.version}"


@extend_schema_field(OpenApiTypes.DATETIME)
class WallTimeField(serializers.Field):
    """A date and time whose offset is kept: the timeline shows the wall time of where it was taken. No offset = UTC."""

    def to_internal_value(self, data: Any) -> datetime:
        try:
            found = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            found = None
        if found is None or not 1800 <= found.year <= 2200:
            raise serializers.ValidationError("Send a date and time like 2026-10-05T14:30:00+02:00.")
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


class PresignSerializer(StrictSerializer):
    filename = serializers.CharField(max_length=1000, trim_whitespace=False)
    size = serializers.IntegerField(min_value=1, help_text="Bytes.")
    sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$",
        required=False,
        allow_blank=True,
        default="",
        help_text="Hex. May be left out where it cannot be computed (a browser on plain http).",
    )
    content_type = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class UploadSerializer(serializers.Serializer):
    """An upload, where its bytes go, and what has arrived. Give it an upload and ``context["links"]``."""

    upload_id = serializers.UUIDField(source="id")
    state = serializers.ChoiceField(choices=Upload.State.choices)
    filename = serializers.CharField()
    size = serializers.IntegerField(source="byte_size")
    part_size = serializers.IntegerField()
    part_count = serializers.IntegerField()
    arrived_parts = serializers.SerializerMethodField(help_text="Numbers, from 1, of the parts that arrived whole.")
    method = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField(
        help_text="Takes the whole file, or whole parts with Content-Range; empty where the storage cannot do that."
    )
    urls = serializers.SerializerMethodField(help_text="One address a part, in order; each takes exactly its part.")
    headers = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField(help_text="When the addresses end; GET the upload for fresh ones.")
    open_until = serializers.DateTimeField(source="expires_at", help_text="When the upload is given up.")
    photo_id = serializers.UUIDField(allow_null=True)

    def _links(self) -> Links | None:
        return self.context.get("links")

    def get_arrived_parts(self, upload: Upload) -> list[int]:
        return self.context.get("arrived", [])

    def get_method(self, upload: Upload) -> str:
        return "PUT"

    def get_url(self, upload: Upload) -> str:
        links = self._links()
        return links.url if links else ""

    def get_urls(self, upload: Upload) -> list[str]:
        links = self._links()
        return list(links.urls) if links else []

    def get_headers(self, upload: Upload) -> dict[str, str]:
        links = self._links()
        return links.headers if links else {}

    def get_expires_at(self, upload: Upload) -> datetime | None:
        links = self._links()
        return links.expires_at if links else None


class ArrivedSerializer(serializers.Serializer):
    upload_id = serializers.UUIDField()
    arrived_parts = serializers.ListField(child=serializers.IntegerField())


class PlaceSerializer(serializers.Serializer):
    name = serializers.CharField(source="place")
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    altitude = serializers.FloatField(allow_null=True, help_text="Metres above the sea.")


class CameraSerializer(serializers.Serializer):
    make = serializers.CharField(source="camera_make")
    model = serializers.CharField(source="camera_model")
    lens = serializers.CharField()
    iso = serializers.IntegerField(allow_null=True)
    aperture = serializers.FloatField(allow_null=True, help_text="The f-number.")
    shutter = serializers.CharField(help_text="Seconds as people write them: 1/250.")
    focal_length = serializers.FloatField(allow_null=True, help_text="Millimetres.")


class PhotoSerializer(serializers.Serializer):
    """A photo as lists give it."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Photo.State.choices)
    filename = serializers.CharField()
    title = serializers.CharField()
    caption = serializers.CharField()
    favourite = serializers.BooleanField(source="is_favourite")
    width = serializers.IntegerField(help_text="Pixels, after orientation; 0 while pending.")
    height = serializers.IntegerField()
    colours = serializers.CharField(help_text="A 3x3 grid of RGB bytes in hex: a placeholder. Empty while pending.")
    taken_at = serializers.DateTimeField(allow_null=True, help_text="The instant, as far as the camera knew it.")
    local_time = serializers.SerializerMethodField(help_text="Wall time where it was taken; orders the timeline.")
    uploaded_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True, help_text="When it was put into the bin.")
    place = PlaceSerializer(source="*")
    camera = CameraSerializer(source="*")
    byte_size = serializers.IntegerField(source="original.byte_size")
    content_type = serializers.CharField(source="original.content_type")
    version = serializers.IntegerField()
    thumb_template = serializers.SerializerMethodField(help_text="Fill in {size} (256, 512, 1024) and {format}.")
    original_url = serializers.SerializerMethodField()

    def get_local_time(self, photo: Photo) -> str:
        return photo.sort_at.replace(tzinfo=None).isoformat(timespec="seconds")

    def get_thumb_template(self, photo: Photo) -> str:
        return thumb_template(photo)

    def get_original_url(self, photo: Photo) -> str:
        return reverse("photos-original", args=[photo.pk])


class RenditionSerializer(serializers.Serializer):
    size = serializers.IntegerField()
    format = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField(source="byte_size")
    url = serializers.SerializerMethodField()

    def get_url(self, rendition: Rendition) -> str:
        address = reverse("photos-thumb", args=[rendition.photo_id, rendition.size, rendition.format])
        return f"{address}?v={self.context['version']}"


class PhotoDetailSerializer(PhotoSerializer):
    """One photo with its pictures."""

    sha256 = serializers.CharField(source="original.sha256")
    renditions = serializers.SerializerMethodField()

    @extend_schema_field(RenditionSerializer(many=True))
    def get_renditions(self, photo: Photo) -> Any:
        found = photo.renditions.order_by("size", "format")
        return RenditionSerializer(found, many=True, context={"version": photo.version}).data


class PhotoChangesSerializer(StrictSerializer):
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    caption = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    favourite = serializers.BooleanField(required=False, source="is_favourite")
    taken_at = WallTimeField(required=False, help_text="With its offset; the wall time orders the timeline.")
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, allow_null=True)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        pair = [attrs.get("latitude", ...), attrs.get("longitude", ...)]
        if (pair[0] is ...) != (pair[1] is ...) or (pair[0] is None) != (pair[1] is None):
            raise serializers.ValidationError({"latitude": ["Latitude and longitude are set together."]})
        return attrs


class PhotoFiltersSerializer(StrictSerializer):
    q = serializers.CharField(
        required=False, max_length=200, help_text="Words of title, caption, place, camera or file name; all must match."
    )
    taken_after = serializers.DateTimeField(required=False, input_formats=["iso-8601", "%Y-%m-%d"])
    taken_before = serializers.DateTimeField(required=False, input_formats=["iso-8601", "%Y-%m-%d"])
    favourite = serializers.BooleanField(required=False, allow_null=True, default=None)
    has_place = serializers.BooleanField(required=False, allow_null=True, default=None)
    deleted = serializers.BooleanField(required=False, default=False, help_text="1: what lies in the bin.")
    circle = serializers.UUIDField(
        required=False, help_text="What is shared into it; only together with taken_after and taken_before."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # Words, places and marks of other people's photos would be told by what is found.
        is_asking = attrs.get("q") or attrs["deleted"] or {attrs["favourite"], attrs["has_place"]} != {None}
        if "circle" in attrs and is_asking:
            raise serializers.ValidationError({"circle": ["This filter stands with dates alone."]})
        return attrs


class BulkSerializer(StrictSerializer):
    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=BULK_MOST)
    action = serializers.ChoiceField(choices=["bin", "restore", "favourite", "unfavourite", "purge"])


class UndoSerializer(serializers.Serializer):
    """Send it as it is to ``POST photos/bulk``."""

    action = serializers.CharField()
    ids = serializers.ListField(child=serializers.UUIDField())


class ChangedSerializer(serializers.Serializer):
    changed = serializers.ListField(child=serializers.UUIDField(), help_text="The photos that really changed.")
    undo = UndoSerializer(allow_null=True, help_text="Takes the change back; null where there is no way back.")


class CompletionSerializer(serializers.Serializer):
    photo = PhotoSerializer()
    job = JobSerializer(allow_null=True)


class BucketSerializer(serializers.Serializer):
    month = serializers.CharField(help_text="yyyy-mm")
    count = serializers.IntegerField()


class TimelineSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    buckets = BucketSerializer(many=True)


class MonthSerializer(serializers.Serializer):
    """Columns of equal length, newest photo first."""

    month = serializers.CharField()
    ids = serializers.ListField(child=serializers.UUIDField())
    widths = serializers.ListField(child=serializers.IntegerField())
    heights = serializers.ListField(child=serializers.IntegerField())
    colours = serializers.ListField(child=serializers.CharField(allow_blank=True))
    days = serializers.ListField(child=serializers.DateField(), help_text="The day each belongs under.")
    states = serializers.ListField(child=serializers.CharField())
    versions = serializers.ListField(child=serializers.IntegerField())
    favourites = serializers.ListField(child=serializers.BooleanField())
    places = serializers.ListField(child=serializers.CharField(allow_blank=True), help_text="Empty where not known.")
    next = serializers.CharField(allow_null=True, help_text="The address of the following photos of this month.")


class MapSerializer(serializers.Serializer):
    """Columns of equal length."""

    ids = serializers.ListField(child=serializers.UUIDField())
    latitudes = serializers.ListField(child=serializers.FloatField())
    longitudes = serializers.ListField(child=serializers.FloatField())
    versions = serializers.ListField(child=serializers.IntegerField())
    next = serializers.CharField(allow_null=True)


class SubmitSerializer(StrictSerializer):
    photo_id = serializers.UUIDField()
    pipeline = serializers.CharField(max_length=40, default="iris")
    options = serializers.DictField(required=False, default=dict)
    priority = serializers.IntegerField(min_value=-10, max_value=10, default=0)


class BatchSerializer(StrictSerializer):
    photo_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=10)
    pipeline = serializers.CharField(max_length=40, default="iris")
    options = serializers.DictField(required=False, default=dict)
