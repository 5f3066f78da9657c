"""The measured work: reports progress at a known pace. Pure."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def run(work: Path, request: dict[str, Any], report: Callable[[str, float], None]) -> dict[str, Any]:
    """``reports`` reports, ``pause`` seconds apart; returns when each percentage was reported."""
    reported = []
    count = request.get("reports", 0)
    for number in range(1, count + 1):
        time.sleep(request["pause"])
        reported.append([round(100 * number / (count + 1)), time.time()])
        report("work", number / (count + 1))
    return {"started": request["started"], "reported": reported}
