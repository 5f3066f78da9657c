"""Every request has an id, one line in the log and a place in the counters. Paths are not logged: they hold secrets."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Final

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bound_contextvars

from processing import counting

HEADER: Final = "X-Request-ID"
_ACCEPTED: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger(__name__)


class WatchMiddleware:
    """First of all middleware, so that its id is on every line and its time is the whole time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = _request_id(request)
        started = time.perf_counter()
        with bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            _note(request, response, time.perf_counter() - started)
        response.headers[HEADER] = request_id
        return response


def route_of(request: HttpRequest) -> str:
    """The pattern that matched, with nothing a person chose in it."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else "unknown"


def _note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    status = response.status_code
    counting.add("http_requests", f"{status // 100}xx")
    if status == 429:
        counting.add("throttled")
    log.info(
        "request.done",
        method=request.method,
        route=route_of(request),
        status=status,
        ms=round(seconds * 1000, 1),
    )


def _request_id(request: HttpRequest) -> str:
    """A proxy's id when there is a proxy we trust, else one of ours."""
    given = request.headers.get(HEADER, "")
    if settings.TRUSTED_PROXIES and _ACCEPTED.fullmatch(given):
        return given
    return uuid.uuid4().hex
