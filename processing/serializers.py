"""What the API takes in and gives out: unknown fields are refused, never ignored."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from processing import links
from processing.presenting import Shown
from processing.states import State

PAGE_FIELDS = frozenset({"cursor", "limit", "offset"})


class StrictSerializer(serializers.Serializer):
    """The base of every serializer that reads: a field nobody knows, or nobody may set, is an error of its own, and
    whoever chooses what is not offered is told what is."""

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            if isinstance(field, serializers.ChoiceField):
                field.error_messages["invalid_choice"] = f"One of {', '.join(map(str, field.choices))}, please."
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            refused = {name: [self._reason(str(name))] for name in data if self._reason(str(name))}
            if refused:
                raise serializers.ValidationError(refused)
        return super().to_internal_value(data)

    def _reason(self, name: str) -> str:
        field = self.fields.get(name)
        if field is None:
            return "This field is not known here."
        return "This field cannot be set." if field.read_only else ""


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """The same for a model."""


class ErrorSerializer(serializers.Serializer):
    """The one shape of every error."""

    error = serializers.CharField(help_text="A short code for programs.")
    detail = serializers.CharField(help_text="One sentence for people: what happened and why.")
    suggestion = serializers.CharField(help_text="What to do about it.")
    fields = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="The fields that were refused, each with its reasons."
    )
    details = serializers.DictField(required=False, help_text="The same, where clients of `render/jobs` look for it.")


def read_body(serializer: type[StrictSerializer], request: Request, **options: Any) -> dict[str, Any]:
    """The validated body of ``request``; a ValidationError (400) names the fields that are wrong."""
    reader = serializer(data=request.data, context={"request": request}, **options)
    reader.is_valid(raise_exception=True)
    return reader.validated_data


def read_query(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """The validated query of ``request`` without the paging words; unknown filters are refused like unknown fields."""
    found: QueryDict = request.query_params.copy()
    for name in PAGE_FIELDS & set(found):
        del found[name]
    reader = serializer(data=found, context={"request": request})
    reader.is_valid(raise_exception=True)
    return reader.validated_data


class StepSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField(help_text="The step in words.")  # type: ignore[assignment]
    until = serializers.IntegerField(help_text="The progress at which it ends.")
    state = serializers.ChoiceField(choices=["waiting", "running", "done", "stopped"])


class JobFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    content_type = serializers.CharField()
    byte_size = serializers.IntegerField()
    url = serializers.CharField(help_text="A signed link, good for 60 seconds.")


class JobSerializer(serializers.Serializer):
    """A job as the API shows it; built from ``presenting.Shown``."""

    id = serializers.UUIDField(source="job.pk")
    kind = serializers.CharField(source="job.kind")
    title = serializers.CharField()
    status = serializers.ChoiceField(source="job.state", choices=[state.value for state in State])
    step = serializers.CharField(source="job.step")
    steps = StepSerializer(many=True)
    progress = serializers.IntegerField(source="job.progress", min_value=0, max_value=100)
    sequence = serializers.IntegerField(source="job.sequence", help_text="Rises with every change.")
    priority = serializers.IntegerField(source="job.priority")
    attempt = serializers.IntegerField(source="job.attempt")
    max_attempts = serializers.IntegerField(source="job.max_attempts")
    error_type = serializers.ChoiceField(
        choices=["quality_issue", "transient_error", "server_error"], allow_null=True, source="error_type_or_none"
    )
    error_code = serializers.CharField(allow_null=True, source="error_code_or_none")
    message = serializers.CharField(source="sentence", help_text="One sentence: where it is, or why it failed.")
    suggestion = serializers.CharField(help_text="What to do about it; empty when there is nothing to do.")
    subject_id = serializers.UUIDField(source="job.subject_id", allow_null=True, help_text="The photo it is about.")
    batch_id = serializers.UUIDField(source="job.batch_id", allow_null=True)
    retry_of = serializers.UUIDField(source="job.retry_of_id", allow_null=True)
    files = serializers.SerializerMethodField()
    result_url = serializers.CharField(source="description.result_url", allow_blank=True)
    mask_url = serializers.CharField(source="description.mask_url", allow_blank=True)
    picture_url = serializers.CharField(source="description.picture_url", allow_blank=True)
    details = serializers.DictField(
        source="description.details", allow_null=True, help_text="What was measured when the picture was refused."
    )
    processing_time_ms = serializers.IntegerField(source="job.duration_ms", allow_null=True)
    url = serializers.SerializerMethodField()
    websocket_url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="job.created_at")
    started_at = serializers.DateTimeField(source="job.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="job.finished_at", allow_null=True)

    @extend_schema_field(JobFileSerializer(many=True))
    def get_files(self, shown: Shown) -> list[dict[str, Any]]:
        kept = [file for file in shown.job.files.all() if links.is_open(file)]  # type: ignore[attr-defined]
        return [
            {
                "name": file.name,
                "content_type": file.content_type,
                "byte_size": file.byte_size,
                "url": self._absolute(links.file_url(file)),
            }
            for file in kept
        ]

    def get_url(self, shown: Shown) -> str:
        return self._absolute(reverse("job-detail", args=[shown.job.pk]))

    def get_websocket_url(self, shown: Shown) -> str:
        return self._absolute(f"/ws/jobs/{shown.job.pk}").replace("http", "ws", 1)

    def _absolute(self, path: str) -> str:
        request = self.context.get("request")
        return request.build_absolute_uri(path) if request else path


class JobFiltersSerializer(StrictSerializer):
    """What a list of jobs can be narrowed to."""

    status = serializers.MultipleChoiceField(choices=[state.value for state in State], required=False)
    kind = serializers.CharField(max_length=40, required=False)
    subject_id = serializers.UUIDField(required=False, help_text="The photo the jobs are about.")
    batch_id = serializers.UUIDField(required=False)


class ReprocessSerializer(StrictSerializer):
    options = serializers.DictField(required=False, help_text="Laid over the options of the old job.")


class TicketSerializer(serializers.Serializer):
    ticket = serializers.CharField(help_text="Goes into a socket's address: ?ticket=...")
    expires_at = serializers.DateTimeField()
