"""Who wants to see nothing more of whom."""

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone


class BlockQuerySet(models.QuerySet["Block"]):
    def visible_to(self, user: object) -> "BlockQuerySet":
        """Those this person made; being blocked is not told."""
        return self.filter(blocker_id=getattr(user, "pk", None))

    def against(self, user: object, person: str) -> Exists:
        """True for rows whose ``person`` (a path to a user's id) blocked this user or is blocked by them."""
        pk = getattr(user, "pk", None)
        theirs = Q(blocker_id=OuterRef(person), blocked_id=pk)
        return Exists(self.filter(theirs | Q(blocker_id=pk, blocked_id=OuterRef(person))))

    def between(self, one: object, other: object) -> "BlockQuerySet":
        """In either direction."""
        return self.filter(Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one))

    def between_many(self, one: object, others: Iterable[uuid.UUID]) -> "BlockQuerySet":
        """With any of these (ids), in either direction."""
        ids = list(others)
        return self.filter(Q(blocker=one, blocked__in=ids) | Q(blocked=one, blocker__in=ids))


class Block(models.Model):
    """One person has blocked another: what they share and ask vanishes for each other, whatever circle they are in."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[BlockQuerySet] = BlockQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("blocker", "blocked"), name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_is_of_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker} blocked {self.blocked}"
