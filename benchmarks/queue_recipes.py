"""What the worker of ``queue.py`` runs: ``python -m dramatiq benchmarks.queue_recipes``. The peer is plain Dramatiq."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dramatiq

import processing.actors  # noqa: F401 - sets Django up
from processing import broker, middleware
from processing.models import Job, JobFile
from processing.recipe import Description, Step, recipe
from processing.states import Queue

STARTS = "benchmark:starts"


class _Measured:
    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return job.options | {"started": time.time()}

    @staticmethod
    def guard(job: Job) -> None:
        return None

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        return result

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        return None

    @staticmethod
    def describe(job: Job) -> Description:
        return Description(job.kind)


@recipe(
    kind="measured", queue=Queue.HIGH, steps=(Step("work", 100),), run="benchmarks.queue_work.run", is_unlimited=True
)
class Measured(_Measured):
    """Says when it started, and when it reported what."""


if os.environ.get("BENCHMARK_PEER"):
    # As Dramatiq comes out of the box.
    middleware.USUAL_POLL_MILLISECONDS = 1000  # type: ignore[misc]


@dramatiq.actor(broker=broker.get(), queue_name="default", actor_name="peer", max_retries=0)
def peer(sent: float) -> None:
    """The peer: a message that carries its work, no table, Dramatiq's own polling."""
    broker.get().client.rpush(STARTS, time.time() - sent)
