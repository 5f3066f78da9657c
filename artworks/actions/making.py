"""Starting what makes artworks: a new one, one made again, one with outlines or a mask corrected by hand."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from artworks import options as choices
from artworks.actions.keeping import find_artwork, keep_mask, store_mask
from artworks.models import Artwork, HandMask
from artworks.versions import version_of
from circles.actions.opt_ins import require_opt_in
from circles.models import OptIn, User
from photos.models import Photo
from processing import jobs
from processing.errors import Conflict, NotFound, Refused
from processing.imaging.facade.names import ORIGINAL
from processing.models import Job

# Not options of the pixels: who the new artwork descends from.
PARENT: Final = "parent"
# Where the photo lies that is in nobody's library.
ADDRESS: Final = "image_url"
# Kinds whose mask people correct by hand.
MASKED: Final = frozenset({"iris", "render"})
BIOMETRIC: Final = frozenset({"iris", "preview"})


def make_artwork(
    *, actor: User, photo: Photo, kind: str, options: Mapping[str, Any], priority: int = 0, **submission: Any
) -> Job:
    """A job that makes an artwork of one's own photo. ``submission`` is for ``jobs.submit``.

    What was made before from the same photo, with the same options, by the same engines is not made again: the job
    is then done from the beginning, and leads to that artwork. One already under way is answered as it is.
    Raises OptInRequired, Refused (options), NotFound, Conflict (in the bin), QueueFull.
    """
    require_word(actor, kind)
    refuse_binned(actor, photo)
    wanted = choices.cleaned(kind, options)
    require_mask(actor, photo, wanted)
    ready = _made_before(photo, kind, wanted)
    if ready is not None:
        submission["result"] = {"artwork_id": str(ready.pk), "is_repeated": True}
    return _start(actor, photo, kind, wanted, priority=priority, **submission)


def reprocess_artwork(*, actor: User, artwork_id: uuid.UUID, changes: Mapping[str, Any], **submission: Any) -> Job:
    """The same photo with ``changes`` laid over the artwork's options: always a new run, whose artwork is linked."""
    artwork = find_artwork(actor=actor, artwork_id=artwork_id)
    require_word(actor, artwork.kind)
    photo = _photo_of(actor, artwork)
    wanted = choices.laid_over(artwork.kind, artwork.options, changes)
    require_mask(actor, photo, wanted)
    wanted[PARENT] = str(artwork.pk)
    if photo is None:
        wanted[ADDRESS] = artwork.options[ADDRESS]
        submission["label"] = artwork.job.label if artwork.job else str(artwork)
    return _start(actor, photo, artwork.kind, wanted, retry_of=artwork.job, **submission)


def correct_geometry(*, actor: User, artwork_id: uuid.UUID, changes: Mapping[str, Any], **submission: Any) -> Job:
    """Outlines moved by hand: those named in ``changes`` (as the API writes them) replace the ones that were found."""
    artwork = find_artwork(actor=actor, artwork_id=artwork_id)
    _require_iris(artwork)
    circles = {**(choices.shown_geometry(artwork.geometry) or {}), **changes}
    # The photo was good enough, or wanted anyway: what a person placed by hand is not judged once more.
    wanted = {"circles": circles, "mask": None, "use_anyway": True}
    return reprocess_artwork(actor=actor, artwork_id=artwork_id, changes=wanted, **submission)


def correct_mask(
    *, actor: User, artwork_id: uuid.UUID, content: bytes, follows: bool = False, **submission: Any
) -> Job:
    """A mask brushed by hand (the bytes of a PNG as large as the photo) instead of the one that was found.

    With ``follows`` what looks like the strokes on a facade, beside them, goes the same way.
    """
    artwork = find_artwork(actor=actor, artwork_id=artwork_id)
    if artwork.kind not in MASKED:
        raise Conflict("Only an iris or a facade has a mask.", suggestion="Choose one of those.")
    require_word(actor, artwork.kind)
    _photo_of(actor, artwork)
    mask = store_mask(actor=actor, artwork=artwork, content=content)
    with transaction.atomic():
        keep_mask(mask)
        wanted: dict[str, Any] = {"mask": str(mask.pk)}
        if artwork.kind == Artwork.Kind.IRIS:
            wanted |= {"circles": choices.shown_geometry(artwork.geometry), "use_anyway": True}
        else:
            wanted["mask_follows"] = str(artwork.pk) if follows else None
        return reprocess_artwork(actor=actor, artwork_id=artwork_id, changes=wanted, **submission)


def require_word(actor: User, kind: str) -> None:
    """OptInRequired when ``kind`` makes biometric data and this person has not agreed to that."""
    if kind in BIOMETRIC:
        require_opt_in(actor=actor, purpose=OptIn.Purpose.IRIS)


def refuse_binned(actor: User, photo: Photo) -> None:
    """NotFound for a photo that is not one's own, Conflict for one in the bin."""
    if photo.owner_id != actor.pk:
        raise NotFound()
    if photo.deleted_at is not None:
        raise Conflict("This photo lies in your bin.", suggestion="Restore it, then start again.", code="in_bin")


def require_mask(actor: User, photo: Photo | None, wanted: Mapping[str, Any]) -> None:
    """A mask named in options must be this photo's own; without a photo one that was brushed on none."""
    mask = wanted.get("mask")
    if mask and not HandMask.objects.visible_to(actor).filter(pk=mask, photo=photo).exists():
        raise Refused(fields={"options": {"mask": ["There is no such mask of this photo."]}})


def pixel_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a job that decide its pixels."""
    return {name: value for name, value in options.items() if name != PARENT}


def _start(actor: User, photo: Photo | None, kind: str, wanted: dict[str, Any], **submission: Any) -> Job:
    subject_id = photo.pk if photo else None
    running = Job.objects.visible_to(actor).about(subject_id).unfinished()  # type: ignore[attr-defined]
    same = running.filter(kind=kind, options=wanted).first()
    if same is not None and submission.get("idempotency_key") is None:
        return same
    submission.setdefault("label", photo.filename if photo else "")
    return jobs.submit(actor=actor, kind=kind, subject_id=subject_id, options=wanted, **submission)


def _made_before(photo: Photo, kind: str, wanted: dict[str, Any]) -> Artwork | None:
    same = Artwork.objects.of_photo(photo.pk).made_the_same_way(
        kind=kind, version=version_of(kind), options_hash=choices.hash_of(wanted)
    )
    return same.newest_first().first()


def _photo_of(actor: User, artwork: Artwork) -> Photo | None:
    """None for an artwork of a photo from elsewhere that it keeps itself."""
    photo = artwork.photo
    if photo is None and artwork.keeps(ORIGINAL) and ADDRESS in artwork.options:
        return None
    if photo is None:
        raise Conflict(
            "The photo of this artwork is gone.", suggestion="Upload it again and start anew.", code="photo_gone"
        )
    refuse_binned(actor, photo)
    return photo


def _require_iris(artwork: Artwork) -> None:
    if artwork.kind != Artwork.Kind.IRIS:
        raise Conflict("Only an iris has outlines and a mask.", suggestion="Choose an iris artwork.")
