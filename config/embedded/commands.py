"""The command lines of Aureole's processes; docker-compose.yml names the same ones."""

import os
import sys
from pathlib import Path

from config.embedded.children import Command
from config.embedded.layout import CannotStart

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# A worker leaves within 30 s: what has not ended by then is handed back and runs again elsewhere.
_WORKER_PATIENCE_SECONDS = 30
_WORKER_ENVIRONMENT = {"dramatiq_queue_prefetch": "1", "dramatiq_worker_timeout": "100"}


def _python(name: str, *words: str, patience: float = 10.0, environment: dict[str, str] | None = None) -> Command:
    return Command(name, [sys.executable, *words], environment or {}, patience=patience)


def web(host: str, port: int) -> Command:
    """Daphne on this address."""
    return _python("web", "-m", "config.web", "-b", host, "-p", str(port), "config.asgi:application")


def worker(queue: str, threads: int) -> Command:
    """One Dramatiq process for one queue; ``threads`` jobs at a time."""
    shutdown = str((_WORKER_PATIENCE_SECONDS - 3) * 1000)
    words = ["--queues", queue, "--processes", "1", "--threads", str(threads), "--worker-shutdown-timeout", shutdown]
    return _python(
        f"worker-{queue}",
        *("-m", "dramatiq", "processing.actors", *words),
        patience=_WORKER_PATIENCE_SECONDS,
        environment=_WORKER_ENVIRONMENT,
    )


def manage(name: str, *words: str, environment: dict[str, str] | None = None, patience: float = 10.0) -> Command:
    """One of manage.py's commands."""
    return _python(name, str(BASE_DIR / "manage.py"), *words, environment=environment, patience=patience)


def application(host: str, port: int) -> list[Command]:
    """Web, three workers and the reconciler, or those of them that PROCESSES names."""
    threads = int(os.environ.get("MAX_CONCURRENT_JOBS") or os.cpu_count() or 1)
    found = [
        web(host, port),
        worker("high", threads),
        worker("default", 1),
        worker("low", 1),
        manage("reconciler", "reconcile"),
    ]
    wanted = os.environ.get("PROCESSES", "").replace(",", " ").split()
    if unknown := set(wanted) - {command.name for command in found}:
        raise CannotStart(f"PROCESSES names {sorted(unknown)}; there are {[command.name for command in found]}.")
    return [command for command in found if not wanted or command.name in wanted]
