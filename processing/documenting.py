"""Words of the API's documentation that every room uses: examples, errors, the Idempotency-Key header."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from processing.errors import AureoleError, Conflict, NotFound, QueueFull, Refused, TooOften
from processing.serializers import ErrorSerializer

IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same request gives the same answer, never a second of anything.",
)
_KNOWN: Final[dict[int, tuple[str, type[AureoleError]]]] = {
    400: ("Something in the request cannot be accepted.", Refused),
    404: ("Absent, or not yours to see.", NotFound),
    409: ("It does not fit what is already there.", Conflict),
    429: ("Asked too often; see Retry-After.", TooOften),
    503: ("Too much is waiting already; see Retry-After.", QueueFull),
}


def asked(value: Any) -> OpenApiExample:
    return OpenApiExample("Request", value=value, request_only=True)


def answered(value: Any, status: int = 200) -> OpenApiExample:
    return OpenApiExample("Answer", value=value, response_only=True, status_codes=[str(status)])


def another(name: str, value: Any, status: int = 200) -> OpenApiExample:
    """One more answer of the same operation."""
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """The one error shape for each of these statuses, with an example."""
    return {status: error(status, *_KNOWN[status]) for status in statuses}


def error(status: int, description: str, kind: type[AureoleError]) -> OpenApiResponse:
    value = {"error": kind.code, "detail": kind.detail, "suggestion": kind.suggestion}
    if kind is Refused:
        value["fields"] = {"colour": ["This field is not known here."]}  # type: ignore[assignment]
    example = OpenApiExample(kind.code, value=value, response_only=True, status_codes=[str(status)])
    return OpenApiResponse(ErrorSerializer, description, examples=[example])
