"""What one page of the library shows: where it starts, what is on it, and where to go on."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Final

from django.urls import reverse

from circles.models import User
from photos.models import MonthCount, Photo, Rendition
from photos.presenting import Month, Tile, Year, camera_facts, months_of, tiles_of, years_of
from photos.querysets import PhotoQuerySet, first_of_next_month
from photos.rendering import RENDERER_VERSION
from processing import presenting
from processing.models import Job

PAGE: Final = 60
EAGER: Final = 12


@dataclass(frozen=True)
class Page:
    """A stretch of photos in timeline order; ``after`` is the id to go on from, empty at the end."""

    tiles: list[Tile]
    after: str
    buckets: list[tuple[date, int]] = field(default_factory=list)

    @cached_property
    def months(self) -> list[Month]:
        return months_of(self.tiles)

    @property
    def years(self) -> list[Year]:
        return years_of(self.buckets)

    @property
    def total(self) -> int:
        return sum(count for _, count in self.buckets)


def month_named(text: str) -> date | None:
    """``2026-10`` -> the first of that month; None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _from_photo(photos: PhotoQuerySet, text: str) -> PhotoQuerySet:
    try:
        last = photos.filter(pk=uuid.UUID(text)).values_list("sort_at", "pk").first()
    except ValueError:
        last = None
    return photos.older_than(*last) if last else photos


def page_of(photos: PhotoQuerySet, *, after: str = "", month: str = "") -> Page:
    """The photos that follow the one called ``after``, or from the end of ``month`` on, or from the newest on."""
    first = month_named(month)
    if after:
        photos = _from_photo(photos, after)
    elif first:
        end = first_of_next_month(first)
        photos = photos.taken_before(datetime(end.year, end.month, 1, tzinfo=UTC))
    found: list[Photo] = list(photos.newest_first()[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Page(tiles_of(found[:PAGE], eager=EAGER), more)


def timeline_page(user: User, *, after: str = "", month: str = "") -> Page:
    """A page of the timeline with the months of the whole library beside it."""
    page = page_of(Photo.objects.owned_by(user).in_library(), after=after, month=month)
    return Page(page.tiles, page.after, MonthCount.objects.visible_to(user).newest_first())


def neighbours(photos: PhotoQuerySet, photo: Photo) -> tuple[Photo | None, Photo | None]:
    """The photos beside this one in timeline order: (newer, older)."""
    newer = photos.newer_than(photo.sort_at, photo.pk).first()
    older = photos.older_than(photo.sort_at, photo.pk).newest_first().first()
    return newer, older


@dataclass(frozen=True)
class PhotoView:
    """A photo with what stands beside it: its neighbours, its last job, and where its person came from."""

    photo: Photo
    newer: Photo | None
    older: Photo | None
    shown: presenting.Shown | None
    where: str
    renditions: list[Rendition]
    is_asked_for: bool = False

    @property
    def shows_details(self) -> bool:
        """Open when the person left them open."""
        return self.is_asked_for

    @property
    def date_words(self) -> str:
        return f"{self.photo.sort_at:%A} {self.photo.sort_at.day} {self.photo.sort_at:%B}"

    @property
    def camera_facts(self) -> list[tuple[str, str]]:
        return camera_facts(self.photo)

    @property
    def rendition_bytes(self) -> int:
        return sum(rendition.byte_size for rendition in self.renditions)

    @property
    def onwards(self) -> str:
        """Where to go when this photo is put away: to the next one, or back."""
        following = self.older or self.newer
        return reverse("photos:detail", args=[following.pk]) + self.query if following else self.back

    @property
    def query(self) -> str:
        return f"?in={self.where}" if self.where else ""

    @property
    def url(self) -> str:
        return reverse("photos:detail", args=[self.photo.pk]) + self.query

    @property
    def back(self) -> str:
        """Where Escape leads: the page this photo was opened from, at its place."""
        if self.photo.deleted_at:
            return reverse("photos:bin")
        if self.where == "favourites":
            return reverse("photos:favourites")
        return f"{reverse('photos:timeline')}?month={self.photo.sort_at:%Y-%m}#p-{self.photo.pk}"

    @property
    def is_outdated(self) -> bool:
        return self.photo.state == Photo.State.READY and self.photo.renderer_version < RENDERER_VERSION


def photo_view(user: User, photo_id: uuid.UUID, *, where: str = "", shows_details: bool = False) -> PhotoView | None:
    """One photo and its surroundings; None when it is hidden or absent."""
    photos = Photo.objects.owned_by(user)
    photo = photos.select_related("original").filter(pk=photo_id).first()
    if photo is None:
        return None
    around = photos.in_bin() if photo.deleted_at else photos.in_library()
    known = where if where == "favourites" and not photo.deleted_at else ""
    newer, older = neighbours(around.favourites() if known else around, photo)
    renditions = list(photo.renditions.order_by("size", "format"))
    return PhotoView(photo, newer, older, _last_job(user, photo), known, renditions, shows_details)


def _last_job(user: User, photo: Photo) -> presenting.Shown | None:
    """What is being done for a photo that cannot be shown yet, or why it cannot."""
    if photo.state == Photo.State.READY:
        return None
    job = Job.objects.visible_to(user).about(photo.pk).order_by("-created_at").first()
    return presenting.show(job) if job else None
