"""What the API takes in and gives out: unknown fields are refused, never ignored."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request

PAGE_FIELDS = frozenset({"cursor", "limit", "offset"})


class StrictSerializer(serializers.Serializer):
    """The base of every serializer that reads: a field nobody knows, or nobody may set, is an error of its own."""

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
