"""How a fusion ends before or after it was made: cancelled, refused, withdrawn, deleted; nothing of it stays."""

import uuid
from collections.abc import Iterable
from functools import partial
from typing import Final

from django.db import transaction
from django.utils import timezone

from circles import feed
from circles.models import Circle, FeedItem, User
from fusion.models import FusionArtwork, FusionFile
from fusion.states import UNFINISHED, WITHDRAWABLE, State
from processing import ending, files, push
from processing.errors import Cancelled, Conflict, NotFound
from processing.models import Job
from processing.states import ENDS

GONE: Final = "A permission this was made with is no longer there."
REFUSED: Final = "Somebody who was asked does not want their picture in this."
CHANGED: Final = "fusion_changed"


def cancel_fusion(*, actor: User, fusion_id: uuid.UUID) -> FusionArtwork:
    """Stop waiting or making; twice is fine. Conflict when it has ended otherwise."""
    with transaction.atomic():
        fusion = lock_own(actor, fusion_id)
        if fusion.state in UNFINISHED:
            close(fusion, State.CANCELLED, "It was cancelled.", code="cancelled")
        elif fusion.state != State.CANCELLED:
            raise Conflict("This has ended already.", suggestion="Delete it, or make it again.")
    return fusion


def delete_fusion(*, actor: User, fusion_id: uuid.UUID) -> None:
    """For good, with its files and what the feed says of it. What was made from it stays: it is a piece of its own."""
    with transaction.atomic():
        fusion = lock_own(actor, fusion_id)
        forget(fusion, reason="fusion deleted")


def withdraw(
    consent_ids: Iterable[uuid.UUID], *, creator: User | None = None, artwork_ids: Iterable[uuid.UUID] = ()
) -> None:
    """Permissions are gone: everything that stands on one of them ends now, in the caller's transaction.

    Only what this ``creator`` made, or stands on them for one of these artworks, when they are named.
    """
    relying = FusionArtwork.objects.relying_on(consent_ids, artwork_ids).filter(state__in=WITHDRAWABLE)
    relying = relying.editable_by(creator) if creator else relying
    for fusion in relying.select_for_update(no_key=True).order_by("pk"):
        close(fusion, State.WITHDRAWN, GONE, code="permission_gone")


def forget_creator(user: User) -> None:
    """All fusions of an account that is being deleted."""
    for fusion in FusionArtwork.objects.editable_by(user).select_for_update(of=("self",)).order_by("pk"):
        forget(fusion, reason="account deleted")


def leave_circle(circle: Circle, user: User) -> None:
    """Whoever leaves takes along what they published; for themselves it stays."""
    mine = FusionArtwork.objects.editable_by(user).filter(circle=circle)
    for fusion in mine.select_for_update(of=("self",)).order_by("pk"):
        _leave_feed(fusion)
    mine.update(circle=None)


def unpublish(fusion_id: uuid.UUID) -> None:
    """Those who run the server decided so: it leaves its circle, and its creator keeps it. Part of the caller's
    transaction; twice is fine."""
    there = FusionArtwork.objects.filter(pk=fusion_id, circle__isnull=False)
    for fusion in there.select_for_update(of=("self",), no_key=True):
        _leave_feed(fusion)
        tell(fusion)
    there.update(circle=None)


def close(fusion: FusionArtwork, to: State, message: str, *, code: str) -> None:
    """End a fusion whose row is locked: files, feed items and the job go with it."""
    keys = list(FusionFile.objects.filter(fusion=fusion).values_list("key", flat=True))
    FusionFile.objects.filter(fusion=fusion).delete()
    files.delete_later(keys, reason=str(to))
    _leave_feed(fusion)
    fusion.move((State(fusion.state),), to, message=message, error_code=code, ended_at=timezone.now())
    _stop_job(fusion, message)
    tell(fusion)


def forget(fusion: FusionArtwork, *, reason: str) -> None:
    """The row itself, locked by the caller, with everything it has."""
    _stop_job(fusion, "It was deleted.")
    keys = list(FusionFile.objects.filter(fusion=fusion).values_list("key", flat=True))
    _leave_feed(fusion)
    fusion.delete()
    files.delete_later(keys, reason=reason)


def tell(fusion: FusionArtwork) -> None:
    """After the commit, its creator's open pages hear that something changed; no more than that."""
    message = {"type": CHANGED, "fusion_id": fusion.pk, "status": fusion.status}
    transaction.on_commit(partial(push.to_person, fusion.creator_id, message), robust=True)


def lock_own(actor: User, fusion_id: uuid.UUID) -> FusionArtwork:
    mine = FusionArtwork.objects.editable_by(actor).filter(pk=fusion_id)
    found = mine.select_for_update().first()
    if found is None:
        raise NotFound()
    return found


def _stop_job(fusion: FusionArtwork, message: str) -> None:
    # Read anew: whoever waited for the fusion's lock may hold a picture of before its job.
    job = Job.objects.filter(pk=fusion.job_id).first() if fusion.job_id else None
    if job is not None and job.state not in ENDS:
        ending.end(job, Cancelled(message))


def _leave_feed(fusion: FusionArtwork) -> None:
    gone, _ = FeedItem.objects.filter(subject_id=fusion.pk).delete()
    if gone and fusion.circle_id:
        feed.tell(fusion.circle_id, CHANGED)
