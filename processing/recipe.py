"""The only extension point of the job engine: a recipe says how one kind of job is done.

A recipe is a class decorated with ``@recipe(...)`` whose static methods are called in this order::

    prepare(job, work)        worker thread, ORM: write inputs into ``work``, return the request for ``run``; its
                              ``step_seconds`` says how long steps may take, by name: beyond that the child is killed
    run (a dotted path)       spawned child without Django: ``run(work: Path, request: dict, report) -> dict``;
                              every file it leaves in ``work / "out"`` is staged under an immutable key
    guard(job)                may this still happen? asked after the claim and inside the publishing transaction;
                              raises an AureoleError to refuse
    publish(job, result, files)   inside the publishing transaction: save rows; returns what ``job.result`` keeps.
                              Its rows take the files over (they outlive the job) unless ``keeps_files`` is set
    failed(job, error)        inside the transaction that ends the job without a result (failed or cancelled)
    describe(job)             -> Description for pages and the API
    describe_all(jobs)        optional: the same for many as ``{job.pk: Description}``, so that a list costs one query
    lay_over(job, wanted)     optional: the options of a job after this one, what a person ``wanted`` laid over the
                              old ones; raises Refused. Without it nothing is checked
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from processing.models import Job, JobFile
from processing.states import Queue

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Step:
    """One named step and the progress (0-100) at which it ends."""

    name: str
    until: int


@dataclass(frozen=True)
class Description:
    """What people see of a job: a title, the thing it is about, its picture, where its result is.

    ``details`` is what was measured when it was refused, as the API shows it.
    """

    title: str
    url: str = ""
    picture_url: str = ""
    result_url: str = ""
    mask_url: str = ""
    details: Mapping[str, Any] | None = None


class Recipe(Protocol):
    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]: ...

    @staticmethod
    def guard(job: Job) -> None: ...

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]: ...

    @staticmethod
    def failed(job: Job, error: Exception) -> None: ...

    @staticmethod
    def describe(job: Job) -> Description: ...


@dataclass(frozen=True)
class Registration:
    """A recipe with everything the engine needs to know before running it."""

    kind: str
    queue: Queue
    steps: tuple[Step, ...]
    run: str
    time_limit: int
    memory_mb: int
    attempts: int
    recipe: type[Recipe]
    device: str = "cpu"
    is_unlimited: bool = False
    keeps_files: bool = False
    reads_pictures: bool = True


_registry: dict[str, Registration] = {}


def recipe(
    *,
    kind: str,
    queue: Queue,
    steps: tuple[Step, ...],
    run: str,
    time_limit: int = 600,
    memory_mb: int = 1024,
    attempts: int = 3,
    device: str = "cpu",
    is_unlimited: bool = False,
    keeps_files: bool = False,
    reads_pictures: bool = True,
) -> Callable[[type[Recipe]], type[Recipe]]:
    """Register a recipe class under ``kind``.

    ``time_limit`` in seconds and ``memory_mb`` in MiB bound one attempt of ``run``; with ``reads_pictures`` exceeding
    them is the picture's fault (a quality issue), else ours. ``is_unlimited`` kinds are never refused by queue limits.
    ``keeps_files``: the published files belong to the job and go with it.
    """

    def register(cls: type[Recipe]) -> type[Recipe]:
        if kind in _registry and _registry[kind].recipe is not cls:
            raise ValueError(f"Two recipes are called {kind!r}.")
        _registry[kind] = Registration(
            kind,
            queue,
            steps,
            run,
            time_limit,
            memory_mb,
            attempts,
            cls,
            device,
            is_unlimited,
            keeps_files,
            reads_pictures,
        )
        return cls

    return register


def find(kind: str) -> Registration:
    """The registration of ``kind``; LookupError when no recipe has that name."""
    return _registry[kind]


def kinds() -> tuple[str, ...]:
    return tuple(sorted(_registry))


def limited_kinds() -> tuple[str, ...]:
    """The kinds that queue limits count and refuse."""
    return tuple(kind for kind in kinds() if not _registry[kind].is_unlimited)


def laid_over(job: Job, wanted: dict[str, Any]) -> dict[str, Any]:
    """The options of a job after ``job``, as far as its recipe allows what is ``wanted``."""
    lay_over = getattr(_registry[job.kind].recipe, "lay_over", None)
    return lay_over(job, wanted) if lay_over else job.options | wanted


def describe_all(kind: str, jobs: Sequence[Job]) -> dict[uuid.UUID, Description]:
    """What many jobs of one kind are about, by job id."""
    found = _registry[kind].recipe
    together = getattr(found, "describe_all", None)
    return together(jobs) if together else {job.pk: found.describe(job) for job in jobs}
