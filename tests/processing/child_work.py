"""What the children of these tests do. Pure: imported in the sandbox, where Django is not."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from processing.errors import QualityIssue, TransientError
from processing.imaging import fallbacks
from processing.imaging.errors import corrupt

Report = Callable[[str, float], None]


def echo(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Give back what came in, and leave a file for each name in ``files``."""
    report("first", 1.0)
    for name in request.get("files", []):
        (work / "out" / name).write_bytes(name.encode())
    report("second", 0.5)
    return request


def fall_back(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Do without a model, and fail if asked to."""
    fallbacks.note("lama", "not_usable")
    if "fail" in request:
        raise TransientError("Later.")
    return {}


def whoami(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "session": os.getsid(0),
        "modules": sorted(name for name in ("django", "dramatiq", "channels", "psycopg2") if name in sys.modules),
        "environment": dict(os.environ),
    }


def sleep(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Say its process id in a file, then wait."""
    if "tell" in request:
        Path(request["tell"]).write_text(str(os.getpid()), encoding="utf-8")
    report("first", 0.5)
    time.sleep(request.get("seconds", 60))
    return {}


def eat(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Use up memory, slowly enough to be seen."""
    eaten = []
    for _ in range(request["mib"] // 16):
        eaten.append(bytearray(16 * 1024 * 1024))
        time.sleep(0.01)
    return {"eaten": len(eaten)}


def gulp(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Ask for far more addresses than any picture needs."""
    return {"size": len(bytearray(64 * 1024**3))}


def die(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    report("first", 1.0)
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def blame_the_picture(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    raise QualityIssue("It is a picture of nothing.", suggestion="Take another one.", code="nothing_there")


def be_busy(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    raise TransientError()


def stumble(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    raise UnpicklableError(lambda: None)


def give_nonsense(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    return {"value": float("nan")}


def leave_a_folder(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    (work / "out" / "folder").mkdir()
    return {}


def chatter(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    for number in range(20_000):
        report("first", number / 20_000)
    report("second", 1.0)
    return {}


class UnpicklableError(Exception):
    pass


def refuse(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """What the imaging room does with a damaged picture."""
    raise corrupt()


def depth(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Ask for a model, by the settings the request brought."""
    from processing.imaging.catalog import Purpose
    from processing.imaging.models.choosing import choose
    from processing.imaging.sessions import sessions_of

    return {"engine": choose(Purpose.DEPTH, sessions_of(request)).engine}


def faces(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Look for faces in a picture of skimage's, and tell which models were loaded before and after."""
    from skimage import data

    from processing.imaging.catalog import Purpose
    from processing.imaging.models.choosing import choose
    from processing.imaging.sessions import sessions_of

    sessions = sessions_of(request)
    before = sessions.loaded()
    detect = choose(Purpose.DETECT_FACES, sessions)
    found = detect.use(data.astronaut())
    return {"engine": detect.engine, "faces": len(found), "before": before, "after": sessions.loaded()}


def hang(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    """As a native call that never comes back: no signal but the last one reaches it."""
    import signal

    from processing.imaging.facade.steps import Steps

    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    with Steps(report, request["stage_timeout_seconds"]).step("texture"):
        time.sleep(30)
    return {}


def nap(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    report("another", 0.0)
    report("nap", 0.0)
    time.sleep(request["seconds"])
    return {}


def slow_step(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    from processing.imaging.facade.steps import Steps

    with Steps(report, request["stage_timeout_seconds"]).step("texture"):
        time.sleep(30)
    return {}
