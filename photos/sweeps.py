"""What the reconciler does for the library: give up old uploads, empty bins, start missing pictures."""

from django.utils import timezone

from photos.actions.library import purge_expired
from photos.models import Upload
from photos.uploads.contract import backend


def sweep_uploads() -> int:
    """Give up expired uploads and remove received bytes that belong to no open upload; returns how many it removed."""
    Upload.objects.expired(timezone.now()).update(state=Upload.State.ABORTED)
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
