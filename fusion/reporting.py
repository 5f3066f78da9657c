"""Fusions as those who run the server hear of them: found by members of the circle, taken out of it."""

import uuid
from collections.abc import Iterable

from artworks.models import Artwork
from circles.actions import reports
from circles.models import Report, User
from circles.reporting import Reported
from fusion.actions import ending
from fusion.models import FusionArtwork


def reported(user: User, fusion_id: uuid.UUID) -> Reported | None:
    """A fusion as a report tells of it; None for what was not published to a circle this person is in."""
    fusion = FusionArtwork.objects.published_to(user).select_related("creator", "circle").filter(pk=fusion_id).first()
    if fusion is None or fusion.circle is None:
        return None
    parts = fusion.parts.values_list("part_id", flat=True)  # type: ignore[attr-defined]
    return Reported(fusion.creator, fusion.circle, str(fusion), name_of(user=fusion.creator, artwork_ids=parts))


def take_out(report: Report) -> None:
    """Part of the caller's transaction; twice is fine."""
    ending.unpublish(report.subject_id)


def refuse_taken_out(fusion: FusionArtwork, artworks: Iterable[Artwork]) -> None:
    """TakenOutBefore when staff took what these make out of the fusion's circle: it is not published there again."""
    if fusion.circle is not None:
        name = name_of(user=fusion.creator, artwork_ids=[artwork.pk for artwork in artworks])
        reports.refuse_taken_out(fusion.circle, [name])


def name_of(*, user: User, artwork_ids: Iterable[uuid.UUID]) -> str:
    """The same for everything this person makes of the same artworks, however they arrange it."""
    pictures = uuid.uuid5(uuid.NAMESPACE_OID, " ".join(sorted(map(str, artwork_ids))))
    return f"fusion:{user.pk}:{pictures}"
