"""Is it alive, is it ready, how is it doing. Redis away is a slower Aureole, not a broken one."""

import hmac
import ipaddress
import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final

import redis
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from processing import metrics
from processing.imaging.modelstore import Store
from processing.models import Job, JobFile, WorkerBeat
from processing.states import Queue, State

MARKER: Final = ".aureole"
REDIS_SECONDS: Final = 1.0
View = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger(__name__)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 until database, migrations and storage are there; "degraded" while Redis is away."""
    found = {name: _sentence(check) for name, check in _CHECKS.items()}
    is_ready = all(found[name] == "ok" for name in _NEEDED)
    status = "unready" if not is_ready else ("ready" if found["redis"] == "ok" else "degraded")
    return JsonResponse({"status": status, "checks": found}, status=200 if is_ready else 503)


def private(view: View) -> View:
    """For the machine itself or who has METRICS_TOKEN; to everybody else the address does not exist."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not (_has_token(request) or _is_near(request)):
            raise Http404
        return view(request)

    return answer


@never_cache
@require_safe
@private
def health(request: HttpRequest) -> HttpResponse:
    """Queues, oldest waiting job, workers, models."""
    now = timezone.now()
    return JsonResponse({"status": "ok", "queues": _queues(now), "workers": _workers(now), "models": _models()})


@never_cache
@require_safe
@private
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Everything countable, in Prometheus' text format."""
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def check_migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are not applied yet; run migrate." if missing else "ok"


def check_storage() -> str:
    """The marker tells our storage from an empty folder where a disk was not mounted."""
    if default_storage.exists(MARKER):
        return "ok"
    if JobFile.objects.filter(status=JobFile.Status.PUBLISHED).exists():
        return "The storage is empty although files were kept there; is its disk mounted?"
    default_storage.save(MARKER, ContentFile(b"Aureole keeps its files here.\n"))
    return "ok"


def check_redis() -> str:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
    ) as client:
        client.ping()
    return "ok"


_CHECKS: Final[dict[str, Callable[[], str]]] = {
    "database": check_database,
    "migrations": check_migrations,
    "storage": check_storage,
    "redis": check_redis,
}
_NEEDED: Final = ("database", "migrations", "storage")


def _sentence(check: Callable[[], str]) -> str:
    """What the check says; why it failed is for the log, not for whoever asks."""
    try:
        return check()
    except Exception as error:
        log.warning("ready.%s %s", check.__name__, type(error).__name__)
        return "It does not answer."


def _queues(now: datetime) -> dict[str, Any]:
    due = Q(state=State.PENDING) & (Q(not_before=None) | Q(not_before__lte=now))
    rows = (
        Job.objects.filter(state__in=[State.PENDING, State.PROCESSING])
        .values("queue")
        .annotate(
            pending=Count("pk", filter=Q(state=State.PENDING)),
            running=Count("pk", filter=Q(state=State.PROCESSING)),
            oldest=Min("created_at", filter=due),
        )
        .order_by()
    )
    found: dict[str, Any] = {row["queue"]: row for row in rows}
    return {queue.value: _queue(found.get(queue.value, {}), now) for queue in Queue}


def _queue(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    oldest = row.get("oldest")
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return {
        "pending": row.get("pending", 0),
        "running": row.get("running", 0),
        "oldest_pending_seconds": round(age, 1),
    }


def _workers(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "name": beat.name,
            "queue": beat.queue,
            "threads": beat.threads,
            "beat_seconds_ago": round((now - beat.beat_at).total_seconds(), 1),
        }
        for beat in WorkerBeat.objects.order_by("name")
    ]


def _models() -> list[dict[str, Any]]:
    """What is installed, and what each is in charge of; files are not read through here."""
    store = Store(settings.MODELS_DIR)
    return [
        {
            "name": entry.name,
            "usable": store.is_usable(entry),
            "serves": [purpose.value for purpose in entry.purposes if store.serving(purpose) == entry],
        }
        for entry in store.entries
        if store.is_known(entry)
    ]


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


def _is_near(request: HttpRequest) -> bool:
    """The peer is in METRICS_ALLOW and speaks for itself: a request a proxy passed on is never near."""
    passed_on = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")
    if any(name in request.headers for name in passed_on):
        return False
    try:
        peer = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(peer in ipaddress.ip_network(network) for network in settings.METRICS_ALLOW)
