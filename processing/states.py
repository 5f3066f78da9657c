"""The states of a job and the moves between them. Pure."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """What people and the API see."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Queue(StrEnum):
    """high: someone waits; default: art; low: in the background; gpu: one warm child per GPU."""

    HIGH = "high"
    DEFAULT = "default"
    LOW = "low"
    GPU = "gpu"


MOVES: Final[dict[State, frozenset[State]]] = {
    State.PENDING: frozenset({State.PROCESSING, State.CANCELLED, State.FAILED}),
    State.PROCESSING: frozenset({State.PENDING, State.COMPLETED, State.FAILED, State.CANCELLED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
ENDS: Final[frozenset[State]] = frozenset(state for state, moves in MOVES.items() if not moves)
UNFINISHED: Final = tuple(state for state in State if state not in ENDS)


def may_move(origin: State, target: State) -> bool:
    """True when the table allows ``origin`` -> ``target``."""
    return target in MOVES[origin]
