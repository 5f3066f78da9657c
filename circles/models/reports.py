"""What members tell the people who run the server about something shared, and what was decided."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from circles.models.circles import Circle


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: object) -> "ReportQuerySet":
        """One's own. Whoever is reported does not learn of it; staff decide in the admin."""
        return self.filter(reporter_id=getattr(user, "pk", None))

    def open(self) -> "ReportQuerySet":
        return self.filter(state=Report.State.OPEN)


class Report(models.Model):
    """One member's word about one thing in a circle. It keeps no picture: words, names and a decision."""

    class Reason(models.TextChoices):
        SHOWS = "shows", "It shows me, or somebody else who would not want it"
        HURTS = "hurts", "It hurts, threatens or shames somebody"
        THEFT = "theft", "It is not theirs to share"
        LAW = "law", "It is against the law"
        OTHER = "other", "Something else"

    class State(models.TextChoices):
        OPEN = "open", "Waiting for a decision"
        KEPT = "kept", "Left where it is"
        TAKEN_OUT = "taken_out", "Taken out of the circle"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    circle = models.ForeignKey(Circle, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=20, help_text="Which room knows the thing (circles.reporting).")
    subject_id = models.UUIDField()
    thing = models.CharField(max_length=100, blank=True, help_text="Which thing it is, however often it is shared.")
    title = models.CharField(max_length=300)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    words = models.TextField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(max_length=1000, blank=True, help_text="What the reporter reads beside the decision.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ReportQuerySet] = ReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("reporter", "subject_id"), condition=Q(state="open"), name="report_open_once_per_thing"
            ),
            models.CheckConstraint(
                condition=Q(state="open") ^ Q(decided_at__isnull=False), name="report_decided_when_not_open"
            ),
        ]
        indexes = [models.Index(fields=("state", "-created_at"), name="report_state_recent_idx")]

    def __str__(self) -> str:
        return f"{self.title}: {self.get_reason_display()}"


class TakenOut(models.Model):
    """Staff took this out of a circle after a report: it comes not back until they let it, by deleting this row."""

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    thing = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "taken out of circles"
        ordering = ("-decided_at", "-id")
        constraints = [models.UniqueConstraint(fields=("circle", "thing"), name="taken_out_once")]

    def __str__(self) -> str:
        return self.title
