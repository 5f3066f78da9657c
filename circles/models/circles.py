"""Circles: who is in them as what, and what happened there."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from circles.models.blocks import Block


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"

    @property
    def rank(self) -> int:
        """0-2: who may do more has the higher one."""
        return (Role.MEMBER, Role.ADMIN, Role.OWNER).index(self)


class CircleQuerySet(models.QuerySet["Circle"]):
    def visible_to(self, user: object) -> "CircleQuerySet":
        """The circles this person is in now; to everybody else there is no such circle."""
        return self.filter(pk__in=Membership.objects.of(user).values("circle"))

    def run_by(self, user: object) -> "CircleQuerySet":
        """Those in which this person lets people in: as an owner or an admin."""
        return self.filter(pk__in=Membership.objects.of(user).at_least(Role.ADMIN).values("circle"))

    def with_standing(self, user: object) -> "CircleQuerySet":
        """Each with ``my_role`` of this person and ``member_count``."""
        mine = Membership.objects.of(user).filter(circle=OuterRef("pk")).values("role")
        everybody = Membership.objects.filter(circle=OuterRef("pk")).order_by().values("circle")
        count = everybody.annotate(number=Count("pk")).values("number")
        return self.annotate(my_role=Subquery(mine), member_count=Subquery(count))


class Circle(models.Model):
    """People who share with each other. What is shared in it is seen by its members and by nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    description = models.TextField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[CircleQuerySet] = CircleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="circle_has_a_name")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: object) -> "MembershipQuerySet":
        """Who is in the circles this person is in."""
        return self.filter(circle__in=Circle.objects.visible_to(user))

    def known_to(self, user: object) -> "MembershipQuerySet":
        """Of the people this person meets in a circle, unless one of both blocked the other."""
        return self.visible_to(user).filter(~Block.objects.against(user, "user"))

    def of(self, user: object) -> "MembershipQuerySet":
        """Their own; none for somebody who is not signed in."""
        return self.filter(user_id=getattr(user, "pk", None))

    def at_least(self, role: Role) -> "MembershipQuerySet":
        return self.filter(role__in=[each for each in Role if each.rank >= role.rank])

    def owners(self) -> "MembershipQuerySet":
        return self.filter(role=Role.OWNER)

    def longest_first(self) -> "MembershipQuerySet":
        return self.order_by("joined_at", "id")


class Membership(models.Model):
    """One person in one circle. Whoever shares or asks locks this row first; leaving deletes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    invitation = models.ForeignKey(
        "CircleInvitation", on_delete=models.SET_NULL, null=True, blank=True, related_name="memberships"
    )
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("joined_at", "id")
        constraints = [
            models.UniqueConstraint(fields=("circle", "user"), name="member_once_in_a_circle"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="member_role_is_known"),
        ]
        indexes = [models.Index(fields=("circle", "joined_at", "id"), name="member_circle_joined_idx")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class FeedItemQuerySet(models.QuerySet["FeedItem"]):
    def visible_to(self, user: object) -> "FeedItemQuerySet":
        """What happened in their circles; of people they blocked, or who blocked them, nothing about their things."""
        theirs = self.filter(circle__in=Circle.objects.visible_to(user))
        return theirs.filter(Q(subject_id=None) | ~Block.objects.against(user, "actor"))

    def newest_first(self) -> "FeedItemQuerySet":
        return self.order_by("-created_at", "-id")

    def with_people(self) -> "FeedItemQuerySet":
        return self.select_related("actor", "person")


class FeedItem(models.Model):
    """Something that happened in a circle. ``subject_id`` names a thing of a room above, which says what it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="feed")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(max_length=20, help_text="feed.py and the rooms above say it as a sentence.")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    subject_id = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[FeedItemQuerySet] = FeedItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=("circle", "-created_at", "-id"), name="feed_circle_recent_idx"),
            models.Index(fields=("subject_id",), name="feed_subject_idx", condition=Q(subject_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"
