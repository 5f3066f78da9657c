"""What can be reported: rooms above say in their ``AppConfig.ready`` how a thing of theirs is found and taken out."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from circles.models import Circle, Report, User
from processing.errors import Refused


@dataclass(frozen=True)
class Reported:
    """A thing in a circle: whose it is, and what it is called, for people who do not see it.

    ``thing`` names it however often it is shared: once taken out, it stays out (``reports.refuse_taken_out``).
    """

    owner: User
    circle: Circle
    title: str
    thing: str


@dataclass(frozen=True)
class Reportable:
    """``find`` gives what this person may see, else None; ``take_out`` ends its being shared, twice is fine."""

    find: Callable[[User, uuid.UUID], Reported | None]
    take_out: Callable[[Report], None]


_kinds: Final[dict[str, Reportable]] = {}


def register(kind: str, reportable: Reportable) -> None:
    _kinds[kind] = reportable


def of_kind(kind: str) -> Reportable:
    """Refused for a kind that no room knows."""
    if kind not in _kinds:
        raise Refused(fields={"kind": [f"Choose one of: {', '.join(sorted(_kinds))}."]})
    return _kinds[kind]
