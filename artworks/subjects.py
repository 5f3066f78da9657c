"""Whether other members agreed that artworks which show them are seen as they are.

A room above keeps their words and answers here; without one the answer is no.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence

from artworks.models import Artwork
from circles.models import Circle, User
from processing.errors import Conflict


class SubjectNotAsked(Conflict):
    code = "subject_not_asked"
    detail = "This shows another member, and they have not agreed to its being seen there."
    suggestion = "Ask for their consent. You hear when they answer, and can share it then."


Keeper = Callable[[User, Circle, Sequence[Artwork]], None]


def kept_by(keeper: Keeper) -> Keeper:
    """Have ``keeper`` say whether these may be seen in the circle: it raises SubjectNotAsked when not, and holds what
    it said until the caller's transaction ends."""
    _keepers[:] = [keeper]
    return keeper


def require_words(actor: User, circle: Circle, artworks: Iterable[Artwork]) -> None:
    """SubjectNotAsked unless every other member these show agreed. Inside the caller's transaction, which has locked
    those people, their memberships and the artworks."""
    shown = [artwork for artwork in artworks if artwork.whose == Artwork.Whose.MEMBER]
    if shown and not _keepers:
        raise SubjectNotAsked()
    for keeper in _keepers if shown else ():
        keeper(actor, circle, shown)


def members_in(actor: User, artwork_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Other members these artworks of the actor's show, as far as they are here; nothing is locked."""
    named = Artwork.objects.owned_by(actor).chosen(artwork_ids).filter(whose=Artwork.Whose.MEMBER)
    rows = list(named.values_list("subject_id", "subject_email"))
    by_address = User.objects.filter(email__in={address for pk, address in rows if pk is None and address})
    return {pk for pk, _ in rows if pk} | set(by_address.values_list("pk", flat=True))


_keepers: list[Keeper] = []
