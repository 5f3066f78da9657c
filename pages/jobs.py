"""What the jobs page shows: what runs, what waits, what went wrong, what is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from circles.models import User
from processing import presenting
from processing.models import Job
from processing.presenting import Shown
from processing.states import State

SHOWN: Final = 50


@dataclass(frozen=True)
class Group:
    """One part of the page; ``total`` may be more than what is listed."""

    name: str
    title: str
    total: int
    jobs: Sequence[Shown]

    @property
    def hidden(self) -> int:
        return self.total - len(self.jobs)


@dataclass(frozen=True)
class Board:
    groups: Sequence[Group]

    @property
    def is_empty(self) -> bool:
        return not any(group.total for group in self.groups)

    @property
    def failed(self) -> int:
        return sum(group.total for group in self.groups if group.name == "failed")


_GROUPS: Final = (
    ("running", "Running", (State.PROCESSING,)),
    ("waiting", "Waiting", (State.PENDING,)),
    ("failed", "Did not work", (State.FAILED,)),
    ("done", "Done", (State.COMPLETED, State.CANCELLED)),
)


def board(user: User) -> Board:
    """The person's jobs in four groups, the newest first, each group at most SHOWN long."""
    return Board([_group(user, name, title, states) for name, title, states in _GROUPS])


def _group(user: User, name: str, title: str, states: tuple[State, ...]) -> Group:
    found = Job.objects.visible_to(user).filter(state__in=states, retried_as=None)
    jobs = list(found.order_by("-created_at", "-id")[: SHOWN + 1])
    total = found.count() if len(jobs) > SHOWN else len(jobs)
    return Group(name, title, total, presenting.show_all(jobs[:SHOWN]))
