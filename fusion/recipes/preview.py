"""A fusion or composition, small and quick: while somebody drags a picture. Its files go with its job."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fusion import gate
from fusion.inputs import request_of
from fusion.recipes.parts import STEPS
from fusion.sources import find_sources, parts_of
from processing.models import Job, JobFile
from processing.recipe import Description, recipe
from processing.states import Queue


@recipe(
    kind="fusion_preview",
    queue=Queue.HIGH,
    steps=STEPS,
    run="processing.imaging.fusion.making.run_preview",
    time_limit=20,
    memory_mb=1024,
    attempts=1,
    keeps_files=True,
)
class FusionPreview:
    """Reads what its person may see, and publishes nothing."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        asked = job.options
        chosen = find_sources(actor=job.owner, ids=[uuid.UUID(pk) for pk in asked["sources"]])
        request = request_of(
            [(one.artwork, one.fusion) for one in chosen], asked["options"], job.owner, work, is_small=True
        )
        return request | {
            "fusion_type": asked["fusion_type"],
            "layout": asked["layout"],
            "mode": asked["blend_mode"],
            "is_preview": True,
        }

    @staticmethod
    def guard(job: Job) -> None:
        """Everything is still to be seen by its person."""
        chosen = find_sources(actor=job.owner, ids=[uuid.UUID(pk) for pk in job.options["sources"]])
        gate.require_word(job.owner, parts_of(chosen))

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        return result

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        """Nothing to put right."""

    @staticmethod
    def describe(job: Job) -> Description:
        return Description(title=job.label)
