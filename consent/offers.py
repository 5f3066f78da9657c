"""Offers: of other people's artworks one may ask only for what they offered. A word that stands needs no offer."""

import uuid
from collections.abc import Sequence

from artworks.models import Artwork
from circles.models import Circle, User
from consent import policy
from consent.models import Consent
from consent.policy import Need
from processing.errors import Conflict


class NotOffered(Conflict):
    code = "not_offered"
    detail = "One of these artworks is not offered, so nobody can ask to use it."
    suggestion = "Choose another one, or ask its owner to offer it."

    def __init__(self, artworks: Sequence[Artwork] = ()) -> None:
        names = [f"“{artwork}”" for artwork in artworks]
        many = f"{', '.join(names[:-1])} and {names[-1]} are" if names[1:] else f"{''.join(names)} is"
        super().__init__(
            f"{many} not offered, so nobody can ask to use {'them' if names[1:] else 'it'}." if names else None,
            extra={"artwork_ids": [str(artwork.pk) for artwork in artworks]},
        )


def not_offered(
    needs: Sequence[Need],
    *,
    requester: User,
    purpose: str,
    circle: Circle | None = None,
    work: uuid.UUID | None = None,
) -> list[Artwork]:
    """Other people's artworks that are not offered, and for which no word of their owner's stands."""
    closed = [need for need in needs if _is_closed(need, requester)]
    if not closed:
        return []
    lacking = policy.missing_of(closed, requester=requester, purpose=purpose, circle=circle, work=work)
    ids = {each.artwork_id for each in lacking}
    return [need.artwork for need in closed if need.artwork.pk in ids]


def _is_closed(need: Need, requester: User) -> bool:
    is_theirs = need.role == Consent.Role.OWNER and need.person_id != requester.pk
    return is_theirs and not need.artwork.is_consent_ready
