"""Pictures of circles. Which there are is known to a room above, which says so in its ``AppConfig.ready``."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from circles.models import Circle, User

Painter = Callable[[User, Iterable[Circle]], Mapping[uuid.UUID, str]]
_painters: Final[list[Painter]] = []


def painted_by(painter: Painter) -> None:
    """``painter`` gives a template of the picture's address (``{size}``, ``{format}``) for circles that have one."""
    if painter not in _painters:
        _painters.append(painter)


def put_on(user: User, circles: Iterable[Circle]) -> None:
    """Give each circle ``picture_template``, as this person may see it; empty where there is none."""
    rows = list(circles)
    found: dict[uuid.UUID, str] = {}
    for painter in _painters:
        found |= painter(user, rows) if rows else {}
    for circle in rows:
        circle.picture_template = found.get(circle.pk, "")  # type: ignore[attr-defined]
