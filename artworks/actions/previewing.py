"""A quick look at what the options would give: a small run of the same pipeline, waited for, kept by nobody."""

import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.core.files.storage import default_storage
from django.utils import timezone

from artworks import options as choices
from artworks.actions.making import refuse_binned, require_mask, require_word
from circles.models import User
from photos.models import Photo
from processing import jobs, presenting
from processing.errors import Conflict, NotFound, QualityIssue, ServerError
from processing.models import Job, JobFile
from processing.states import ENDS, State

KINDS: Final = {"iris": "preview", "painterly": "painterly_preview"}
"""What can be looked at before it is made, and the kind of job that makes the look."""
CARD: Final = "painterly_look"
ALL_KINDS: Final = (*KINDS.values(), CARD)
# Before everything else of this person: they hold the mouse button down.
PRIORITY: Final = 100
CARD_STRENGTH: Final = 0.8
WAIT_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.03
KEPT: Final = timedelta(minutes=5)
PICTURE: Final = "result.jpg"


@dataclass(frozen=True)
class Preview:
    """``jpeg``: the bytes of a small picture; ``facts``: what the pipeline found (outlines, gate numbers, engine)."""

    jpeg: bytes
    facts: dict[str, Any]


def start_preview(*, actor: User, photo: Photo, options: Mapping[str, Any], pipeline: str = "iris") -> Job:
    """A job that makes it, ahead of this person's others. Their previews that still wait are out of date and go."""
    kind = KINDS[pipeline]
    require_word(actor, kind)
    refuse_binned(actor, photo)
    wanted = choices.cleaned(pipeline, options)
    require_mask(actor, photo, wanted)
    for job_id in Job.objects.visible_to(actor).filter(kind=kind, state=State.PENDING).values_list("pk", flat=True):  # type: ignore[attr-defined]
        with suppress(NotFound):
            jobs.delete(actor=actor, job_id=job_id)
    return jobs.submit(
        actor=actor, kind=kind, label=photo.filename, subject_id=photo.pk, options=wanted, priority=PRIORITY
    )


def start_card(*, actor: User, photo: Photo, style: str) -> Job:
    """A job that makes a small picture of the photo in ``style``, beside others that do the same; one that was begun
    and not waited for is gone on with."""
    refuse_binned(actor, photo)
    wanted = choices.cleaned("painterly", {"style": style, "strength": CARD_STRENGTH})
    begun = Job.objects.visible_to(actor).about(photo.pk).filter(kind=CARD, options=wanted)  # type: ignore[attr-defined]
    if (same := begun.exclude(state__in=(State.FAILED, State.CANCELLED)).first()) is not None:
        return same
    return jobs.submit(
        actor=actor, kind=CARD, label=photo.filename, subject_id=photo.pk, options=wanted, priority=PRIORITY - 1
    )


def wait_for_preview(*, actor: User, job_id: uuid.UUID, seconds: float = WAIT_SECONDS) -> Preview | None:
    """The finished look, whose job is forgotten at once; None when it takes longer than ``seconds``.

    QualityIssue (422) says why the photo cannot be used, Conflict that a newer preview took its place.
    """
    until = time.monotonic() + seconds
    while (job := Job.objects.visible_to(actor).filter(pk=job_id).first()) is not None:  # type: ignore[attr-defined]
        if job.state in ENDS:
            return _ended(actor, job)
        if time.monotonic() > until:
            return None
        time.sleep(LOOK_SECONDS)
    raise Conflict("A newer preview took the place of this one.", suggestion="Look at the newer one.", code="outdated")


def forget_old_previews() -> int:
    """Those whose person did not wait; called by the reconciler. Returns how many."""
    old = list(
        Job.objects.filter(kind__in=ALL_KINDS, created_at__lt=timezone.now() - KEPT).select_related("owner")[:500]
    )
    for job in old:
        with suppress(NotFound):
            jobs.delete(actor=job.owner, job_id=job.pk)
    return len(old)


def _ended(actor: User, job: Job) -> Preview:
    try:
        if job.state == State.COMPLETED:
            return Preview(_bytes_of(job), job.result)
        if job.error_type == QualityIssue.family:
            extra: dict[str, Any] = {"details": presenting.show(job).description.details}
            raise QualityIssue(job.message, code=job.error_code, suggestion=job.suggestion, extra=extra)
        raise ServerError(job.message or None)
    finally:
        jobs.delete(actor=actor, job_id=job.pk)


def _bytes_of(job: Job) -> bytes:
    file = JobFile.objects.get(job=job, name=PICTURE)
    with default_storage.open(file.key, "rb") as stream:
        return stream.read()
