"""Counters that several processes share: kept in memory for moments, then added to a table.

What can be read from other rows is not counted here; this is for what leaves no row: requests, throttles, wake-ups sent
again, and the figures of jobs that were deleted.
"""

import os
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Final

import structlog
from django.db import close_old_connections, connection

from processing.models import Reading

FLUSH_SECONDS: Final = 5.0
Key = tuple[str, str]

log = structlog.get_logger(__name__)
_lock = threading.Lock()
_pending: Counter[Key] = Counter()
_timer: threading.Timer | None = None


def add(name: str, label: str = "", by: float = 1) -> None:
    """Count something that happened; it is written down within five seconds, and never holds the caller up."""
    global _timer  # noqa: PLW0603 - one per process
    with _lock:
        _pending[name, label] += by  # type: ignore[assignment]
        if _timer is None:
            _timer = threading.Timer(FLUSH_SECONDS, _flush_later)
            _timer.daemon = True
            _timer.start()


def flush() -> None:
    """Write down what this process counted so far."""
    with _lock:
        counted = dict(_pending)
        _pending.clear()
    try:
        write(counted)
    except Exception:
        with _lock:
            _pending.update(counted)
        raise


def write(counted: Mapping[Key, float]) -> None:
    """Add to the table at once, in the caller's transaction; rows are taken in one order, so nobody deadlocks."""
    rows = [(name, label[:200], value) for (name, label), value in sorted(counted.items()) if value]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO processing_tally (name, label, value) VALUES (%s, %s, %s) "
            "ON CONFLICT (name, label) DO UPDATE SET value = processing_tally.value + EXCLUDED.value",
            rows,
        )


def set_reading(name: str, value: float, label: str = "") -> None:
    """Note what something was found to be just now, in place of what it was before."""
    Reading.objects.update_or_create(name=name, label=label, defaults={"value": value})


def _forget() -> None:
    """What a forked child inherits was counted by its parent, who writes it down."""
    global _timer, _lock
    _timer, _lock = None, threading.Lock()
    _pending.clear()


os.register_at_fork(after_in_child=_forget)


def _flush_later() -> None:
    global _timer  # noqa: PLW0603 - one per process
    with _lock:
        _timer = None
    try:
        flush()
    except Exception as error:
        log.warning("counting.kept_for_later", reason=type(error).__name__)
    finally:
        close_old_connections()
