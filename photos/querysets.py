"""Questions asked of photos, originals and uploads. HTML, API, feed, sockets and files all start here."""

import re
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, Sum, When
from django.utils import timezone

from circles.models import Block, Circle
from photos.rendering import FORMATS, RENDERER_VERSION, SIZES

if TYPE_CHECKING:
    from photos.models import CircleShare, MonthCount, Original, Photo, Upload  # noqa: F401 - named in the bases

_WORD = re.compile(r"\w+")
NINE = len(SIZES) * len(FORMATS)


def prefix_query(text: str) -> SearchQuery | None:
    """Every word must begin a word of the photo; None when ``text`` has no word at all."""
    words = _WORD.findall(text.replace("_", " ").lower())[:12]
    return (
        SearchQuery(" & ".join(f"'{word}':*" for word in words), search_type="raw", config="simple") if words else None
    )


def first_of_month(moment: datetime | date) -> date:
    return date(moment.year, moment.month, 1)


def first_of_next_month(month: date) -> date:
    """The month after; the last one there is (9999-12) is followed by itself."""
    if (month.year, month.month) == (9999, 12):
        return date.max
    return first_of_month(month.replace(day=28) + timedelta(days=4))


class OriginalQuerySet(models.QuerySet["Original"]):
    def bytes_of(self, owner: object) -> int:
        """Bytes of originals this person keeps."""
        return self.filter(owner=owner).aggregate(total=Sum("byte_size"))["total"] or 0

    def unreferenced(self) -> "OriginalQuerySet":
        from photos.models import Photo

        return self.filter(~Exists(Photo.objects.filter(original=OuterRef("pk"))))


class PhotoQuerySet(models.QuerySet["Photo"]):
    def visible_to(self, user: object) -> "PhotoQuerySet":
        """What this person may see: their own photos, and finished ones shared into circles they are in."""
        from photos.models import CircleShare

        shared = CircleShare.objects.reaching(user).of_photos().values("photo")
        return self.filter(Q(owner_id=getattr(user, "pk", None)) | Q(pk__in=shared, deleted_at=None, state="ready"))

    def owned_by(self, user: object) -> "PhotoQuerySet":
        """This person's library; what others share with them is not in it."""
        return self.filter(owner_id=getattr(user, "pk", None))

    def shared_into(self, circle_id: uuid.UUID, user: object) -> "PhotoQuerySet":
        """Those this person may see in that circle, their own among them; none in one they are not in."""
        from photos.models import CircleShare

        here = CircleShare.objects.visible_to(user).of_photos().filter(membership__circle=circle_id)
        return self.filter(pk__in=here.values("photo"))

    def with_given(self, user: object) -> "PhotoQuerySet":
        """Each with ``is_given``: this person may have the original and know its place and camera."""
        from photos.models import CircleShare

        given = CircleShare.objects.reaching(user).with_originals().filter(photo=OuterRef("pk"))
        own = Case(When(owner_id=getattr(user, "pk", None), then=True), default=False, output_field=BooleanField())
        return self.annotate(is_own=own, is_given=Exists(given))

    def editable_by(self, user: object) -> "PhotoQuerySet":
        return self.filter(owner_id=getattr(user, "pk", None))

    def in_library(self) -> "PhotoQuerySet":
        return self.filter(deleted_at=None)

    def in_bin(self) -> "PhotoQuerySet":
        return self.filter(deleted_at__isnull=False)

    def binned_before(self, moment: datetime) -> "PhotoQuerySet":
        return self.filter(deleted_at__lt=moment)

    def favourites(self) -> "PhotoQuerySet":
        return self.filter(is_favourite=True)

    def with_place(self) -> "PhotoQuerySet":
        return self.filter(latitude__isnull=False, longitude__isnull=False)

    def without_place(self) -> "PhotoQuerySet":
        return self.filter(Q(latitude=None) | Q(longitude=None))

    def taken_after(self, moment: datetime) -> "PhotoQuerySet":
        return self.filter(sort_at__gte=moment)

    def taken_before(self, moment: datetime) -> "PhotoQuerySet":
        return self.filter(sort_at__lt=moment)

    def in_month(self, month: date) -> "PhotoQuerySet":
        """By ``sort_at`` rather than ``month``, so that the timeline's index gives them already in order."""
        start = datetime(month.year, month.month, 1, tzinfo=timezone.get_default_timezone())
        following = first_of_next_month(month)
        end = datetime(following.year, following.month, following.day, tzinfo=timezone.get_default_timezone())
        return self.filter(sort_at__gte=start, sort_at__lt=end)

    def matching(self, text: str) -> "PhotoQuerySet":
        """Words (or their beginnings) of title, caption, place, camera or file name; all of them."""
        query = prefix_query(text)
        return self.filter(search=query) if query else self

    def newest_first(self) -> "PhotoQuerySet":
        return self.order_by("-sort_at", "-id")

    def older_than(self, sort_at: datetime, photo_id: uuid.UUID) -> "PhotoQuerySet":
        """What follows this place in the timeline."""
        return self.filter(Q(sort_at__lt=sort_at) | Q(sort_at=sort_at, pk__lt=photo_id), sort_at__lte=sort_at)

    def newer_than(self, sort_at: datetime, photo_id: uuid.UUID) -> "PhotoQuerySet":
        """What precedes this place in the timeline, nearest first."""
        newer = self.filter(Q(sort_at__gt=sort_at) | Q(sort_at=sort_at, pk__gt=photo_id), sort_at__gte=sort_at)
        return newer.order_by("sort_at", "id")

    def of_original(self, original: "Original") -> "PhotoQuerySet":
        return self.filter(original=original)

    def lacking_renditions(self) -> "PhotoQuerySet":
        """Ready photos that miss one of the nine, or have one from an older renderer."""
        current = Count("renditions", filter=Q(renditions__renderer_version__gte=RENDERER_VERSION))
        return self.filter(state="ready").annotate(current=current).filter(current__lt=NINE)

    def chosen(self, ids: Iterable[uuid.UUID]) -> "PhotoQuerySet":
        return self.filter(pk__in=list(ids))


class MonthCountQuerySet(models.QuerySet["MonthCount"]):
    def visible_to(self, user: object) -> "MonthCountQuerySet":
        return self.filter(owner_id=getattr(user, "pk", None))

    def newest_first(self) -> list[tuple[date, int]]:
        """(first day of the month, photos in it) of every month that has any."""
        return list(self.filter(count__gt=0).order_by("-month").values_list("month", "count"))


class PhotoManager(models.Manager.from_queryset(PhotoQuerySet)):  # type: ignore[misc]
    """Leaves the words' index column where it is: it is for searching, not for reading."""

    def get_queryset(self) -> PhotoQuerySet:
        return super().get_queryset().defer("search")


class CircleShareQuerySet(models.QuerySet["CircleShare"]):
    def reaching(self, user: object) -> "CircleShareQuerySet":
        """Into circles this person is in now, by nobody they blocked or who blocked them."""
        here = self.filter(membership__circle__in=Circle.objects.visible_to(user))
        return here.filter(~Block.objects.against(user, "membership__user"))

    def visible_to(self, user: object) -> "CircleShareQuerySet":
        """Reaching this person, and there to be seen: a photo in the bin or not finished is not."""
        there = Q(photo=None) | Q(photo__deleted_at=None, photo__state="ready")
        return self.reaching(user).filter(there)

    def by(self, user: object) -> "CircleShareQuerySet":
        return self.filter(membership__user=getattr(user, "pk", None))

    def of_photos(self) -> "CircleShareQuerySet":
        return self.filter(photo__isnull=False)

    def of_artworks(self) -> "CircleShareQuerySet":
        return self.filter(artwork__isnull=False)

    def with_originals(self) -> "CircleShareQuerySet":
        """Those whose owner chose to give more than a picture."""
        return self.filter(with_original=True)

    def newest_first(self) -> "CircleShareQuerySet":
        return self.order_by("-created_at", "-id")


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: object) -> "UploadQuerySet":
        """Uploads are their owner's alone."""
        return self.filter(owner_id=getattr(user, "pk", None))

    def open(self) -> "UploadQuerySet":
        return self.filter(state="open")

    def expired(self, now: datetime) -> "UploadQuerySet":
        return self.open().filter(expires_at__lte=now)

    def ended_before(self, moment: datetime) -> "UploadQuerySet":
        return self.exclude(state="open").filter(expires_at__lt=moment)

    def unfinished_since(self, moment: datetime) -> "UploadQuerySet":
        """Announced since then and never completed: what the uploads throttle counts."""
        return self.filter(created_at__gt=moment, photo=None).exclude(state="completed").order_by("created_at")

    def reserved_bytes(self) -> int:
        """Bytes that open uploads may still bring."""
        return self.open().aggregate(total=Sum(F("byte_size")))["total"] or 0
