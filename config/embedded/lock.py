"""One instance per data folder: a lock that is gone with the process that holds it, however that ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from config.embedded.layout import CannotStart, Layout

_PATIENCE_SECONDS = 3.0
_PATIENCE_WITH_LEAVERS_SECONDS = 45.0
_LEAVING = "leaving"


@contextmanager
def sole_owner(layout: Layout, *, patience: float = _PATIENCE_SECONDS) -> Iterator[TextIO]:
    """Hold the data folder; raises CannotStart while another process does. Yields the lock for ``mark_leaving``."""
    with (layout.data / "lock").open("a+", encoding="utf-8") as lock:
        started = time.monotonic()
        while not _take(lock):
            holder = _holder(lock)
            allowed = _PATIENCE_WITH_LEAVERS_SECONDS if _LEAVING in holder else patience
            if time.monotonic() - started > allowed:
                raise CannotStart(
                    f"Aureole already runs from {layout.data} (process {holder}). "
                    "Stop that one, or give another folder with DATA_DIR= and another port with PORT=."
                )
            time.sleep(0.1)
        _write(lock, str(os.getpid()))
        yield lock


def mark_leaving(lock: TextIO) -> None:
    """Tell whoever waits for the folder that it is worth waiting."""
    _write(lock, f"{os.getpid()}, {_LEAVING}")


def _take(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "unknown"


def _write(lock: TextIO, text: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()
