"""Recipes for jobs that are killed: each publication is written down, so that a second one would show."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection

from processing.models import Job, JobFile
from processing.recipe import Description, Step, recipe
from processing.states import Queue


class _Painted:
    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return dict(job.options)

    @staticmethod
    def guard(job: Job) -> None:
        return None

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO fault_publication (job_id) VALUES (%s)", [job.pk])
        return result

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        return None

    @staticmethod
    def describe(job: Job) -> Description:
        return Description(job.kind)


_STEPS = (Step("paint", 100),)


@recipe(kind="paint", queue=Queue.HIGH, steps=_STEPS, run="tests.faults.work.paint", attempts=100, is_unlimited=True)
class Paint(_Painted):
    """Patient: it may be killed as often as a test likes."""


@recipe(kind="child_killer", queue=Queue.HIGH, steps=_STEPS, run="tests.faults.work.end_itself")
class ChildKiller(_Painted):
    """Its child ends itself."""


@recipe(kind="worker_killer", queue=Queue.HIGH, steps=_STEPS, run="tests.faults.work.paint")
class WorkerKiller(_Painted):
    """It takes the whole worker process with it."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}
