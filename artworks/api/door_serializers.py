"""What seed 004's client sends and gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from artworks.actions import door
from artworks.models import Artwork
from artworks.querysets import PICTURES
from photos.actions.whole_files import name_of
from photos.models import Photo
from processing import presenting
from processing.models import Job
from processing.serializers import StrictSerializer
from processing.states import State


class FileSerializer(StrictSerializer):
    file = serializers.FileField(help_text="JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF.", max_length=255)


class KeptFileSerializer(serializers.Serializer):
    file_id = serializers.UUIDField(source="pk", help_text="The photo's id.")
    filename = serializers.SerializerMethodField(help_text="What `POST jobs` wants to hear.")
    original_filename = serializers.CharField(source="filename", help_text="What you called it.")
    size = serializers.IntegerField(source="original.byte_size")
    content_type = serializers.CharField(source="original.content_type", help_text="What it really is.")

    def get_filename(self, photo: Photo) -> str:
        return name_of(photo)


class NewJobSerializer(StrictSerializer):
    """The options of the other mode may be sent along, and do nothing."""

    filename = serializers.CharField(max_length=60, help_text="From `POST jobs/upload`.")
    mode = serializers.ChoiceField(choices=list(door.KIND_OF), default="photo-realistic")
    num_layers = serializers.IntegerField(
        default=lambda: settings.DEFAULT_NUM_LAYERS, min_value=2, max_value=8, help_text="2 to 8."
    )
    painterly_style = serializers.CharField(required=False, max_length=40)
    painterly_strength = serializers.FloatField(required=False, min_value=0, max_value=1, help_text="0 to 1.")
    painterly_seed = serializers.IntegerField(required=False, min_value=0)


class DoorFiltersSerializer(StrictSerializer):
    status = serializers.ChoiceField(choices=[state.value for state in State], required=False)
    mode = serializers.ChoiceField(choices=list(door.KIND_OF), required=False)


class MadeFileSerializer(serializers.Serializer):
    filename = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    url = serializers.CharField()


@dataclass(frozen=True)
class Told:
    """A job with the artwork that came of it."""

    job: Job
    artwork: Artwork | None


def with_artworks(jobs: Sequence[Job]) -> list[Told]:
    """One query for all of their artworks, one for the files."""
    named = [job.result["artwork_id"] for job in jobs if job.result.get("artwork_id")]
    found = Artwork.objects.chosen(named).prefetch_related("files")
    artworks = {str(artwork.pk): artwork for artwork in found}
    return [Told(job, artworks.get(str(job.result.get("artwork_id")))) for job in jobs]


class DoorJobSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="job.pk")
    status = serializers.ChoiceField(source="job.state", choices=[state.value for state in State])
    mode = serializers.SerializerMethodField()
    num_layers = serializers.IntegerField(source="job.options.num_layers", default=None, allow_null=True)
    painterly_style = serializers.CharField(source="job.options.style", default=None, allow_null=True)
    painterly_strength = serializers.FloatField(source="job.options.strength", default=None, allow_null=True)
    painterly_seed = serializers.IntegerField(source="job.options.seed", default=None, allow_null=True)
    input_filename = serializers.CharField(source="job.label")
    result_manifest = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    step = serializers.CharField(source="job.step")
    progress = serializers.IntegerField(source="job.progress")
    error_code = serializers.SerializerMethodField()
    error_message = serializers.SerializerMethodField()
    suggestion = serializers.CharField(source="job.suggestion")
    created_at = serializers.DateTimeField(source="job.created_at")
    started_at = serializers.DateTimeField(source="job.started_at", allow_null=True)
    completed_at = serializers.DateTimeField(source="job.finished_at", allow_null=True)
    processing_time = serializers.SerializerMethodField(help_text="Seconds.")

    def get_mode(self, told: Told) -> str:
        return door.MODE_OF[told.job.kind]

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_result_manifest(self, told: Told) -> dict[str, Any] | None:
        """The list of layers; of a painting how it was painted."""
        if told.artwork is None:
            return None
        made = told.artwork
        plain = {"engine": made.engine, "width": made.width, "height": made.height} | made.options
        return made.facts.get("manifest") or plain

    @extend_schema_field(MadeFileSerializer(many=True))
    def get_files(self, told: Told) -> list[dict[str, Any]]:
        kept = told.artwork.files.all() if told.artwork else []  # type: ignore[attr-defined]
        return [
            {
                "filename": file.name,
                "size": file.byte_size,
                "content_type": file.content_type,
                "url": self._address(told.job, file.name),
            }
            for file in kept
            if file.name not in PICTURES
        ]

    def get_error_code(self, told: Told) -> str | None:
        return told.job.error_code or None

    def get_error_message(self, told: Told) -> str | None:
        return presenting.sentence(told.job) if told.job.state == State.FAILED else None

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_processing_time(self, told: Told) -> float | None:
        return None if told.job.duration_ms is None else told.job.duration_ms / 1000

    def _address(self, job: Job, name: str) -> str:
        return self.context["request"].build_absolute_uri(reverse("door-download", args=[job.pk, name]))
