"""Limits on guessing: 5 failed sign-ins a minute for an account, 20 for an address.

Every attempt is written down before the password is looked at and crossed out when it was right, so that many
attempts at once cannot slip through together. django-axes brings every door (pages, API, admin) here.
"""

import ipaddress
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from axes.handlers.proxy import AxesHandler
from axes.models import AccessFailureLog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from processing.errors import TooOften

UNKNOWN_NETWORK = "0.0.0.0"  # noqa: S104 - the name of a bucket, nothing listens there
KEEP_FAILURES_DAYS = 30


def client_network(request: HttpRequest) -> str:
    """The caller's address, an IPv6 one as its /64; X-Forwarded-For counts only behind TRUSTED_PROXIES proxies."""
    try:
        address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ValueError):
        return UNKNOWN_NETWORK
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address), 64), strict=False).network_address)
    return str(address)


class Request(HttpRequest):
    """A request after axes has looked at it, and what this module notes on it."""

    axes_ip_address: str
    axes_user_agent: str
    axes_http_accept: str
    axes_path_info: str
    sign_in_wait: int
    sign_in_attempt: AccessFailureLog


class SignInHandler(AxesHandler):
    """Counts in PostgreSQL: axes' failure log is both the counter and what an admin reads."""

    def is_locked(self, request: Request, credentials: dict[str, Any] | None = None) -> bool:
        """Write this attempt down, then say whether it is one too many."""
        attempt = AccessFailureLog.objects.create(
            username=_account_of(credentials),
            ip_address=request.axes_ip_address,
            user_agent=request.axes_user_agent,
            http_accept=request.axes_http_accept,
            path_info=request.axes_path_info,
        )
        wait = _seconds_to_wait(attempt)
        if wait:
            AccessFailureLog.objects.filter(pk=attempt.pk).update(locked_out=True)
            request.sign_in_wait = wait
            return True
        request.sign_in_attempt = attempt
        return False


def forgive(request: HttpRequest) -> None:
    """The password was right: this attempt was no failure. Earlier ones stay, or a guesser could wipe them."""
    attempt = getattr(request, "sign_in_attempt", None)
    if attempt is not None:
        AccessFailureLog.objects.filter(pk=attempt.pk).delete()


def forget_person(email: str) -> None:
    """Nothing about a deleted account stays in the failure log."""
    AccessFailureLog.objects.filter(username=_account_of({"email": email})).delete()


def forget_old_failures() -> None:
    """Addresses of callers are personal: they go after a month."""
    AccessFailureLog.objects.filter(attempt_time__lt=timezone.now() - timedelta(days=KEEP_FAILURES_DAYS)).delete()


def _account_of(credentials: dict[str, Any] | None) -> str:
    given = (credentials or {}).get("email") or (credentials or {}).get("username") or ""
    return str(given).replace("\0", "").strip().lower()[:255]


def _seconds_to_wait(attempt: AccessFailureLog) -> int:
    recent = AccessFailureLog.objects.filter(
        locked_out=False, attempt_time__gt=attempt.attempt_time - settings.SIGN_IN_WINDOW
    ).exclude(pk=attempt.pk)
    return max(
        _until_free(recent.filter(username=attempt.username), settings.SIGN_IN_PER_ACCOUNT, attempt.attempt_time),
        _until_free(recent.filter(ip_address=attempt.ip_address), settings.SIGN_IN_PER_ADDRESS, attempt.attempt_time),
    )


def _until_free(others: "QuerySet[AccessFailureLog]", limit: int, now: datetime) -> int:
    """Whole seconds until fewer than ``limit`` of the others are recent; 0 when that is so already."""
    newest = list(others.order_by("-attempt_time").values_list("attempt_time", flat=True)[:limit])
    if len(newest) < limit:
        return 0
    return max(1, int((newest[-1] + settings.SIGN_IN_WINDOW - now).total_seconds()) + 1)


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What axes answers instead of the sign-in's own answer."""
    return refuse(request, getattr(request, "sign_in_wait", int(settings.SIGN_IN_WINDOW.total_seconds())))


def too_often(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What allauth answers when one of its own limits is reached."""
    return refuse(request, 60)


def refuse(request: HttpRequest, wait: int) -> HttpResponse:
    """429 with Retry-After, as a page or, under /api/, in the API's error shape."""
    if request.path.startswith("/api/"):
        error = TooOften()
        shape = {"error": error.error_code, "detail": error.message, "suggestion": error.advice}
        response: HttpResponse = JsonResponse(shape, status=error.status)
    else:
        response = render(request, "429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response


def limit(request: HttpRequest, action: str, key: str | None = None) -> None:
    """Share the pages' limit (ACCOUNT_RATE_LIMITS) with an API call; raises TooOften."""
    if not ratelimit.consume(request, action=action, key=key):
        raise TooOften(retry_after=60)
