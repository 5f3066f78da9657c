"""Kinds of jobs that only these tests know."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from processing import recipe as recipes
from processing.errors import Refused
from processing.models import Job, JobFile
from processing.recipe import Description, Step, recipe
from processing.states import Queue


@recipe(kind="carving", queue=Queue.HIGH, steps=(Step("decode", 40), Step("carve_it", 100)), run="nowhere.run")
class Carving:
    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return {}

    @staticmethod
    def guard(job: Job) -> None:
        if job.options.get("refuse"):
            raise Refused("The wood is gone.")

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        return {}

    @staticmethod
    def failed(job: Job, error: Exception) -> None: ...

    @staticmethod
    def describe(job: Job) -> Description:
        return Description(title=f"A carving of {job.label}", result_url="/carvings/1")

    @staticmethod
    def describe_all(jobs: Sequence[Job]) -> dict[UUID, Description]:
        return {job.pk: Carving.describe(job) for job in jobs}


def forget() -> None:
    recipes._registry.pop("carving", None)
