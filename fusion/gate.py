"""Whether a fusion may use what it is made of: the only place here that asks ``consent.policy``.

Asked when a fusion is handed in, when its last consent arrives, when its job is claimed, and inside the transaction
that publishes it. Locks are taken in the house's order: consents first, then the fusion, then its job.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

from artworks.models import Artwork
from circles.actions.opt_ins import require_opt_in
from circles.models import OptIn, User
from consent import policy
from consent.policy import Missing, Permission, Purpose
from fusion.models import FusionArtwork, FusionPermission
from processing.errors import Conflict

OVER: Final = frozenset({"refused", "withdrawn", "expired", "absent"})
"""States of a word that a waiting fusion does not outlive; "absent": its question has ended."""


class SourceGone(Conflict):
    code = "source_gone"
    detail = "One of the pictures this was made of is gone."
    suggestion = "Start a new one from pictures that are still there."


def artworks_of(fusion: FusionArtwork) -> list[Artwork]:
    """Every artwork in it, also inside fusions it was made of; SourceGone when one was deleted."""
    parts = list(fusion.parts.select_related("artwork__owner", "artwork__subject"))  # type: ignore[attr-defined]
    found = [part.artwork for part in parts if part.artwork is not None]
    if len(found) < len(parts):
        raise SourceGone()
    return found


def missing(fusion: FusionArtwork, artworks: Sequence[Artwork]) -> list[Missing]:
    """Whose word is not there for this fusion; nothing is written."""
    return policy.missing(
        requester=fusion.creator,
        artworks=artworks,
        purpose=Purpose(fusion.fusion_type),
        circle=fusion.circle,
        work=fusion.pk,
    )


def require(fusion: FusionArtwork, artworks: Sequence[Artwork]) -> list[Permission]:
    """The permissions to remember; ConsentRequired when one is not there."""
    return policy.require(
        requester=fusion.creator,
        artworks=artworks,
        purpose=Purpose(fusion.fusion_type),
        circle=fusion.circle,
        work=fusion.pk,
    )


def require_word(actor: User, artworks: Iterable[Artwork], *, is_publishing: bool = False) -> None:
    """OptInRequired: whoever makes something of irises has agreed to iris work."""
    if any(artwork.kind == Artwork.Kind.IRIS for artwork in artworks):
        require_opt_in(actor=actor, purpose=OptIn.Purpose.IRIS, is_publishing=is_publishing)


def hold(fusion: FusionArtwork) -> None:
    """Every permission is as it was when this fusion was started, and stays so until the caller's commit.

    Raises PermissionGone, OptInRequired, SourceGone.
    """
    policy.hold(permissions=remembered(fusion), requester=fusion.creator, circle=fusion.circle)
    require_word(fusion.creator, artworks_of(fusion), is_publishing=True)


def remembered(fusion: FusionArtwork) -> list[Permission]:
    rows = fusion.permissions.all()  # type: ignore[attr-defined]
    return [Permission(row.consent_id, row.epoch, row.artwork_id) for row in rows]


def remember(fusion: FusionArtwork, permissions: Iterable[Permission]) -> None:
    """Part of the caller's transaction; what is remembered already keeps its epoch."""
    FusionPermission.objects.bulk_create(
        [FusionPermission(fusion=fusion, **asdict(permission)) for permission in permissions],
        ignore_conflicts=True,
    )


def is_as_remembered(fusion: FusionArtwork, permissions: Iterable[Permission]) -> bool:
    """False when a permission this fusion waited with has been taken back since, given again or not."""
    epochs = {permission.consent_id: permission.epoch for permission in permissions}
    return all(epochs.get(each.consent_id, each.epoch) == each.epoch for each in remembered(fusion))
