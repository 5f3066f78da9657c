"""The library: originals that never change, photos that stand for them, and their renditions."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Original(models.Model):
    """Bytes as they came in; written once, shared by every photo row that refers to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="originals")
    key = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    byte_size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "sha256"), name="original_bytes_once_per_owner")]

    def __str__(self) -> str:
        return self.key


class PhotoQuerySet(models.QuerySet["Photo"]):
    def visible_to(self, user: object) -> "PhotoQuerySet":
        """What this person may see: their own photos (shared ones join here with the circles)."""
        return self.filter(owner_id=getattr(user, "pk", None))

    def editable_by(self, user: object) -> "PhotoQuerySet":
        return self.filter(owner_id=getattr(user, "pk", None))

    def in_library(self) -> "PhotoQuerySet":
        return self.filter(deleted_at=None)

    def in_bin(self) -> "PhotoQuerySet":
        return self.filter(deleted_at__isnull=False)


class Photo(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        BROKEN = "broken"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos")
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="photos")
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
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Photo"]] = PhotoQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-sort_at", "-id")
        indexes = [
            models.Index(fields=("owner", "-sort_at", "-id"), condition=Q(deleted_at=None), name="photo_timeline_idx"),
            models.Index(fields=("owner", "month"), condition=Q(deleted_at=None), name="photo_month_idx"),
            models.Index(fields=("owner", "deleted_at"), condition=Q(deleted_at__isnull=False), name="photo_bin_idx"),
        ]

    def __str__(self) -> str:
        return self.title or self.filename


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
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=("owner", "state", "created_at"), name="upload_owner_state_idx")]

    def __str__(self) -> str:
        return self.filename


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
