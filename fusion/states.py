"""The states of a fusion, in its own words, and how the API says them. Pure."""

from enum import StrEnum
from typing import Final

from processing.states import State as JobState


class State(StrEnum):
    """waiting for consents -> making -> ready; refused and withdrawn are ends that no new consent opens again."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


UNFINISHED: Final = (State.WAITING, State.MAKING)
WITHDRAWABLE: Final = (State.WAITING, State.MAKING, State.READY, State.FAILED, State.CANCELLED)
"""What a permission that is gone ends for good: also what failed, so that nobody starts it again without asking."""
STATUSES: Final = (
    "consent_required",
    "pending",
    "processing",
    "completed",
    "failed",
    "cancelled",
    "withdrawn",
)


def status(state: str, job_state: str | None) -> str:
    """As the API says it: a fusion that is being made is as far as its job."""
    if state == State.MAKING:
        return "processing" if job_state == JobState.PROCESSING else "pending"
    return _STATUS[State(state)]


SAID: Final = {
    State.WAITING: "Waiting until everybody has agreed",
    State.MAKING: "Being made",
    State.READY: "Done",
    State.FAILED: "It did not work",
    State.CANCELLED: "Cancelled",
    State.REFUSED: "Somebody said no",
    State.WITHDRAWN: "A permission is gone",
}
"""For people."""
_STATUS: Final = {
    State.WAITING: "consent_required",
    State.READY: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
    State.REFUSED: "failed",
    State.WITHDRAWN: "withdrawn",
}
