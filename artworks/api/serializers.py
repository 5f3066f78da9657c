"""What the API of artworks takes in and gives out."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from artworks import options
from artworks.models import Artwork, ArtworkFile
from artworks.options import EllipseSerializer, GeometrySerializer, LidField
from processing.serializers import StrictSerializer


class ArtworkSerializer(serializers.Serializer):
    """An artwork as lists give it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Artwork.Kind.choices)
    title = serializers.CharField()
    caption = serializers.CharField()
    photo_id = serializers.UUIDField(allow_null=True, help_text="Null when the photo was deleted for good.")
    parent_id = serializers.UUIDField(allow_null=True, help_text="The artwork it was made again from.")
    job_id = serializers.UUIDField(allow_null=True)
    engine = serializers.CharField(help_text="What found the iris.")
    version = serializers.CharField(help_text="Of everything that had a part in the pixels.")
    confidence = serializers.FloatField(allow_null=True, help_text="0 to 1.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    whose = serializers.ChoiceField(
        choices=[*Artwork.Whose.choices, ("", "Not asked yet")], help_text="Whose eye it is; empty: not asked yet."
    )
    consent_ready = serializers.BooleanField(source="is_consent_ready", help_text="Others may ask to use it.")
    created_at = serializers.DateTimeField()
    thumb_template = serializers.SerializerMethodField(help_text="Fill in {size} (256, 512, 1024) and {format}.")

    def get_thumb_template(self, artwork: Artwork) -> str:
        sample = reverse("artworks-thumb", args=[artwork.pk, 256, "webp"])
        return sample.replace("256.webp", "{size}.{format}")


class ArtworkFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    content_type = serializers.CharField()
    byte_size = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    def get_url(self, file: ArtworkFile) -> str:
        return file_url(file)


class SubjectSerializer(serializers.Serializer):
    """Whose eye it is."""

    whose = serializers.ChoiceField(choices=[*Artwork.Whose.choices, ("", "Not asked yet")])
    email = serializers.EmailField(source="subject_email", allow_blank=True)
    answered_at = serializers.DateTimeField(source="whose_answered_at", allow_null=True)


class ArtworkDetailSerializer(ArtworkSerializer):
    """One artwork with how it was made and its files."""

    subject = SubjectSerializer(source="*")
    options = serializers.SerializerMethodField(help_text="As asked for, with every default written out.")
    gate = serializers.DictField(help_text="The quality numbers of the photo.")
    geometry = serializers.SerializerMethodField(help_text="Null where nothing was looked for.")
    facts = serializers.DictField(help_text="What else the recipe tells.")
    seconds = serializers.DictField(child=serializers.FloatField(), help_text="How long each step took.")
    files = serializers.SerializerMethodField()
    result_url = serializers.SerializerMethodField(help_text="The artwork in full size.")
    mask_url = serializers.SerializerMethodField(help_text="255 iris, 128 pupil, 0 else; empty where there is none.")

    def get_options(self, artwork: Artwork) -> dict[str, Any]:
        return options.shown(artwork.options)

    @extend_schema_field(GeometrySerializer(allow_null=True))
    def get_geometry(self, artwork: Artwork) -> dict[str, Any] | None:
        return options.shown_geometry(artwork.geometry)

    @extend_schema_field(ArtworkFileSerializer(many=True))
    def get_files(self, artwork: Artwork) -> Any:
        return ArtworkFileSerializer(artwork.files.all(), many=True).data  # type: ignore[attr-defined]

    def get_result_url(self, artwork: Artwork) -> str:
        return self._url_of(artwork, "result.png") or self._url_of(artwork, "result.jpg")

    def get_mask_url(self, artwork: Artwork) -> str:
        return self._url_of(artwork, "mask.png")

    def _url_of(self, artwork: Artwork, name: str) -> str:
        files = artwork.files.all()  # type: ignore[attr-defined]
        return next((file_url(file) for file in files if file.name == name), "")


class ArtworkFiltersSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=Artwork.Kind.choices, required=False)
    photo_id = serializers.UUIDField(required=False)
    circle = serializers.UUIDField(required=False, help_text="What is shared into it; only together with kind.")
    latest = serializers.BooleanField(
        required=False, default=False, help_text="Leave out what was made again with other options."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "circle" in attrs and ("photo_id" in attrs or attrs["latest"]):
            raise serializers.ValidationError({"circle": ["This filter stands with kind alone."]})
        return attrs


class ArtworkChangesSerializer(StrictSerializer):
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    caption = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    consent_ready = serializers.BooleanField(required=False, source="is_consent_ready")


class WhoseSerializer(StrictSerializer):
    whose = serializers.ChoiceField(choices=Artwork.Whose.choices)
    email = serializers.EmailField(max_length=254, required=False, help_text="Of the other member.")


class AgainSerializer(StrictSerializer):
    options = serializers.DictField(required=False, default=dict, help_text="Laid over the artwork's options.")


class OutlinesSerializer(StrictSerializer):
    """The outlines that were moved; the others stay as they were found."""

    pupil = EllipseSerializer(required=False)
    limbus = EllipseSerializer(required=False)
    upper_lid = LidField(required=False, allow_null=True)
    lower_lid = LidField(required=False, allow_null=True)


class FollowSerializer(StrictSerializer):
    follow = serializers.BooleanField(
        default=False, help_text="Of a facade: what looks like the strokes, beside them, goes the same way."
    )


class PreviewSerializer(StrictSerializer):
    photo_id = serializers.UUIDField()
    pipeline = serializers.ChoiceField(choices=["iris", "painterly"], default="iris")
    options = serializers.DictField(required=False, default=dict)
    with_facts = serializers.BooleanField(default=False, help_text="JSON with the picture, outlines and numbers.")


class PreviewFactsSerializer(serializers.Serializer):
    picture = serializers.CharField(help_text="A small JPEG as a data URL.")
    engine = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True, default=None)
    gate = serializers.DictField(default=dict)
    geometry = serializers.SerializerMethodField(help_text="Null where nothing was looked for.")

    @extend_schema_field(GeometrySerializer(allow_null=True))
    def get_geometry(self, facts: dict[str, Any]) -> dict[str, Any] | None:
        return options.shown_geometry(facts.get("geometry") or {})


def file_url(file: ArtworkFile) -> str:
    return reverse("artworks-file", args=[file.artwork_id, file.name])
