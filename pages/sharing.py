"""What pages show of things shared into circles, and which of one's own somebody is about to share."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.http import QueryDict

from artworks.actions.sharing import MOST_AT_ONCE
from artworks.models import Artwork
from artworks.showing import Item, items_of, shared_in
from circles.models import Circle, Role, User
from photos.models import CircleShare, Photo
from photos.presenting import camera_facts
from photos.querysets import CircleShareQuerySet

ON_BOARD: Final = 24
PAGE: Final = 60
SHOWN: Final = 12


@dataclass(frozen=True)
class Wall:
    """A stretch of what is shared in a circle; ``after`` is the id to go on from, empty at the end."""

    items: Sequence[Item]
    total: int
    after: str = ""

    @property
    def has_more(self) -> bool:
        return self.total > len(self.items)


@dataclass(frozen=True)
class One:
    """An item with what stands beside it, and what this person may do with it."""

    item: Item
    newer: CircleShare | None
    older: CircleShare | None
    may_take_out: bool
    runs_it: bool

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Place and camera, only where the owner gave them."""
        photo = self.item.share.photo
        if photo is None or not self.item.share.with_original:
            return []
        place = [("Place", photo.place)] if photo.place else []
        return [*place, *camera_facts(photo)]


@dataclass(frozen=True)
class Chosen:
    """What somebody is about to share: those of the ids they sent that are theirs and can be seen."""

    photos: Sequence[Photo]
    artworks: Sequence[Artwork]

    @property
    def count(self) -> int:
        return len(self.photos) + len(self.artworks)

    @property
    def words(self) -> str:
        many = [(len(self.photos), "photo"), (len(self.artworks), "artwork")]
        return " and ".join(f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in many if count)

    @property
    def silent(self) -> list[Artwork]:
        """Those that sharing may offer as well."""
        return [artwork for artwork in self.artworks if artwork.whose and not artwork.is_consent_ready]

    @property
    def nobodys(self) -> list[Artwork]:
        """Those that cannot be offered: nobody has said whose they are."""
        return [artwork for artwork in self.artworks if not artwork.whose]

    @property
    def more(self) -> int:
        return max(0, self.count - SHOWN)


def wall(user: User, circle_id: uuid.UUID, *, kind: str = "", after: str = "", most: int = PAGE) -> Wall:
    found = shared_in(circle_id, user)
    if kind in {"photo", "artwork"}:
        found = found.of_photos() if kind == "photo" else found.of_artworks()
    shares = list(_beyond(found, after)[: most + 1])
    total = found.count() if len(shares) > most or after else len(shares)
    return Wall(items_of(shares[:most], user), total, str(shares[most - 1].pk) if len(shares) > most else "")


def one(user: User, circle: Circle, item_id: uuid.UUID) -> One | None:
    """An item of a circle this person is in; None when it is hidden or absent."""
    found = shared_in(circle.pk, user)
    share = found.filter(pk=item_id).first()
    if share is None:
        return None
    newer = found.filter(_newer(share)).order_by("created_at", "id").first()
    runs_it = Role(circle.my_role).rank >= Role.ADMIN.rank  # type: ignore[attr-defined]
    item = Item(share, user)
    return One(item, newer, found.filter(_older(share)).first(), runs_it or item.is_mine, runs_it)


def chosen(user: User, sent: QueryDict) -> Chosen:
    """``photo`` (or ``ids``, as the library's selection says) and ``artwork``; what is not theirs is left out."""
    photos = Photo.objects.owned_by(user).in_library().filter(state=Photo.State.READY)
    photo_ids = ids_of([*sent.getlist("photo"), *sent.getlist("ids")])
    artworks = Artwork.objects.owned_by(user).chosen(ids_of(sent.getlist("artwork")))
    return Chosen(list(photos.chosen(photo_ids).newest_first()), list(artworks.newest_first()))


def ids_of(texts: Iterable[str]) -> list[uuid.UUID]:
    """Those that are ids; the rest is left out."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found[:MOST_AT_ONCE]


def shares_of(user: User, thing: Any) -> list[CircleShare]:
    """Where one's own photo or artwork is shared."""
    of = {"photo": thing} if isinstance(thing, Photo) else {"artwork": thing}
    return list(CircleShare.objects.by(user).filter(**of).select_related("membership__circle").newest_first())


def _older(share: CircleShare) -> Q:
    return Q(created_at__lt=share.created_at) | Q(created_at=share.created_at, pk__lt=share.pk)


def _newer(share: CircleShare) -> Q:
    return Q(created_at__gt=share.created_at) | Q(created_at=share.created_at, pk__gt=share.pk)


def _beyond(found: CircleShareQuerySet, after: str) -> CircleShareQuerySet:
    last = found.filter(pk__in=ids_of([after])).first() if after else None
    return found.filter(_older(last)) if last else found
