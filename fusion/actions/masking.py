"""Masks brushed by hand onto somebody's artwork, for one's own fusions."""

import uuid
from datetime import timedelta
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from artworks.actions.keeping import GRACE, MASK_BYTES_MOST
from artworks.models import Artwork
from circles.models import User
from fusion.models import FusionArtwork, FusionMask
from processing import files
from processing.errors import NotFound, Refused
from processing.imaging import headers
from processing.imaging.errors import ImageRefused
from processing.imaging.types import Format
from processing.models import FileDeletion

KEPT: Final = timedelta(days=1)
SIDE_MOST: Final = 2048
SHAPE_DIFFERENCE: Final = 0.02


def keep_mask(*, actor: User, artwork_id: uuid.UUID, content: bytes) -> FusionMask:
    """Store it for fusions of this artwork; NotFound for an artwork this person does not see, Refused for no mask of
    its shape."""
    artwork = Artwork.objects.visible_to(actor).filter(pk=artwork_id).first()
    if artwork is None:
        raise NotFound()
    _check(artwork, content)
    mask = FusionMask(owner=actor, artwork=artwork, byte_size=len(content))
    mask.key = f"fusion-masks/{mask.pk}.png"
    # Entered for deletion before it is written, and struck off with its row: a crash in between leaves no orphan.
    FileDeletion.objects.create(key=mask.key, reason="mask not kept", not_before=timezone.now() + GRACE)
    default_storage.save(mask.key, ContentFile(content))
    with transaction.atomic():
        mask.save(force_insert=True)
        FileDeletion.objects.filter(key=mask.key).delete()
    return mask


def sweep_masks() -> int:
    """Delete masks whose artwork is gone, and old ones no fusion names; called by the reconciler. Returns how many."""
    old = FusionMask.objects.filter(Q(artwork=None) | Q(created_at__lt=timezone.now() - KEPT))
    with transaction.atomic():
        doomed = [mask for mask in old.select_for_update() if mask.artwork_id is None or not _is_named(mask)]
        FusionMask.objects.filter(pk__in=[mask.pk for mask in doomed]).delete()
        files.delete_later([mask.key for mask in doomed], reason="mask not used")
    return len(doomed)


def forget_masks(user: User) -> None:
    """Of an account that is being deleted."""
    mine = FusionMask.objects.filter(owner=user)
    files.delete_later(list(mine.values_list("key", flat=True)), reason="account deleted")
    mine.delete()


def _is_named(mask: FusionMask) -> bool:
    named = FusionArtwork.objects.filter(creator=mask.owner_id, options__parts__contains=[{"mask": str(mask.pk)}])
    return named.exists()


def _check(artwork: Artwork, content: bytes) -> None:
    if len(content) > MASK_BYTES_MOST:
        raise Refused("The mask is larger than 2 MB.", code="too_large", suggestion="Send a PNG without colours.")
    try:
        header = headers.read(BytesIO(content))
    except ImageRefused as error:
        raise Refused("The mask is not a PNG.", suggestion="Send the bytes of a PNG.") from error
    if header.format != Format.PNG:
        raise Refused("The mask is not a PNG.", suggestion="Send the bytes of a PNG.")
    ratio = header.width / header.height * artwork.height / artwork.width
    if max(header.width, header.height) > SIDE_MOST or abs(ratio - 1) > SHAPE_DIFFERENCE:
        raise Refused(
            f"The mask is {header.width} × {header.height} pixels, the artwork {artwork.width} × {artwork.height}.",
            suggestion=f"Send one of the same shape, at most {SIDE_MOST} pixels a side.",
        )
