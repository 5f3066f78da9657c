"""What was made from addresses is kept for a while only: its files, its job, and what was sent about it."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models.fields.json import KT
from django.utils import timezone

from artworks.actions.keeping import delete_artwork, forget_loose_masks
from artworks.models import Artwork, ArtworkFile, HandMask
from facades.actions.rendering import KIND, forget
from facades.webhooks import KIND as WEBHOOK
from processing import files, jobs
from processing.imaging.facade import names
from processing.models import Job

AT_ONCE: Final = 200


def forget_old_renders() -> int:
    """Delete renders of photos from elsewhere after RENDER_RETENTION_HOURS; called by the reconciler.

    What was made of a photo of the library is an artwork and stays; a texture that came from an address goes from it,
    and is asked for again when its wall is corrected. Returns how many jobs, artworks and textures went.
    """
    before = timezone.now() - timedelta(hours=settings.RENDER_RETENTION_HOURS)
    ended = Job.objects.filter(finished_at__lt=before).select_related("owner")
    renders = list(ended.filter(kind=KIND, subject_id=None)[:AT_ONCE])
    messages = list(ended.filter(kind=WEBHOOK)[:AT_ONCE])
    for job in renders:
        forget(job)
    for job in messages:
        jobs.delete(actor=job.owner, job_id=job.pk)
    # Somebody may have cleared their list of jobs meanwhile.
    alone = Artwork.objects.alias(url=KT("options__image_url")).filter(kind=KIND, created_at__lt=before, url__gt="")
    left = list(alone.select_related("owner")[:AT_ONCE])
    for artwork in left:
        delete_artwork(actor=artwork.owner, artwork_id=artwork.pk)
        forget_loose_masks(HandMask.objects.visible_to(artwork.owner))
    return len(renders) + len(messages) + len(left) + _forget_textures(before)


@transaction.atomic
def _forget_textures(before: datetime) -> int:
    """Those kept beside photos of the library."""
    kept = ArtworkFile.objects.filter(name=names.TEXTURE, artwork__kind=KIND, artwork__created_at__lt=before)
    old = dict(kept.order_by("pk").values_list("pk", "key")[:AT_ONCE])
    files.delete_later(old.values(), reason="texture of a render")
    return ArtworkFile.objects.filter(pk__in=old).delete()[0]
