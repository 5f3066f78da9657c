"""What members of a circle are shown of the things shared there: pictures and what their owner chose to tell."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from artworks.models import Artwork
from circles.feed import Drawn, Picture
from circles.models import FeedItem, User
from circles.reporting import Reported
from photos.models import CircleShare, Photo
from photos.querysets import CircleShareQuerySet

IN_NEWS: Final = 12
WITH: Final = ("photo", "artwork", "membership__user", "membership__circle")


@dataclass(frozen=True)
class Item:
    """One share, as ``viewer`` may see it."""

    share: CircleShare
    viewer: User

    @property
    def thing(self) -> Photo | Artwork:
        found = self.share.photo or self.share.artwork
        assert found is not None  # the database keeps exactly one
        return found

    @property
    def id(self) -> uuid.UUID:
        return self.share.pk

    @property
    def kind(self) -> str:
        return "photo" if self.share.photo_id else "artwork"

    @property
    def circle_id(self) -> uuid.UUID:
        return self.share.membership.circle_id

    @property
    def owner(self) -> User:
        return self.share.membership.user

    @property
    def is_mine(self) -> bool:
        return self.share.membership.user_id == self.viewer.pk

    @property
    def words(self) -> str:
        """For eyes and screen readers: never a file's name, nor a place nobody gave."""
        return self.thing.title or f"{'A photo' if self.share.photo_id else 'An artwork'} by {self.owner.public_name}"

    @property
    def width(self) -> int:
        return self.thing.width or 1

    @property
    def height(self) -> int:
        return self.thing.height or 1

    @property
    def ratio(self) -> float:
        return round(min(max(self.width / self.height, 0.45), 2.6), 4)

    @property
    def colours(self) -> str:
        return self.share.photo.colours if self.share.photo else ""

    @property
    def thumb_template(self) -> str:
        route, key = ("photos-thumb", self.share.photo_id) if self.share.photo_id else ("artworks-thumb", self.thing.pk)
        return reverse(route, args=[key, 256, "webp"]).replace("256.webp", "{size}.{format}")

    @property
    def original_url(self) -> str:
        """Of the file its owner gave with it; empty where it was not given."""
        if not self.share.with_original:
            return ""
        if self.share.artwork is None:
            return reverse("photos-original", args=[self.share.photo_id])
        names = {file.name for file in self.share.artwork.files.all()}  # type: ignore[attr-defined]
        name = next((name for name in ("result.png", "result.jpg") if name in names), "")
        return reverse("artworks-file", args=[self.share.artwork_id, name]) if name else ""

    @property
    def page(self) -> str:
        return f"/circles/{self.circle_id}/items/{self.id}"

    @property
    def picture(self) -> Picture:
        return Picture(
            self.id, self.kind, self.words, self.width, self.height, self.colours, self.thumb_template, self.page
        )

    @property
    def small(self) -> str:
        return self.at(256, "webp")

    def at(self, size: int, form: str) -> str:
        """The address of one picture."""
        return self.thumb_template.replace("{size}", str(size)).replace("{format}", form)


def shared_in(circle_id: uuid.UUID, user: User) -> CircleShareQuerySet:
    """What this person may see in a circle, newest first; nothing in one they are not in."""
    here = CircleShare.objects.visible_to(user).filter(membership__circle=circle_id)
    return here.select_related(*WITH).prefetch_related("artwork__files").newest_first()


def items_of(shares: Iterable[CircleShare], user: User) -> list[Item]:
    return [Item(share, user) for share in shares]


def reported(user: User, share_id: uuid.UUID) -> Reported | None:
    """A share as a report tells of it; None for what this person cannot see."""
    share = CircleShare.objects.visible_to(user).select_related(*WITH).filter(pk=share_id).first()
    if share is None:
        return None
    item = Item(share, user)
    return Reported(item.owner, share.membership.circle, item.words, share.name)


def pictures_of_news(user: User, items: Sequence[FeedItem]) -> Mapping[uuid.UUID, Drawn]:
    """What each item of the feed told of, as far as this person may see it; one query, however much was shared."""
    shares = CircleShare.objects.visible_to(user).filter(news__in=[item.pk for item in items])
    place = Window(RowNumber(), partition_by="news", order_by=("-created_at", "-pk"))
    first = shares.annotate(place=place, total=Window(Count("pk"), partition_by="news")).filter(place__lte=IN_NEWS)
    found: dict[uuid.UUID, list[CircleShare]] = {}
    for share in first.select_related(*WITH).newest_first():
        assert share.news_id is not None  # it was asked for
        found.setdefault(share.news_id, []).append(share)
    return {
        news_id: Drawn([Item(share, user).picture for share in group], group[0].total)  # type: ignore[attr-defined]
        for news_id, group in found.items()
    }
