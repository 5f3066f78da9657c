"""The library: originals that never change, photos that stand for them, and their renditions."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from circles.models import Circle, FeedItem, Membership
from photos.querysets import (
    CircleShareQuerySet,
    MonthCountQuerySet,
    OriginalQuerySet,
    PhotoManager,
    PhotoQuerySet,
    UploadQuerySet,
)


class Original(models.Model):
    """Bytes as they came in; written once, shared by every photo row that refers to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="originals")
    key = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    byte_size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[OriginalQuerySet] = OriginalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "sha256"), name="original_bytes_once_per_owner")]
        # Usage is asked at every announcement: answered from this index alone.
        indexes = [models.Index(fields=("owner",), include=("byte_size",), name="original_usage_idx")]

    def __str__(self) -> str:
        return self.key


class Photo(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        BROKEN = "broken"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos")
    original = models.ForeignKey(Original, on_delete=models.RESTRICT, related_name="photos")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    filename = models.CharField(max_length=255, help_text="For display only; never part of a path.")
    title = models.CharField(max_length=200, blank=True)
    caption = models.TextField(max_length=4000, blank=True)
    is_favourite = models.BooleanField(default=False)

    width = models.PositiveIntegerField(default=0, help_text="Pixels, after orientation.")
    height = models.PositiveIntegerField(default=0, help_text="Pixels, after orientation.")
    colours = models.CharField(max_length=54, blank=True, help_text="A 3x3 grid of RGB bytes in hex.")
    phash = models.BigIntegerField(null=True, blank=True, help_text="64 bits as a signed number.")
    phash_version = models.PositiveSmallIntegerField(default=0)
    renderer_version = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, help_text="Part of every picture URL; rises with new renditions.")

    taken_at = models.DateTimeField(null=True, blank=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    sort_at = models.DateTimeField(help_text="Local wall time of taking, or the time of upload. Orders the timeline.")
    month = models.DateField(help_text="First day of sort_at's month: the timeline's bucket.")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    altitude = models.FloatField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    camera_make = models.CharField(max_length=100, blank=True)
    camera_model = models.CharField(max_length=100, blank=True)
    lens = models.CharField(max_length=150, blank=True)
    iso = models.PositiveIntegerField(null=True, blank=True)
    aperture = models.FloatField(null=True, blank=True)
    shutter = models.CharField(max_length=30, blank=True)
    focal_length = models.FloatField(null=True, blank=True)
    is_date_edited = models.BooleanField(default=False, help_text="A person set the date; the file's no longer counts.")
    is_place_edited = models.BooleanField(
        default=False, help_text="A person set the place; the file's no longer counts."
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    search = models.GeneratedField(
        expression=SearchVector(
            "title",
            "caption",
            "place",
            "camera_make",
            "camera_model",
            "lens",
            Func(F("filename"), Value("._-()"), Value("     "), function="translate", output_field=models.TextField()),
            config="simple",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects: ClassVar[PhotoQuerySet] = PhotoManager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-sort_at", "-id")
        indexes = [
            models.Index(fields=("owner", "-sort_at", "-id"), condition=Q(deleted_at=None), name="photo_timeline_idx"),
            models.Index(fields=("owner", "deleted_at"), condition=Q(deleted_at__isnull=False), name="photo_bin_idx"),
            models.Index(fields=("owner",), condition=Q(deleted_at=None, latitude__isnull=False), name="photo_map_idx"),
            GinIndex(fields=("search",), name="photo_search_idx"),
        ]

    def __str__(self) -> str:
        return self.title or self.filename


class MonthCount(models.Model):
    """How many photos of a month are in someone's library. Written by the database itself (migration 0003), never here.

    Counting 100,000 rows took two thirds of the timeline page's time.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    count = models.IntegerField()

    objects: ClassVar[MonthCountQuerySet] = MonthCountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "month"), include=("count",), name="month_count_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.count}"


class Rendition(models.Model):
    """One of the nine pictures made of a photo: 256, 512 or 1024 px as AVIF, WebP or JPEG."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="renditions")
    size = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=4)
    key = models.CharField(max_length=400)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    byte_size = models.PositiveIntegerField()
    renderer_version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("photo", "size", "format"), name="rendition_once_per_photo")]

    def __str__(self) -> str:
        return f"{self.size}.{self.format}"


class CircleShare(models.Model):
    """A photo or an artwork shared into a circle by its owner. It hangs on their membership: leaving takes it along."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="shares")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, null=True, blank=True, related_name="shares")
    # By name: artworks are the area above, and what is shared is one list.
    artwork = models.ForeignKey(
        "artworks.Artwork", on_delete=models.CASCADE, null=True, blank=True, related_name="shares"
    )
    with_original = models.BooleanField(
        default=False, help_text="The owner also gives the original file, its place and its camera."
    )
    news = models.ForeignKey(FeedItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="shares")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[CircleShareQuerySet] = CircleShareQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(photo__isnull=True) ^ Q(artwork__isnull=True), name="share_is_of_one_thing"
            ),
            models.UniqueConstraint(fields=("membership", "photo"), name="share_photo_once_per_circle"),
            models.UniqueConstraint(fields=("membership", "artwork"), name="share_artwork_once_per_circle"),
        ]

    def __str__(self) -> str:
        return f"{'photo' if self.photo_id else 'artwork'} {self.photo_id or self.artwork_id}"

    @property
    def name(self) -> str:
        """Of the thing: the same however often it is shared."""
        return str(self)


class CirclePicture(models.Model):
    """What a circle is shown by: one of the things shared in it."""

    circle = models.OneToOneField(Circle, on_delete=models.CASCADE, related_name="+")
    share = models.OneToOneField(CircleShare, on_delete=models.CASCADE, related_name="circle_picture")

    def __str__(self) -> str:
        return f"{self.circle}: {self.share}"


class Upload(models.Model):
    """Bytes on their way: announced, arriving in parts, then complete or given up."""

    class State(models.TextChoices):
        OPEN = "open"
        COMPLETED = "completed"
        ABORTED = "aborted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    filename = models.CharField(max_length=255)
    byte_size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="The client's hint; re-computed on completion.")
    content_type = models.CharField(max_length=100, blank=True)
    part_size = models.PositiveIntegerField()
    remote_id = models.CharField(max_length=300, blank=True, help_text="The multipart upload's id on S3.")
    photo = models.ForeignKey(Photo, on_delete=models.SET_NULL, null=True, blank=True, related_name="uploads")
    job_id = models.UUIDField(null=True, blank=True, help_text="The ingest job the completion started.")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - unique when present
    request_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("owner", "idempotency_key"),
                condition=Q(idempotency_key__isnull=False),
                name="upload_idempotency_key_once_per_owner",
            )
        ]
        indexes = [
            models.Index(fields=("owner", "state", "created_at"), name="upload_owner_state_idx"),
            models.Index(fields=("expires_at",), condition=Q(state="open"), name="upload_expiry_idx"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def part_count(self) -> int:
        return -(-self.byte_size // self.part_size)

    def part_length(self, number: int) -> int:
        """Bytes of part ``number`` (from 1): all are ``part_size`` long but the last."""
        return min(self.part_size, self.byte_size - (number - 1) * self.part_size)


class UploadPart(models.Model):
    """A part that has arrived whole."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    byte_size = models.PositiveIntegerField()
    key = models.CharField(max_length=200, blank=True)
    arrived_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("upload", "number"), name="upload_part_once")]

    def __str__(self) -> str:
        return f"part {self.number}"
