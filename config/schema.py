"""What the OpenAPI document says about every operation alike: how to sign in, and how each error looks."""

from http import HTTPStatus
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions

from config.api import body, sentence_of
from processing.errors import AureoleError, Conflict, NotFound, QualityIssue, QueueFull, Refused

METHODS: Final = ("get", "post", "put", "patch", "delete")
ERROR: Final = {"$ref": "#/components/schemas/Error"}
_FRAMEWORK: Final = {
    401: exceptions.NotAuthenticated(),
    403: exceptions.PermissionDenied(),
    415: exceptions.UnsupportedMediaType("text/csv"),
    429: exceptions.Throttled(),
}
_OURS: Final[dict[int, AureoleError]] = {
    400: Refused(fields={"colour": ["This field is not known here."]}),
    404: NotFound(),
    409: Conflict(),
    413: QualityIssue("This file is larger than the server takes.", code="too_large", suggestion="Make it smaller."),
    422: QualityIssue(),
    503: QueueFull(),
    507: QualityIssue(
        "Your library is full.", code="quota_exceeded", suggestion="Empty the bin, or ask for more space."
    ),
}


class DeviceTokenScheme(OpenApiAuthenticationExtension):
    target_class = "circles.authentication.DeviceTokenAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` followed by what `POST auth/token` gave.",
        }


def document_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every operation the errors it can always answer with, and every error its shape and an example."""
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations:
                _complete(operations[method], path)
    return result


def _complete(operation: dict[str, Any], path: str) -> None:
    responses = operation["responses"]
    for status in _always(operation, path):
        responses.setdefault(str(status), {"description": ""})
    for status, response in responses.items():
        if status[0] in "45":
            _shape(int(status), response)
    operation["responses"] = dict(sorted(responses.items()))


def _always(operation: dict[str, Any], path: str) -> list[int]:
    statuses = [400] if "requestBody" in operation or _asks(operation, "query", "header") else []
    if {} not in operation.get("security", [{}]):
        statuses.append(401)
    return statuses + ([404] if "{" in path else [])


def _asks(operation: dict[str, Any], *places: str) -> bool:
    return any(found["in"] in places for found in operation.get("parameters", []))


def _shape(status: int, response: dict[str, Any]) -> None:
    content = response.setdefault("content", {}).setdefault("application/json", {})
    content.setdefault("schema", ERROR)
    examples = content.setdefault("examples", {})
    if not examples:
        value = example(status)
        examples[value["error"]] = {"value": value}
    response["description"] = response.get("description") or HTTPStatus(status).phrase


def example(status: int) -> dict[str, Any]:
    """The body a client gets with this status."""
    if status in _FRAMEWORK:
        code, detail, suggestion = sentence_of(_FRAMEWORK[status])
        return {"error": code, "detail": detail, "suggestion": suggestion}
    return body(_OURS.get(status, AureoleError()))
