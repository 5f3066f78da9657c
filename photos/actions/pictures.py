"""Making pictures of photos again: what is missing, or all of it."""

import shutil
import uuid
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from circles.models import User
from photos.models import Photo
from photos.rendering import FORMATS, RENDERER_VERSION, SIZES
from processing import jobs
from processing.errors import NotFound, ServerError
from processing.models import Job

LOW_PRIORITY = -10


def fetch_original(photo: Photo, target: Path) -> None:
    """The original into a work folder: a copy, never a link, so that a child gone wild cannot change the original."""
    try:
        with default_storage.open(photo.original.key, "rb") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1024 * 1024)
    except FileNotFoundError:
        raise ServerError("The stored original is missing.", code="original_missing") from None


def missing_renditions(photo: Photo) -> list[tuple[int, str]]:
    """Which of the nine a photo lacks, or has from an older renderer."""
    current = photo.renditions.filter(renderer_version__gte=RENDERER_VERSION).values_list("size", "format")
    made = set(current)
    return [(size, form) for size in SIZES for form in FORMATS if (size, form) not in made]


def render_photo(
    *,
    actor: User,
    photo_id: uuid.UUID,
    is_everything: bool = False,
    priority: int = 0,
    idempotency_key: str | None = None,
    **submission: Any,
) -> Job:
    """A new ingest of one's own photo: what is missing, or all nine. A job already under way for it is answered.

    ``submission`` is for ``jobs.submit``.
    """
    photo = Photo.objects.editable_by(actor).filter(pk=photo_id).first()
    if photo is None:
        raise NotFound()
    running = Job.objects.about(photo.pk).filter(kind="ingest", owner=actor).unfinished().first()
    if running is not None and idempotency_key is None:
        return running
    return jobs.submit(
        actor=actor,
        kind="ingest",
        label=photo.filename,
        subject_id=photo.pk,
        options={"everything": is_everything},
        priority=priority,
        idempotency_key=idempotency_key,
        **submission,
    )


def render_missing(*, limit: int = 1000) -> int:
    """Start an ingest for ready photos that lack pictures or have old ones; returns how many were started."""
    started = 0
    for photo in Photo.objects.lacking_renditions().in_library().select_related("owner")[:limit]:
        render_photo(actor=photo.owner, photo_id=photo.pk, priority=LOW_PRIORITY)
        started += 1
    return started
