"""Offering one's artworks: members of one's circles may ask to use them, and each time their owner decides."""

from artworks import consequences
from artworks.querysets import ArtworkQuerySet


def change_offer(artworks: ArtworkQuerySet, *, is_offered: bool) -> None:
    """Offer them, or take that back. Part of the caller's transaction, which holds their owner.

    Those of which nobody has said whose they are cannot be offered, and are left as they are.
    """
    held = artworks.select_for_update(of=("self",), no_key=True).order_by("pk")
    changing = held.exclude(whose="") if is_offered else held.filter(is_consent_ready=True)
    ids = list(changing.values_list("pk", flat=True))
    artworks.filter(pk__in=ids).update(is_consent_ready=is_offered)
    if ids and not is_offered:
        consequences.offers_ended.happen(ids)
