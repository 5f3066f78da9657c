"""What the reconciler does for the library: give up old uploads, empty bins, start missing pictures."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from photos.actions.library import purge_expired
from photos.models import Upload
from photos.uploads.contract import backend

# As long as a client may still ask how its upload ended.
REMEMBERED: Final = timedelta(days=7)


def sweep_uploads() -> int:
    """Give up expired uploads and remove received bytes that belong to no open upload; returns how many it removed.

    Uploads that ended a week ago are forgotten.
    """
    now = timezone.now()
    Upload.objects.expired(now).update(state=Upload.State.ABORTED)
    Upload.objects.ended_before(now - REMEMBERED).delete()
    storage = backend()
    removed = 0
    for upload_id, remote_id in list(storage.leftovers()):
        if not Upload.objects.open().filter(pk=upload_id).exists():
            storage.discard(upload_id, remote_id)
            removed += 1
    return removed


def sweep_bins() -> int:
    """Purge what has lain in a bin for BIN_DAYS."""
    return purge_expired()
