"""Recipes of artworks, small and quick: while somebody drags a circle or a slider. Their files go with their job."""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import default_storage

from artworks.recipes import painterly
from artworks.recipes.iris import RUN, STEPS
from artworks.recipes.parts import SOURCE, MakesArtworks, request_of
from photos.models import Rendition
from processing.models import Job, JobFile
from processing.recipe import recipe
from processing.states import Queue

SHOWN: Final = 1024


QUICK: Final[dict[str, Any]] = {
    "queue": Queue.HIGH, "time_limit": 20, "memory_mb": 1024, "attempts": 1, "keeps_files": True,
}  # fmt: skip


@recipe(kind="preview", steps=STEPS, run=RUN, **QUICK)
class Preview(MakesArtworks):
    """Prepares and guards like its large sister, and publishes no artwork."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return MakesArtworks.prepare(job, work) | {"preview": True}

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        return result


@recipe(kind="painterly_preview", steps=painterly.STEPS, run=painterly.RUN, **QUICK)
class PainterlyPreview(Preview):
    """What the options would give; of the picture that pages show, which is there sooner than the original."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        shown = Rendition.objects.filter(photo=job.subject_id, size=SHOWN, format="jpeg").first()
        if shown is None:
            return Preview.prepare(job, work)
        with suppress(FileNotFoundError), default_storage.open(shown.key, "rb") as source:
            with (work / SOURCE).open("wb") as copy:
                shutil.copyfileobj(source, copy)
            return request_of(job) | {"preview": True}
        return Preview.prepare(job, work)


@recipe(kind="painterly_look", steps=painterly.STEPS, run=painterly.RUN, **QUICK)
class PainterlyLook(PainterlyPreview):
    """Smaller still: the photo in one style, to choose by."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return PainterlyPreview.prepare(job, work) | {"edge": 384}
