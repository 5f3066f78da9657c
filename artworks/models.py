"""Artworks: what recipes make of one photo, with everything needed to tell how, and to make it again."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from artworks.querysets import ArtworkFileQuerySet, ArtworkQuerySet, HandMaskQuerySet
from photos.models import Photo
from processing.models import Job


class Artwork(models.Model):
    """A finished piece. The row is written by the transaction that publishes its files: an artwork is always whole."""

    class Kind(models.TextChoices):
        IRIS = "iris"
        ENHANCE = "enhance"
        LAYERS = "layers"
        PAINTERLY = "painterly", "Painting"
        RENDER = "render", "Facade"
        PHOTO = "photo", "As it is"

    class Whose(models.TextChoices):
        """Whose eye or face it is; the owner of a photo is not always the person in it."""

        ME = "me", "Mine"
        MEMBER = "member", "Another member's"
        ABSENT = "absent", "Somebody's who is not here, with their permission"
        CHILD = "child", "A child's in my care"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="artworks")
    photo = models.ForeignKey(Photo, on_delete=models.SET_NULL, null=True, blank=True, related_name="artworks")
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="made_again_as")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="artworks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=200, blank=True)
    caption = models.TextField(max_length=4000, blank=True)

    options = models.JSONField(default=dict, help_text="What the person asked for, with every default written out.")
    options_hash = models.CharField(max_length=64)
    version = models.CharField(max_length=100, help_text="Of everything that had a part in the pixels.")
    engine = models.CharField(max_length=100, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    gate = models.JSONField(default=dict, help_text="The quality numbers of the photo.")
    geometry = models.JSONField(default=dict, help_text="Outlines in pixels of the upright photo, angles in radians.")
    seconds = models.JSONField(default=dict, help_text="How long each step took.")
    facts = models.JSONField(default=dict, help_text="What else the recipe tells about its result.")

    whose = models.CharField(max_length=10, choices=Whose.choices, blank=True, help_text="Empty: not asked yet.")
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="artworks_of_me"
    )
    subject_email = models.EmailField(blank=True, help_text="The member as the owner named them.")
    whose_answered_at = models.DateTimeField(null=True, blank=True)
    is_consent_ready = models.BooleanField(default=False, help_text="Others may ask to use it.")
    # Not auto_now_add: the artworks of one transaction would be told apart by nothing.
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ArtworkQuerySet] = ArtworkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("job",), condition=Q(job__isnull=False), name="artwork_once_per_job"),
            models.CheckConstraint(
                condition=Q(is_consent_ready=False) | ~Q(whose=""), name="artwork_consent_ready_names_whose"
            ),
        ]
        indexes = [
            models.Index(fields=("owner", "-created_at", "-id"), name="artwork_owner_recent_idx"),
            models.Index(fields=("photo", "options_hash"), name="artwork_photo_options_idx"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} of {self.created_at:%-d %B %Y}"

    def keeps(self, name: str) -> bool:
        """Whether a file of this name is among its own."""
        return any(file.name == name for file in self.files.all())  # type: ignore[attr-defined]

    @property
    def other_subject_id(self) -> uuid.UUID | None:
        """The member it shows, when that is not its owner; they are asked as the owner is."""
        return None if self.subject_id == self.owner_id else self.subject_id


class ArtworkFile(models.Model):
    """A file of an artwork, under the key its job wrote it to: the result, its pictures, mask, outlines, strip."""

    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=400, unique=True)
    byte_size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)

    objects: ClassVar[ArtworkFileQuerySet] = ArtworkFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=("artwork", "name"), name="artwork_file_name_once")]

    def __str__(self) -> str:
        return self.name


class HandMask(models.Model):
    """A mask brushed by hand, kept for the jobs that use it: a PNG as large as its upright photo.

    Without a photo it was brushed on an artwork that has none, and is as large as that.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=400, unique=True)
    byte_size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[HandMaskQuerySet] = HandMaskQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.key
