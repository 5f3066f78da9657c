"""What runs inside the sandbox: one process without Django, that does one job after another.

It speaks through files of the work folder: ``request.json`` in, ``outcome.json`` out, and the pipe ``progress``, whose
first line is the process id.
"""

import ctypes
import importlib
import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from processing.imaging import fallbacks

PR_SET_PDEATHSIG: Final = 1
PROGRESS_SECONDS: Final = 0.02
REQUEST: Final = "request.json"
OUTCOME: Final = "outcome.json"
PROGRESS: Final = "progress"
_SECRETS: Final = re.compile(r"SECRET|PASSWORD|TOKEN|KEY|DATABASE_URL|REDIS_URL")
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VIPS_CONCURRENCY")


def start(parent: int) -> None:
    """Before the first job: die with the parent, leave its terminal, forget its secrets, use one thread a library."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.setsid()
    for name in list(os.environ):
        if _SECRETS.search(name):
            del os.environ[name]
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"


def work(dotted: str, folder: str, address_space: int) -> None:
    """Do one job: call ``dotted`` with the folder, the request and a reporter; whatever happens is in the outcome.

    ``address_space`` in bytes bounds what may be mapped; 0 leaves it open (CUDA needs that).
    """
    place = Path(folder)
    with Reporter(place / PROGRESS) as report:
        try:
            limit = address_space or resource.RLIM_INFINITY
            resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
            request = json.loads((place / REQUEST).read_text(encoding="utf-8"))
            text = _told({"result": _find(dotted)(place, request, report)})
        except MemoryError:
            text = _told({"out_of_memory": True})
        except Exception as error:
            text = _told({"error": described(error)}, default=str)
        (place / OUTCOME).write_text(text, encoding="utf-8")


def _told(outcome: dict[str, Any], default: Callable[[Any], str] | None = None) -> str:
    return json.dumps(outcome | {"fallbacks": fallbacks.take()}, allow_nan=False, default=default)


class Reporter:
    """``report(step, fraction)``: at most fifty lines a second into the pipe, and never waiting for its reader."""

    def __init__(self, path: Path) -> None:
        self._pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        self._step = ""
        self._sent_at = 0.0
        self._send({"pid": os.getpid()})

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._pipe)

    def __call__(self, step: str, fraction: float) -> None:
        now = time.monotonic()
        if step == self._step and fraction < 1 and now - self._sent_at < PROGRESS_SECONDS:
            return
        self._step, self._sent_at = step, now
        self._send({"step": step, "fraction": min(1.0, max(0.0, float(fraction)))})

    def _send(self, line: dict[str, Any]) -> None:
        try:
            os.write(self._pipe, json.dumps(line).encode() + b"\n")
        except OSError:
            # Full because the reader sleeps, or broken because it left: progress is worth no waiting.
            return


def described(error: Exception) -> dict[str, Any]:
    """An exception as plain data, so that nothing depends on whether it can be pickled."""
    return {
        "class": type(error).__name__,
        "family": [base.__name__ for base in type(error).__mro__],
        "text": str(error)[:500],
        "code": getattr(error, "error_code", None) or getattr(error, "code", None),
        "detail": getattr(error, "message", None) or getattr(error, "detail", None),
        "suggestion": getattr(error, "advice", None) or getattr(error, "suggestion", None),
        "facts": getattr(error, "facts", None) or {},
        "where": _where(error),
    }


def _where(error: Exception) -> list[str]:
    lines = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return lines[-8:]


def _find(dotted: str) -> Any:
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)
