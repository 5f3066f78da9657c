"""A quick look at a fusion while it is arranged: small, waited for, shown to nobody else, kept by nobody."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from django.utils import timezone

from artworks.actions.previewing import KEPT, PRIORITY
from circles.models import User
from fusion import gate, options
from fusion.sources import find_sources, parts_of
from processing import jobs
from processing.errors import NotFound
from processing.models import Job
from processing.states import State

KIND: Final = "fusion_preview"


def start_preview(*, actor: User, fusion_type: str, wanted: Mapping[str, Any]) -> Job:
    """A job that makes it, ahead of this person's others; their own looks that still wait are out of date and go.

    Whoever may see the pictures may look: nothing is asked of anybody, and nobody else ever sees it.
    """
    chosen = find_sources(actor=actor, ids=wanted["source_artwork_ids"])
    gate.require_word(actor, parts_of(chosen))
    values = options.cleaned(fusion_type, wanted["layout"], len(chosen), wanted.get("options", {}))
    asked = {
        "fusion_type": fusion_type,
        "layout": wanted["layout"],
        "blend_mode": wanted.get("blend_mode", ""),
        "sources": [str(one.pk) for one in chosen],
        "options": values,
    }
    outdated = Job.objects.visible_to(actor).filter(kind=KIND, state=State.PENDING)  # type: ignore[attr-defined]
    for job_id in outdated.values_list("pk", flat=True):
        with suppress(NotFound):
            jobs.delete(actor=actor, job_id=job_id)
    return jobs.submit(actor=actor, kind=KIND, label="A quick look", options=asked, priority=PRIORITY)


def forget_old_previews() -> int:
    """Those whose person did not wait; called by the reconciler. Returns how many."""
    old = list(Job.objects.filter(kind=KIND, created_at__lt=timezone.now() - KEPT).select_related("owner")[:500])
    for job in old:
        with suppress(NotFound):
            jobs.delete(actor=job.owner, job_id=job.pk)
    return len(old)
