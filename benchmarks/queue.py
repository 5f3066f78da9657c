"""How long a job waits for its start, and a browser for its progress: ``python benchmarks/queue.py``.

Starts a PostgreSQL, a Redis, the web server and workers of its own. Each submit is followed by a plain Dramatiq
message with Dramatiq's own polling (the peer), in the same run. Progress is received by a socket through the real web
server, while a client of the API that asks every two seconds, as LibrePhotos' pages do, watches the same jobs.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Run as a script, this folder would come first, and this file hide Python's own "queue".
sys.path[0] = str(ROOT)

import contextlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import socket  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from typing import Any  # noqa: E402

from config.embedded.children import kill_session  # noqa: E402
from config.embedded.layout import Layout  # noqa: E402
from config.embedded.services import Services  # noqa: E402

SUBMITS = 60
JOBS, REPORTS, PAUSE = 3, 25, 0.35
POLL_SECONDS = 2.0
START_TARGET_MS, PROGRESS_TARGET_MS = 50.0, 20.0


@contextlib.contextmanager
def everything() -> Iterator[int]:
    """Services, web and workers; gives the web server's port."""
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="aureole-benchmark-") as folder:
        services = Services(Layout(Path(folder) / "data"))
        processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        try:
            services.start()
            os.environ["AUREOLE_TESTING"] = "1"
            subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
            with (Path(folder) / "processes.log").open("ab") as log:
                for words, extra in _commands(port):
                    processes.append(
                        subprocess.Popen(
                            [sys.executable, *words],
                            cwd=ROOT,
                            env=os.environ | extra,
                            stdout=log,
                            stderr=log,
                            start_new_session=True,
                        )
                    )
            yield port
        finally:
            for process in processes:
                kill_session(process.pid)
                process.wait()
            services.stop()


def _commands(port: int) -> list[tuple[list[str], dict[str, str]]]:
    worker = ["-m", "dramatiq", "benchmarks.queue_recipes", "--processes", "1", "--threads", "1", "--queues"]
    return [
        (["-m", "config.web", "-b", "127.0.0.1", "-p", str(port), "config.asgi:application"], {"PORT": str(port)}),
        ([*worker, "high"], {}),
        ([*worker, "default"], {"BENCHMARK_PEER": "1"}),
    ]


def _answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


def wait_for(question: Callable[[], Any], seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            found = question()
            if found:
                return found
        time.sleep(0.05)
    raise SystemExit("Something did not start or finish in time.")


def measure_starts(person: Any) -> tuple[list[float], list[float]]:
    """Milliseconds from calling submit to the recipe's first line, and the same for the peer's message."""
    from benchmarks import queue_recipes
    from processing import broker, jobs
    from processing.models import Job

    _done(jobs.submit(actor=person, kind="measured").pk)
    ours: list[float] = []
    for _ in range(SUBMITS):
        time.sleep(0.1 + random.random() * 0.2)  # so that no polling falls into step with us
        sent = time.time()
        job_id = jobs.submit(actor=person, kind="measured").pk
        ours.append(1000 * (_done(job_id).result["started"] - sent))
        queue_recipes.peer.send(time.time())
    client = broker.get().client
    wait_for(lambda: client.llen(queue_recipes.STARTS) >= SUBMITS)
    theirs = [1000 * float(value) for value in client.lrange(queue_recipes.STARTS, 0, -1)]
    assert Job.objects.count() == SUBMITS + 1
    return ours, theirs


def _done(job_id: Any) -> Any:
    from processing.models import Job

    return wait_for(lambda: Job.objects.filter(pk=job_id, state="completed").first())


def measure_progress(person: Any, port: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the child's report to the socket's message, and to the first poll that knew."""
    from processing import jobs

    cookie = _sign_in(person)
    pushed: list[float] = []
    polled: list[float] = []
    for _ in range(JOBS):
        listener = _Listener(port, cookie)
        job = jobs.submit(actor=person, kind="measured", options={"reports": REPORTS, "pause": PAUSE})
        poller = _Poller(job.pk)
        reported = _done(job.pk).result["reported"]
        heard, seen = listener.end(), poller.end()
        pushed += _delays(reported, [message for message in heard if message[2] == str(job.pk)])
        polled += _delays(reported, seen)
    return pushed, polled


def _delays(reported: list[list[float]], known: list[tuple[float, float, str]]) -> list[float]:
    """For each report, when somebody first knew that much."""
    found = []
    for percent, at in reported:
        when = [moment for moment, progress, _ in known if progress >= percent]
        if when:
            found.append(1000 * (min(when) - at))
    return found


class _Listener:
    """A browser's socket: what arrived when."""

    def __init__(self, port: int, cookie: str) -> None:
        import websocket

        place = f"127.0.0.1:{port}"
        self.socket = websocket.create_connection(
            f"ws://{place}/ws/me", cookie=cookie, origin=f"http://{place}", timeout=30
        )
        self.heard: list[tuple[float, float, str]] = []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while not self.is_over.is_set():
            message = json.loads(self.socket.recv())
            if message.get("type") == "job":
                self.heard.append((time.time(), message["progress"], message["job_id"]))
                if message["status"] == "completed":
                    return

    def end(self) -> list[tuple[float, float, str]]:
        self.thread.join(10)
        self.is_over.set()
        self.socket.close()
        return self.heard


class _Poller:
    """A page that asks every two seconds."""

    def __init__(self, job_id: Any) -> None:
        self.job_id = job_id
        self.seen: list[tuple[float, float, str]] = []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._poll, daemon=True)
        self.thread.start()

    def _poll(self) -> None:
        from django.db import connection

        from processing.models import Job

        while not self.is_over.is_set():
            progress = Job.objects.values_list("progress", flat=True).get(pk=self.job_id)
            self.seen.append((time.time(), progress, ""))
            self.is_over.wait(POLL_SECONDS)
        connection.close()

    def end(self) -> list[tuple[float, float, str]]:
        time.sleep(POLL_SECONDS)
        self.is_over.set()
        self.thread.join(10)
        return self.seen


def _sign_in(person: Any) -> str:
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def report(figures: list[tuple[str, list[float], float, str, list[float]]]) -> bool:
    """A table, one JSON line a figure, and whether all targets hold."""
    sys.stdout.write(f"{'figure':34} {'median ms':>10} {'p95 ms':>8} {'target':>8}   peer\n")
    lines = []
    for name, ours, target, peer, theirs in figures:
        median, p95 = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
        peer_median = statistics.median(theirs)
        sys.stdout.write(f"{name:34} {median:10.1f} {p95:8.1f} {target:8.0f}   {peer}: {peer_median:.1f} ms\n")
        lines.append(
            {
                "benchmark": "queue",
                "figure": name,
                "value": round(median, 1),
                "target": target,
                "peer": {peer: round(peer_median, 1)},
                "holds": median <= target,
            }
        )
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")
    return all(line["holds"] for line in lines)


def main() -> int:
    with everything() as port:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        from benchmarks import queue_recipes  # noqa: F401 - registers the recipe
        from circles.models import User
        from processing.models import WorkerBeat

        wait_for(lambda: WorkerBeat.objects.count() == 2)
        wait_for(lambda: _answers(port))
        person = User.objects.create_user("benchmark@example.com")
        starts, peer_starts = measure_starts(person)
        progress, polls = measure_progress(person, port)
    holds = report(
        [
            ("submit to start", starts, START_TARGET_MS, "plain Dramatiq message", peer_starts),
            ("progress to browser", progress, PROGRESS_TARGET_MS, "polling every 2 s", polls),
        ]
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
