"""What a person does with photos: edit, bin, restore, purge, mark, refer to."""

import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from circles.models import User
from photos.consequences import photos_purging
from photos.errors import NotReady
from photos.models import Original, Photo, Rendition, Upload
from photos.querysets import PhotoQuerySet, first_of_month
from photos.uploads.contract import backend
from processing import files, jobs
from processing.errors import Conflict, NotFound
from processing.models import Job
from processing.states import ENDS

BULK_MOST: Final = 500
EDITABLE: Final = frozenset({"title", "caption", "is_favourite", "place", "latitude", "longitude"})
_PLACE: Final = frozenset({"place", "latitude", "longitude"})


def find_photo(*, actor: User, photo_id: uuid.UUID) -> Photo:
    """One's own photo, in the library or in the bin; NotFound for other people's as for none."""
    photo = Photo.objects.owned_by(actor).select_related("original").filter(pk=photo_id).first()
    if photo is None:
        raise NotFound()
    return photo


def see_photo(*, actor: User, photo_id: uuid.UUID) -> Photo:
    """A photo this person may see, with ``is_own`` and ``is_given`` (see ``with_given``); else NotFound."""
    photos = Photo.objects.visible_to(actor).with_given(actor).select_related("original", "owner")
    photo = photos.filter(pk=photo_id).first()
    if photo is None:
        raise NotFound()
    return photo


def find_original(*, actor: User, photo_id: uuid.UUID) -> Photo:
    """A photo whose original this person may have: their own, or given to them by its owner; else NotFound."""
    photo = see_photo(actor=actor, photo_id=photo_id)
    if not (photo.is_own or photo.is_given):  # type: ignore[attr-defined]
        raise NotFound()
    return photo


def edit_photo(*, actor: User, photo_id: uuid.UUID, changes: Mapping[str, Any]) -> Photo:
    """Set any of EDITABLE and ``taken_at`` (aware; its wall time orders the timeline). NotFound when not one's own."""
    fields = {name: value for name, value in changes.items() if name in EDITABLE}
    if "taken_at" in changes:
        fields |= _dated(changes["taken_at"])
    if _PLACE & fields.keys():
        fields["is_place_edited"] = True
    if fields and not Photo.objects.editable_by(actor).filter(pk=photo_id).update(**fields):
        raise NotFound()
    return find_photo(actor=actor, photo_id=photo_id)


def _dated(taken_at: datetime) -> dict[str, Any]:
    """The instant is kept as it is; the timeline shows the hands of the clock on the wall where it was taken."""
    wall = taken_at.replace(tzinfo=timezone.get_default_timezone())
    return {"taken_at": taken_at, "sort_at": wall, "month": first_of_month(wall), "is_date_edited": True}


def _change(photos: PhotoQuerySet, **values: Any) -> list[uuid.UUID]:
    """Update and return the ids that really changed; locked in id order so that two bulk actions cannot deadlock."""
    with transaction.atomic():
        found = list(photos.select_for_update().order_by("pk").values_list("pk", flat=True))
        Photo.objects.filter(pk__in=found).update(**values)
    return found


def bin_photos(*, actor: User, ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Put photos into the bin; returns those that were not there yet."""
    return _change(Photo.objects.editable_by(actor).chosen(ids).in_library(), deleted_at=timezone.now())


def restore_photos(*, actor: User, ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Take photos out of the bin; returns those that were in it."""
    return _change(Photo.objects.editable_by(actor).chosen(ids).in_bin(), deleted_at=None)


def mark_photos(*, actor: User, ids: Iterable[uuid.UUID], is_favourite: bool) -> list[uuid.UUID]:
    photos = Photo.objects.editable_by(actor).chosen(ids).filter(is_favourite=not is_favourite)
    return _change(photos, is_favourite=is_favourite)


def purge_photos(*, actor: User, ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Remove photos for good; only those that lie in the bin. Returns what is gone."""
    return _purge(Photo.objects.editable_by(actor).chosen(ids).in_bin())


def purge_expired(*, now: datetime | None = None) -> int:
    """What has lain in the bin for BIN_DAYS goes for good; called by the reconciler."""
    limit = (now or timezone.now()) - timedelta(days=settings.BIN_DAYS)
    return len(_purge(Photo.objects.binned_before(limit).order_by("deleted_at")[:BULK_MOST]))


def _purge(photos: PhotoQuerySet) -> list[uuid.UUID]:
    """Rows go now, files by FileDeletion. The originals' locks serialise photos that share bytes."""
    ids = list(photos.values_list("pk", flat=True))
    with transaction.atomic():
        originals = list(Original.objects.filter(photos__in=ids).order_by("pk").values_list("pk", flat=True))
        list(Original.objects.filter(pk__in=originals).order_by("pk").select_for_update())
        doomed = Photo.objects.in_bin().filter(pk__in=ids).select_for_update().order_by("pk")
        gone = list(doomed.values_list("pk", flat=True))
        renditions = list(Rendition.objects.filter(photo__in=gone).values_list("key", flat=True))
        photos_purging.happen(gone)
        Photo.objects.filter(pk__in=gone).delete()
        _release_originals(originals)
        release_keys(renditions, reason="photo purged")
    _cancel_jobs(gone)
    return gone


def _cancel_jobs(ids: list[uuid.UUID]) -> None:
    for job in Job.objects.filter(subject_id__in=ids).exclude(state__in=ENDS).select_related("owner"):
        with suppress(Conflict):  # it ended in the meantime
            jobs.cancel(actor=job.owner, job_id=job.pk)


def _release_originals(ids: list[uuid.UUID]) -> None:
    lone = Original.objects.filter(pk__in=ids).unreferenced()
    keys = list(lone.values_list("key", flat=True))
    lone.delete()
    files.delete_later(keys, reason="photo purged")


def release_keys(keys: Iterable[str], *, reason: str) -> None:
    """Enter derived files for deletion, but not those another photo of the same bytes still shows."""
    keys = set(keys)
    kept = set(Rendition.objects.filter(key__in=keys).values_list("key", flat=True))
    files.delete_later(sorted(keys - kept), reason=reason)


def refer_to_photo(*, actor: User, photo_id: uuid.UUID) -> Photo:
    """Another photo over the same stored bytes and pictures, with its own title, caption, date and bin."""
    with transaction.atomic():
        source = find_photo(actor=actor, photo_id=photo_id)
        Original.objects.select_for_update().get(pk=source.original_id)
        if source.state != Photo.State.READY or source.deleted_at is not None:
            raise NotReady("Only a finished photo in the library can be referred to.")
        renditions = list(source.renditions.all())
        source.pk = uuid.uuid4()
        source._state.adding = True
        source.save(force_insert=True)
        for rendition in renditions:
            rendition.pk, rendition.photo = None, source
        Rendition.objects.bulk_create(renditions)
    source.refresh_from_db()
    return source


def forget_owner(user: User) -> None:
    """All photos and uploads of an account that is being deleted: rows here, files by FileDeletion."""
    originals = list(Original.objects.filter(owner=user).values_list("key", flat=True))
    renditions = list(Rendition.objects.filter(photo__owner=user).values_list("key", flat=True))
    uploads = list(Upload.objects.visible_to(user).open().values_list("pk", "remote_id"))
    photos_purging.happen(list(Photo.objects.filter(owner=user).values_list("pk", flat=True)))
    Photo.objects.filter(owner=user).delete()
    Original.objects.filter(owner=user).delete()
    Upload.objects.visible_to(user).delete()
    files.delete_later([*originals, *sorted(set(renditions))], reason="account deleted")
    for upload_id, remote_id in uploads:
        transaction.on_commit(partial(backend().discard, upload_id, remote_id), robust=True)
