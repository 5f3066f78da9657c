"""The API's one error shape."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.response import Response

from processing.errors import AureoleError, NotFound, Refused, ServerError

ROOT: Final = "/api/"

_SHAPES: dict[type[Exception], tuple[str, str, str]] = {
    exceptions.NotAuthenticated: ("not_authenticated", "This needs a signed-in person.", "Sign in, or send a token."),
    exceptions.AuthenticationFailed: ("not_authenticated", "The token is not valid.", "Sign in again for a new token."),
    exceptions.PermissionDenied: ("forbidden", "You may not do this.", "Ask the person who may."),
    exceptions.MethodNotAllowed: (
        "method_not_allowed",
        "This address does not do that.",
        "See the API's documentation.",
    ),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", "The body's type is not understood.", "Send JSON."),
    exceptions.ParseError: ("malformed", "The body cannot be read.", "Send well-formed JSON."),
    exceptions.Throttled: ("throttled", "That was too often.", "Wait as long as Retry-After says, then try again."),
    exceptions.NotAcceptable: ("not_acceptable", "The type asked for is not available.", "Ask for application/json."),
}


def body(error: AureoleError) -> dict[str, Any]:
    """The JSON body of an error: error, detail, suggestion, and fields where they help."""
    shaped: dict[str, Any] = {"error": error.error_code, "detail": error.message, "suggestion": error.advice}
    if error.fields:
        shaped["fields"] = error.fields
    return shaped | error.extra


def shape_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; anything unknown stays a 500 that Django logs."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"request": error.detail}
        error = Refused(fields=dict(fields))
    if isinstance(error, AureoleError):
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        return Response(body(error), status=error.status, headers=headers)
    if isinstance(error, exceptions.APIException):
        return _shape_framework_error(error)
    return None


def absent(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Addresses that no route matches: below /api/ they answer as the API does, elsewhere with a page."""
    return _shaped(NotFound()) if request.path.startswith(ROOT) else defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Our own fault, told like everything else; the log has what happened."""
    return _shaped(ServerError()) if request.path.startswith(ROOT) else defaults.server_error(request)


def _shaped(error: AureoleError) -> HttpResponse:
    return JsonResponse(body(error), status=error.status)


def sentence_of(error: exceptions.APIException) -> tuple[str, str, str]:
    """Code, detail and suggestion for an error of the framework."""
    return _SHAPES.get(type(error), ("error", str(error.detail), "See the API's documentation."))


def _shape_framework_error(error: exceptions.APIException) -> Response:
    code, detail, suggestion = sentence_of(error)
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    return Response(
        {"error": code, "detail": detail, "suggestion": suggestion},
        status=error.status_code or status.HTTP_500_INTERNAL_SERVER_ERROR,
        headers=headers,
    )
