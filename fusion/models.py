"""Fusions: one picture out of two to four artworks of any owners, and the permissions it stands on."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from artworks.models import Artwork
from circles.models import Circle
from fusion.querysets import FusionFileQuerySet, FusionMaskQuerySet, FusionQuerySet
from fusion.states import SAID, State, status
from processing.models import Job


class FusionArtwork(models.Model):
    """Written down when it is asked for; it has files only while it is ready."""

    class Type(models.TextChoices):
        FUSION = "fusion"
        COMPOSITION = "composition"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="fusions")
    circle = models.ForeignKey(
        Circle, on_delete=models.SET_NULL, null=True, blank=True, related_name="fusions", help_text="Who sees it."
    )
    fusion_type = models.CharField(max_length=12, choices=Type.choices)
    blend_mode = models.CharField(max_length=20, blank=True, help_text="Empty for a composition.")
    layout = models.CharField(max_length=20)
    options = models.JSONField(default=dict, help_text="What the person asked for, with every default written out.")
    title = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in State], default=State.WAITING)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="fusions")
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retried_as")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - absent is not empty
    request_hash = models.CharField(max_length=64, blank=True)

    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    facts = models.JSONField(default=dict, help_text="The modes really used and why, the seconds of each step.")
    error_code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=500, blank=True, help_text="Why it ended, for its creator.")
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[FusionQuerySet] = FusionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("creator", "idempotency_key"),
                condition=Q(idempotency_key__isnull=False),
                name="fusion_idempotency_key_once",
            ),
            models.CheckConstraint(condition=Q(state__in=[one.value for one in State]), name="fusion_state_is_known"),
        ]
        indexes = [
            models.Index(fields=("creator", "-created_at", "-id"), name="fusion_creator_recent_idx"),
            models.Index(fields=("circle", "-created_at", "-id"), name="fusion_circle_recent_idx"),
            models.Index(fields=("state",), name="fusion_unfinished_idx", condition=Q(state__in=("waiting", "making"))),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_fusion_type_display().capitalize()} of {self.created_at:%-d %B %Y}"

    @property
    def said(self) -> str:
        """Where it stands, in a word or two."""
        return SAID[State(self.state)]

    @property
    def status(self) -> str:
        """As the API says it."""
        return status(self.state, self.job.state if self.job else None)

    def move(self, origins: tuple[State, ...], to: State, **changes: Any) -> bool:
        """One conditional UPDATE; True when this call did it."""
        values = {"state": to} | changes
        moved = FusionArtwork.objects.filter(pk=self.pk, state__in=origins).update(**values)
        if moved:
            for name, value in values.items():
                setattr(self, name, value)
        return bool(moved)


class FusionSource(models.Model):
    """One of the pictures, in order: an artwork, or an earlier fusion of the same creator."""

    fusion = models.ForeignKey(FusionArtwork, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField()
    artwork = models.ForeignKey(Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="fused_in")
    made_of = models.ForeignKey(FusionArtwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="used_in")
    source_id = models.UUIDField(help_text="Of the artwork or fusion, also when that is gone.")

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=("fusion", "position"), name="fusion_source_place_once")]

    def __str__(self) -> str:
        return f"{self.position + 1}: {self.source_id}"


class FusionPart(models.Model):
    """An artwork that is in a fusion, directly or inside a fusion it was made of: each needs a permission."""

    fusion = models.ForeignKey(FusionArtwork, on_delete=models.CASCADE, related_name="parts")
    artwork = models.ForeignKey(Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    part_id = models.UUIDField(help_text="Of the artwork, also when that is gone.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("fusion", "part_id"), name="fusion_part_once")]

    def __str__(self) -> str:
        return str(self.part_id)


class FusionPermission(models.Model):
    """A consent as it was when this fusion relied on it: when its epoch is another one, the fusion is over."""

    fusion = models.ForeignKey(FusionArtwork, on_delete=models.CASCADE, related_name="permissions")
    consent_id = models.UUIDField(db_index=True)
    epoch = models.PositiveIntegerField()
    artwork_id = models.UUIDField(help_text="One consent may cover several artworks.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("fusion", "consent_id", "artwork_id"), name="fusion_permission_once")
        ]

    def __str__(self) -> str:
        return f"{self.consent_id} at {self.epoch}"


class FusionFile(models.Model):
    """A file of a fusion, under the key its job wrote it to."""

    fusion = models.ForeignKey(FusionArtwork, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=400, unique=True)
    byte_size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)

    objects: ClassVar[FusionFileQuerySet] = FusionFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=("fusion", "name"), name="fusion_file_name_once")]

    def __str__(self) -> str:
        return self.name


class FusionMask(models.Model):
    """What of one artwork shall be in a fusion, brushed by hand: a PNG of the artwork's shape, white is in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Not by cascade: its bytes must be found to be deleted.
    artwork = models.ForeignKey(Artwork, on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=400, unique=True)
    byte_size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[FusionMaskQuerySet] = FusionMaskQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.key
