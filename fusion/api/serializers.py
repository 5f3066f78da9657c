"""What the API of fusions takes in and gives out."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from fusion import options
from fusion.models import FusionArtwork, FusionFile
from fusion.states import STATUSES, State
from processing.serializers import StrictSerializer


class SourcesField(serializers.ListField):
    """Two to four ids, in order."""

    def __init__(self, **given: Any) -> None:
        help_text = "Artworks you may see, your own finished fusions, or your own photos (their best artwork is taken)."
        super().__init__(
            child=serializers.UUIDField(),
            min_length=options.FEWEST,
            max_length=options.MOST,
            help_text=help_text,
            **given,
        )


class FusionRequestSerializer(StrictSerializer):
    source_artwork_ids = SourcesField()
    blend_mode = serializers.ChoiceField(choices=options.MODES, default="multiband")
    layout = serializers.ChoiceField(choices=options.LAYOUTS, default="overlap")
    circle_id = serializers.UUIDField(allow_null=True, default=None, help_text="The circle that shall see it.")
    title = serializers.CharField(max_length=200, allow_blank=True, default="")
    options = options.FusionOptionsSerializer(required=False)


class CompositionRequestSerializer(options.CompositionOptionsSerializer):
    source_artwork_ids = SourcesField()
    layout = serializers.ChoiceField(choices=options.COMPOSITIONS, default="horizontal")
    circle_id = serializers.UUIDField(allow_null=True, default=None)
    title = serializers.CharField(max_length=200, allow_blank=True, default="")


class FusionAgainSerializer(StrictSerializer):
    """Laid over what the fusion was made with."""

    blend_mode = serializers.ChoiceField(choices=options.MODES, required=False)
    layout = serializers.ChoiceField(choices=options.ANY_LAYOUT, required=False)
    options = serializers.DictField(required=False)


class FusionFiltersSerializer(StrictSerializer):
    status = serializers.ChoiceField(choices=STATUSES, required=False)


class FusionSerializer(serializers.Serializer):
    """A fusion or composition: how far it is, and where its pictures are once it is done."""

    id = serializers.UUIDField()
    fusion_type = serializers.ChoiceField(choices=FusionArtwork.Type.choices)
    blend_mode = serializers.CharField(help_text="Empty for a composition.")
    layout = serializers.CharField()
    title = serializers.CharField()
    source_artwork_ids = serializers.SerializerMethodField()
    circle_id = serializers.UUIDField(allow_null=True)
    creator_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=STATUSES)
    pending = serializers.SerializerMethodField(help_text="For its creator: the artworks whose consent is missing.")
    progress = serializers.SerializerMethodField(help_text="0-100.")
    step = serializers.SerializerMethodField()
    options = serializers.DictField(help_text="As asked for, with every default written out.")
    facts = serializers.DictField(help_text="The modes really used, seam by seam, and why.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    result_url = serializers.SerializerMethodField(help_text="Null until it is completed, and after it is withdrawn.")
    thumbnail_url = serializers.SerializerMethodField()
    thumb_template = serializers.SerializerMethodField(help_text="Fill in {size} (256, 512, 1024) and {format}.")
    processing_time_ms = serializers.IntegerField(source="duration_ms", allow_null=True)
    error_code = serializers.SerializerMethodField()
    message = serializers.CharField(help_text="Why it ended.")
    job_id = serializers.UUIDField(allow_null=True)
    websocket_url = serializers.SerializerMethodField(help_text="Null until there is a job.")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_source_artwork_ids(self, fusion: FusionArtwork) -> list[str]:
        return [str(source.source_id) for source in fusion.sources.all()]  # type: ignore[attr-defined]

    def get_pending(self, fusion: FusionArtwork) -> list[str]:
        from fusion.presenting import pending_ids

        return [str(pk) for pk in pending_ids(fusion)] if self._is_mine(fusion) else []

    def get_progress(self, fusion: FusionArtwork) -> int:
        if fusion.state == State.READY:
            return 100
        return fusion.job.progress if fusion.job and fusion.state == State.MAKING else 0

    def get_step(self, fusion: FusionArtwork) -> str:
        return fusion.job.step if fusion.job and fusion.state == State.MAKING else ""

    def get_result_url(self, fusion: FusionArtwork) -> str | None:
        return self._open(fusion, "fusion-file", "result.jpg")

    def get_thumbnail_url(self, fusion: FusionArtwork) -> str | None:
        return self._open(fusion, "fusion-thumb", 256, "webp")

    def get_thumb_template(self, fusion: FusionArtwork) -> str | None:
        sample = self._open(fusion, "fusion-thumb", 256, "webp")
        return sample.replace("256.webp", "{size}.{format}") if sample else None

    def get_error_code(self, fusion: FusionArtwork) -> str | None:
        return fusion.error_code or None

    def get_websocket_url(self, fusion: FusionArtwork) -> str | None:
        if fusion.job_id is None or not self._is_mine(fusion):
            return None
        request = self.context.get("request")
        path = f"/ws/jobs/{fusion.job_id}"
        return request.build_absolute_uri(path).replace("http", "ws", 1) if request else path

    def _is_mine(self, fusion: FusionArtwork) -> bool:
        request = self.context.get("request")
        return request is not None and fusion.creator_id == request.user.pk

    @staticmethod
    def _open(fusion: FusionArtwork, name: str, *rest: Any) -> str | None:
        return reverse(name, args=[fusion.pk, *rest]) if fusion.state == State.READY else None


class FusionFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    content_type = serializers.CharField()
    byte_size = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    def get_url(self, file: FusionFile) -> str:
        return reverse("fusion-file", args=[file.fusion_id, file.name])


class ConsentRequiredSerializer(serializers.Serializer):
    """It waits: these artworks' people were asked, and it starts by itself when the last one agrees."""

    status = serializers.ChoiceField(choices=["consent_required"])
    pending = serializers.ListField(child=serializers.UUIDField(), help_text="Artworks whose consent is missing.")
    fusion_id = serializers.UUIDField()


class MaskSerializer(serializers.Serializer):
    id = serializers.UUIDField(help_text="For `options.parts[].mask`.")
    artwork_id = serializers.UUIDField()
    byte_size = serializers.IntegerField()
