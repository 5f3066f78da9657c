"""What the children of these tests do. Pure: imported in the sandbox, where Django is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Report = Callable[[str, float], None]


def echo(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Give back what came in."""
    report("first", 1.0)
    return request
