"""What people read about a job: sentences for its state and steps, what it is about, and what can be done with it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from processing import recipe
from processing.models import Job
from processing.recipe import Description, Step
from processing.states import ENDS, State

STEPS: Final[dict[str, str]] = {
    "decode": "Reading the picture",
    "renditions": "Making the pictures you see",
    "fingerprint": "Recognising it again later",
    "details": "Reading date, camera and place",
    "save": "Putting it into your library",
    "load": "Opening the picture",
    "segment": "Finding the iris",
    "reflections": "Taking reflections away",
    "enhance": "Bringing out fine detail",
    "depth": "Judging how near things are",
    "layers": "Parting near from far",
    "paint": "Painting it",
    "blend": "Letting the pictures meet",
    "download": "Fetching the pictures",
    "rectify": "Finding the plane of the wall",
    "render segment": "Finding the wall",
    "texture": "Laying the texture",
    "refine": "Bringing out edges",
    "send": "Telling your server",
}
STATES: Final[dict[str, str]] = {
    State.PENDING: "Waiting for its turn",
    State.PROCESSING: "Working on it",
    State.COMPLETED: "Done",
    State.FAILED: "It did not work",
    State.CANCELLED: "Cancelled",
}
KINDS: Final[dict[str, str]] = {
    "ingest": "Preparing a photo",
    "iris": "An iris artwork",
    "preview": "A quick look",
    "painterly_preview": "A quick look",
    "painterly_look": "A quick look",
    "enhance": "Enhancing a photo",
    "layers": "A photo in layers",
    "painterly": "A painting",
    "photo": "A photo as an artwork",
    "render": "A texture on a facade",
    "webhook": "Telling that a render has ended",
    "fusion": "A fusion",
    "composition": "A composition",
    "fusion_preview": "A quick look",
}


@dataclass(frozen=True)
class ShownStep:
    """A step as people see it; ``until`` is the progress (0-100) at which it ends."""

    name: str
    label: str
    until: int
    state: str


@dataclass(frozen=True)
class Shown:
    """A job with everything a page, a row or the API says about it."""

    job: Job
    description: Description
    steps: tuple[ShownStep, ...]

    @property
    def title(self) -> str:
        return self.description.title or self.job.label or kind_name(self.job.kind)

    @property
    def kind(self) -> str:
        return kind_name(self.job.kind)

    @property
    def sentence(self) -> str:
        return sentence(self.job)

    @property
    def suggestion(self) -> str:
        return self.job.suggestion if self.job.state == State.FAILED else ""

    @property
    def error_type_or_none(self) -> str | None:
        return self.job.error_type or None

    @property
    def error_code_or_none(self) -> str | None:
        return self.job.error_code or None

    @property
    def can_cancel(self) -> bool:
        return self.job.state not in ENDS

    @property
    def can_retry(self) -> bool:
        return self.job.state in {State.FAILED, State.CANCELLED}


def step_name(step: str, kind: str = "") -> str:
    """A step in words: ``fingerprint`` -> "Recognising it again later". Some mean something else in another kind."""
    return STEPS.get(f"{kind} {step}") or STEPS.get(step) or step.replace("_", " ").capitalize()


def kind_name(kind: str) -> str:
    return KINDS.get(kind) or kind.replace("_", " ").capitalize()


def sentence(job: Job) -> str:
    """One sentence that says where the job is: the reason if it failed, the step if it runs, else its state."""
    if job.state == State.FAILED and job.message:
        return job.message
    if job.state == State.PENDING and job.attempt:
        return "Waiting to be tried again"
    if job.state == State.PROCESSING and job.step:
        return step_name(job.step, job.kind)
    return STATES[job.state]


def show(job: Job) -> Shown:
    return show_all([job])[0]


def show_all(jobs: Sequence[Job]) -> list[Shown]:
    """The same for many, in their order: a recipe with ``describe_all`` is asked once for all of its jobs."""
    described = _describe(jobs)
    return [Shown(job, described[job.pk], _steps(job)) for job in jobs]


def _describe(jobs: Iterable[Job]) -> dict[uuid.UUID, Description]:
    kinds: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        kinds[job.kind].append(job)
    found: dict[uuid.UUID, Description] = {}
    for kind, group in kinds.items():
        found |= {job.pk: Description(title=job.label) for job in group}
        if kind in recipe.kinds():
            found |= recipe.describe_all(kind, group)
    return found


def _steps(job: Job) -> tuple[ShownStep, ...]:
    known: tuple[Step, ...] = recipe.find(job.kind).steps if job.kind in recipe.kinds() else ()
    return tuple(
        ShownStep(step.name, step_name(step.name, job.kind), step.until, _step_state(job, step)) for step in known
    )


def _step_state(job: Job, step: Step) -> str:
    if job.state == State.COMPLETED or job.progress >= step.until:
        return "done"
    if job.step == step.name:
        return {State.PROCESSING: "running"}.get(State(job.state), "stopped" if job.state in ENDS else "waiting")
    return "waiting"
