"""What a person does with their artworks: find, name, say whose eye it is, offer, delete."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from artworks import consequences
from artworks.actions import offering, sharing
from artworks.models import Artwork, ArtworkFile, HandMask
from artworks.querysets import ArtworkQuerySet, HandMaskQuerySet
from circles.actions import standing
from circles.models import OptIn, User
from photos.models import Photo
from processing import files, jobs
from processing.deadlocks import again_after_deadlock
from processing.errors import Conflict, NotFound, Refused
from processing.imaging import headers
from processing.imaging.errors import ImageRefused
from processing.imaging.types import Format
from processing.models import FileDeletion, Job

# A mask is entered for deletion before it is written, and struck off with its row.
GRACE: Final = timedelta(hours=1)
MASKS_KEPT: Final = timedelta(days=1)
MASK_BYTES_MOST: Final = 2 * 1024 * 1024
EDITABLE: Final = frozenset({"title", "caption", "is_consent_ready"})
IRIS_JOBS: Final = ("iris", "preview")


def find_artwork(*, actor: User, artwork_id: uuid.UUID) -> Artwork:
    """One's own artwork; NotFound for other people's as for none."""
    mine = Artwork.objects.owned_by(actor).select_related("photo", "job").prefetch_related("files")
    found = mine.filter(pk=artwork_id).first()
    if found is None:
        raise NotFound()
    return found


def see_artwork(*, actor: User, artwork_id: uuid.UUID) -> Artwork:
    """An artwork this person may see, with ``is_own`` and ``is_given`` (see ``with_given``); else NotFound."""
    seen = Artwork.objects.visible_to(actor).with_given(actor).select_related("photo", "job", "owner")
    found = seen.prefetch_related("files").filter(pk=artwork_id).first()
    if found is None:
        raise NotFound()
    return found


def edit_artwork(*, actor: User, artwork_id: uuid.UUID, changes: Mapping[str, Any]) -> Artwork:
    """Set any of EDITABLE. Whose eye it is must be said before others may ask for it (Conflict)."""
    fields = {name: value for name, value in changes.items() if name in EDITABLE}
    artwork = find_artwork(actor=actor, artwork_id=artwork_id)
    if fields.get("is_consent_ready") and not artwork.whose:
        raise Conflict(
            "Nobody has said yet whose eye this is.",
            suggestion="Answer that first, then offer the artwork to others.",
            code="subject_unknown",
        )
    is_offered = fields.pop("is_consent_ready", None)
    mine = Artwork.objects.editable_by(actor).filter(pk=artwork_id)
    with transaction.atomic():
        standing.hold_people(actor.pk)
        if fields:
            mine.update(**fields)
        if is_offered is not None:
            offering.change_offer(mine, is_offered=is_offered)
    return find_artwork(actor=actor, artwork_id=artwork_id)


def answer_whose_eye(*, actor: User, artwork_id: uuid.UUID, whose: str, email: str = "") -> Artwork:
    """Say once whose eye it is, for every artwork of the same photo.

    ``email`` names another member. Whether somebody here has that address is not told.
    """
    artwork = find_artwork(actor=actor, artwork_id=artwork_id)
    _check_member(actor, whose, email)
    member = User.objects.filter(email=email.lower(), is_active=True).first() if email else None
    answer = {"whose": whose, "subject": member, "subject_email": email.lower(), "whose_answered_at": timezone.now()}
    if whose == Artwork.Whose.ME:
        answer["subject"] = actor
    mine = Artwork.objects.editable_by(actor)
    same = mine.of_photo(artwork.photo_id) if artwork.photo_id else mine.filter(pk=artwork.pk)
    _say_whose(same, answer)
    return find_artwork(actor=actor, artwork_id=artwork_id)


def _say_whose(artworks: ArtworkQuerySet, answer: dict[str, Any]) -> None:
    """Who must agree besides the owner changes only when it shows another member now, or no longer does."""
    with transaction.atomic():
        _hold_people(artworks)
        photos = [pk for pk in artworks.values_list("photo", flat=True).distinct() if pk]
        # Whoever shares this photo now waits for the answer, or is found by it.
        list(Photo.objects.filter(pk__in=photos).select_for_update(no_key=True).values_list("pk"))
        locked = artworks.select_for_update(of=("self",)).order_by("pk")
        before = {artwork.pk: artwork.other_subject_id for artwork in locked}
        artworks.update(**answer)
        if answer["whose"] == Artwork.Whose.MEMBER:
            sharing.forget_artworks(list(before))
            sharing.forget_photos(photos)
        now = Artwork.objects.chosen(before)
        consequences.subject_changed.happen([each.pk for each in now if each.other_subject_id != before[each.pk]])


@again_after_deadlock
def delete_artwork(*, actor: User, artwork_id: uuid.UUID) -> None:
    """For good: the row and its files. Those made from it stay, and its photo too."""
    found = Artwork.objects.editable_by(actor).filter(pk=artwork_id)
    with transaction.atomic():
        _hold_people(found)
        if not _remove(found, reason="artwork deleted"):
            raise NotFound()


def store_mask(*, actor: User, artwork: Artwork, content: bytes) -> HandMask:
    """A mask in the storage, its row not saved yet; Refused when it is no PNG as large as the upright photo, or as the
    artwork where that has no photo.

    Its file goes by itself unless ``keep_mask`` follows.
    """
    _check_mask(artwork.photo or artwork, content)
    mask = HandMask(owner=actor, photo=artwork.photo, byte_size=len(content))
    mask.key = f"masks/{mask.pk}.png"
    FileDeletion.objects.create(key=mask.key, reason="mask not kept", not_before=timezone.now() + GRACE)
    default_storage.save(mask.key, ContentFile(content))
    return mask


def keep_mask(mask: HandMask) -> None:
    """Part of the caller's transaction."""
    mask.save(force_insert=True)
    FileDeletion.objects.filter(key=mask.key).delete()


def forget_irises(user: User, purpose: str) -> None:
    """The opt-in was taken back: artworks, masks, jobs with their outlines, and every file of theirs go."""
    if purpose != OptIn.Purpose.IRIS:
        return
    reason = "opted out"
    _remove(Artwork.objects.filter(owner=user, kind=Artwork.Kind.IRIS), reason=reason)
    _remove_masks(HandMask.objects.filter(owner=user), reason=reason)
    jobs.delete_kinds(owner=user, kinds=IRIS_JOBS)


def forget_owner(user: User) -> None:
    """All artworks of an account that is being deleted."""
    _remove(Artwork.objects.filter(owner=user), reason="account deleted")
    _remove_masks(HandMask.objects.filter(owner=user), reason="account deleted")


def forget_masks_of(photo_ids: Iterable[uuid.UUID]) -> None:
    """Photos go for good: masks brushed on them go along. Artworks stay: they are pieces of their own."""
    _remove_masks(HandMask.objects.filter(photo__in=list(photo_ids)), reason="photo purged")


def sweep_masks() -> int:
    """Delete masks that neither a job nor an artwork names any more; called by the reconciler. Returns how many."""
    old = HandMask.objects.filter(created_at__lt=timezone.now() - MASKS_KEPT)
    of_photos = Q(photo=OuterRef("photo")), Q(subject_id=OuterRef("photo"))
    return _sweep(old.exclude(photo=None), *of_photos) + forget_loose_masks(old)


def forget_loose_masks(masks: HandMaskQuerySet) -> int:
    """Those of ``masks`` that were brushed on no photo, and that neither a job nor an artwork names any more."""
    owners = Q(photo=None, owner=OuterRef("owner")), Q(subject_id=None, owner=OuterRef("owner"))
    return _sweep(masks.filter(photo=None), *owners)


def _sweep(masks: HandMaskQuerySet, artworks: Q, jobs_of: Q) -> int:
    named = {"mask": OuterRef("name")}
    makers = Artwork.objects.alias(mask=KT("options__mask")).filter(artworks, **named)
    users = Job.objects.alias(mask=KT("options__mask")).filter(jobs_of, **named)
    unused = masks.annotate(name=Cast("pk", CharField())).exclude(Exists(makers) | Exists(users))
    with transaction.atomic():
        doomed = list(unused.values_list("pk", flat=True))
        _remove_masks(HandMask.objects.filter(pk__in=doomed), reason="mask not used")
    return len(doomed)


def _hold_people(artworks: ArtworkQuerySet) -> None:
    """Whose they are, whom they show and who will be told, before the artworks: an account that ends would wait for
    us, and we for it."""
    rows = list(artworks.values_list("pk", "owner", "subject"))
    people = {person for _, *pair in rows for person in pair}
    consequences.going.happen([pk for pk, *_ in rows], people)
    standing.hold_people(*people)


def _remove(artworks: ArtworkQuerySet, *, reason: str) -> int:
    with transaction.atomic():
        doomed = list(artworks.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        sharing.forget_artworks(doomed)
        keys = list(ArtworkFile.objects.filter(artwork__in=doomed).values_list("key", flat=True))
        consequences.artworks_deleting.happen(doomed)
        Artwork.objects.chosen(doomed).delete()
        files.delete_later(keys, reason=reason)
    return len(doomed)


def _remove_masks(masks: Any, *, reason: str) -> None:
    keys = list(masks.values_list("key", flat=True))
    masks.delete()
    files.delete_later(keys, reason=reason)


def _check_member(actor: User, whose: str, email: str) -> None:
    is_member = whose == Artwork.Whose.MEMBER
    if is_member and not email:
        raise Refused(fields={"email": ["Name the member by their address."]})
    if email and not is_member:
        raise Refused(fields={"email": ["Only for another member."]})
    if is_member and email.lower() == actor.email.lower():
        raise Refused(fields={"email": ["That is you: choose “me”."]})


def _check_mask(photo: Photo | Artwork, content: bytes) -> None:
    if len(content) > MASK_BYTES_MOST:
        raise Refused("The mask is larger than 2 MB.", code="too_large", suggestion="Send a PNG without colours.")
    try:
        header = headers.read(BytesIO(content))
    except ImageRefused as error:
        raise Refused("The mask is not a PNG.", suggestion="Send the bytes of a PNG.") from error
    if header.format != Format.PNG:
        raise Refused("The mask is not a PNG.", suggestion="Send the bytes of a PNG.")
    if (header.width, header.height) != (photo.width, photo.height):
        raise Refused(
            f"The mask is {header.width} × {header.height} pixels, the photo {photo.width} × {photo.height}.",
            suggestion="Send a mask as large as the upright photo.",
        )
