"""Links that let people in: onto the server, or into a circle."""

import hashlib
import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from circles.models.circles import Circle
from circles.models.people import User


class InvitationQuerySet(models.QuerySet):
    def usable(self, now: datetime | None = None) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now or timezone.now(), uses__lt=F("max_uses"))

    def of_token(self, token: str) -> Self:
        """The invitation this secret belongs to, whether it still opens or not."""
        return self.filter(token_hash=Invitation.hash_of(token)) if token else self.none()

    def opened_by(self, token: str) -> Self:
        """The usable invitation this secret belongs to, if any."""
        return self.of_token(token).usable()


class Invitation(models.Model):
    """A secret link, stored hashed, counted, and ending by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(blank=True, help_text="Only this address can sign up with it; empty: whoever has it.")
    max_uses = models.PositiveSmallIntegerField(default=1)
    uses = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def hash_of(token: str) -> str:
        """SHA-256 in hex: enough for 256 random bits, which nobody can guess their way back from."""
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def state(self) -> str:
        """A word for lists: open, used, revoked or expired."""
        if self.revoked_at:
            return "revoked"
        if self.uses >= self.max_uses:
            return "used"
        return "open" if self.expires_at > timezone.now() else "expired"


class SiteInvitationQuerySet(InvitationQuerySet):
    def visible_to(self, user: User) -> Self:
        """Staff run the door; an invitation is nobody else's to see."""
        return self.all() if user.is_active and user.is_staff else self.none()


class SiteInvitation(Invitation):
    """A way onto the server while registration is closed."""

    note = models.CharField(max_length=120, blank=True, help_text="For you: who it is for.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="invitations_made"
    )

    objects: ClassVar[SiteInvitationQuerySet] = SiteInvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(uses__lte=F("max_uses")), name="invitation_used_no_more_than_allowed")
        ]

    def __str__(self) -> str:
        return self.note or self.email or "an invitation"


class CircleInvitationQuerySet(InvitationQuerySet):
    def visible_to(self, user: object) -> Self:
        """Those of the circles this person runs."""
        return self.filter(circle__in=Circle.objects.run_by(user))

    def usable(self, now: datetime | None = None) -> Self:
        return super().usable(now).filter(circle__isnull=False)

    def for_address(self, email: str) -> Self:
        """For this address, or for whoever has the link."""
        return self.filter(Q(email="") | Q(email=email.lower()))


class CircleInvitation(Invitation):
    """A way into a circle, and onto the server for those who are not here yet."""

    # Kept when the circle goes: whoever made and deleted circles would otherwise send as many mails as they like.
    circle = models.ForeignKey(Circle, on_delete=models.SET_NULL, null=True, related_name="invitations")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="circle_invitations_made"
    )

    objects: ClassVar[CircleInvitationQuerySet] = CircleInvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(uses__lte=F("max_uses")), name="circle_invitation_used_no_more_than_allowed"
            )
        ]
        indexes = [models.Index(fields=("circle", "-created_at", "-id"), name="invitation_circle_recent_idx")]

    def __str__(self) -> str:
        return self.email or "a link"

    @property
    def state(self) -> str:
        return super().state if self.circle_id else "revoked"
