"""What people read about a job: sentences for its state and steps, in the voice of the house."""

from typing import Final

from processing.models import Job
from processing.states import State

STEPS: Final[dict[str, str]] = {
    "decode": "Reading the picture",
    "renditions": "Making the pictures you see",
    "fingerprint": "Recognising it again later",
    "details": "Reading date, camera and place",
}
_STATES: Final[dict[str, str]] = {
    State.PENDING: "Waiting for its turn",
    State.PROCESSING: "Working on it",
    State.COMPLETED: "Done",
    State.FAILED: "It did not work",
    State.CANCELLED: "Cancelled",
}


def step_name(step: str) -> str:
    """A step in words: ``fingerprint`` -> "Recognising it again later"."""
    return STEPS.get(step) or step.replace("_", " ").capitalize()


def sentence(job: Job) -> str:
    """One sentence that says where the job is: the reason if it failed, the step if it runs, else its state."""
    if job.state == State.FAILED and job.message:
        return job.message
    if job.state == State.PENDING and job.attempt:
        return "Waiting to be tried again"
    if job.state == State.PROCESSING and job.step:
        return step_name(job.step)
    return _STATES[job.state]
