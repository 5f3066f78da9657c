"""Recipes of artworks, small and quick: while somebody drags a circle or a slider. Their files go with their job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artworks.recipes import painterly
from artworks.recipes.iris import RUN, STEPS
from artworks.recipes.parts import MakesArtworks
from processing.models import Job, JobFile
from processing.recipe import recipe
from processing.states import Queue


@recipe(
    kind="preview", queue=Queue.HIGH, steps=STEPS, run=RUN, time_limit=20, memory_mb=1024, attempts=1, keeps_files=True
)
class Preview(MakesArtworks):
    """Prepares and guards like its large sister, and publishes no artwork."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return MakesArtworks.prepare(job, work) | {"preview": True}

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        return result


@recipe(
    kind="painterly_preview",
    queue=Queue.HIGH,
    steps=painterly.STEPS,
    run=painterly.RUN,
    time_limit=20,
    memory_mb=1024,
    attempts=1,
    keeps_files=True,
)
class PainterlyPreview(Preview):
    """What the options would give."""


@recipe(
    kind="painterly_look",
    queue=Queue.HIGH,
    steps=painterly.STEPS,
    run=painterly.RUN,
    time_limit=20,
    memory_mb=1024,
    attempts=1,
    keeps_files=True,
)
class PainterlyLook(Preview):
    """Smaller still: the photo in one style, to choose by."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return Preview.prepare(job, work) | {"edge": 384}
