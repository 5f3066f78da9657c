"""An artwork that shows another member is seen as it is in a circle only as long as that member agrees."""

import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Q

from artworks.actions.sharing import remove_shares
from artworks.models import Artwork
from artworks.subjects import SubjectNotAsked
from circles.models import Circle, User
from consent import policy
from consent.actions import asking
from consent.circumstances import SERVER, Circumstances
from consent.models import Consent, Purpose
from photos.models import CircleShare


def require_words(actor: User, circle: Circle, artworks: Sequence[Artwork]) -> None:
    """Keeps ``artworks.subjects``: inside the transaction that shares them, which holds what comes before consents."""
    try:
        given = policy.require(requester=actor, artworks=artworks, purpose=Purpose.SHARING, circle=circle)
    except policy.ConsentRequired as lacking:
        raise _refusal(lacking.missing) from lacking
    policy.hold(permissions=given, requester=actor, circle=circle)


def ask_to_share(
    *, actor: User, artworks: Iterable[Artwork], circle: Circle, how: Circumstances = SERVER
) -> list[Consent]:
    """Ask whom these show; returns the questions that are open now (none: they said no not long ago)."""
    return asking.request_consents(
        actor=actor, artworks=_of_members(artworks), purpose=Purpose.SHARING, circle=circle, how=how
    )


def is_anybody_asked(*, actor: User, artworks: Iterable[Artwork], circle: Circle) -> bool:
    """Whether an answer may still come; of an address nobody here has this is True as well."""
    lacking = policy.missing(requester=actor, artworks=_of_members(artworks), purpose=Purpose.SHARING, circle=circle)
    return any(each.state == policy.PENDING for each in lacking)


def take_out(consents: Iterable[Consent]) -> None:
    """What was seen under these words is seen no more from the caller's commit on."""
    _remove([consent for consent in consents if consent.purpose == Purpose.SHARING])


def take_out_for(consents: Iterable[Consent], person: User | None, artwork_ids: list[uuid.UUID]) -> None:
    """They stand, but no longer for this person: what they shared under them goes."""
    if person is not None:
        shown = [consent for consent in consents if consent.purpose == Purpose.SHARING]
        _remove([each for each in shown if each.artwork is not None and each.artwork.owner_id == person.pk])


def _remove(consents: Iterable[Consent]) -> None:
    where = Q(pk__in=[])
    for consent in consents:
        where |= Q(artwork=consent.artwork_id, artwork__isnull=False, membership__circle=consent.circle_id)
    shares = list(CircleShare.objects.filter(where).select_related("membership"))
    if shares:
        remove_shares(shares)


def _of_members(artworks: Iterable[Artwork]) -> list[Artwork]:
    return [artwork for artwork in artworks if artwork.whose == Artwork.Whose.MEMBER]


def _refusal(missing: Sequence[policy.Missing]) -> SubjectNotAsked:
    """The same for whoever was asked, was not, or is not here: only who says something is told apart."""
    return SubjectNotAsked(extra={"pending": sorted({str(each.artwork_id) for each in missing}), "can_ask": True})
