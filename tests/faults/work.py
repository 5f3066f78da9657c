"""What the children do while things go wrong around them. Pure: imported in the sandbox."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def paint(work: Path, request: dict[str, Any], report: Callable[[str, float], None]) -> dict[str, Any]:
    """Take a while, and leave two files."""
    slices = 5
    for number in range(slices):
        time.sleep(request.get("seconds", 0.1) / slices)
        report("paint", (number + 1) / slices)
    for name in ("picture.webp", "mask.png"):
        (work / "out" / name).write_bytes(os.urandom(20_000))
    return {"name": request.get("name", "")}


def end_itself(work: Path, request: dict[str, Any], report: Callable[[str, float], None]) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}
