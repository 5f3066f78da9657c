"""The current state of every permission: one row each, locked by whoever changes it or publishes under it."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from artworks.models import Artwork
from circles.models import Circle, Membership


class Purpose(models.TextChoices):
    FUSION = "fusion", "a fusion"
    COMPOSITION = "composition", "a composition"
    SHARING = "sharing", "being seen as it is"


class Scope(models.TextChoices):
    WORK = "work", "Only this one work"
    ARTWORK = "artwork", "This artwork, each time"
    CIRCLE = "circle", "All of mine in this circle"


class State(models.TextChoices):
    """Also what a ledger's line says has happened."""

    REQUESTED = "requested", "Asked"
    GRANTED = "granted", "Given"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Taken back"
    EXPIRED = "expired", "Run out"
    SUPERSEDED = "superseded", "Replaced"
    INVALIDATED = "invalidated", "Void"


CLOSED: Final = (State.SUPERSEDED, State.INVALIDATED)
"""Ends for good: whoever wants it again asks anew, under a new record."""
_IS_CLOSED: Final = Q(state__in=CLOSED)
_ONE_RECIPIENT: Final = Q(recipient=None, circle__isnull=False) | Q(recipient__isnull=False, circle=None)
_SCOPED: Final = (
    Q(scope=Scope.WORK, artwork__isnull=False, work_id__isnull=False, scope_circle=None)
    | Q(scope=Scope.ARTWORK, artwork__isnull=False, work_id=None, scope_circle=None)
    | Q(scope=Scope.CIRCLE, artwork=None, work_id=None, scope_circle__isnull=False)
)


def _received(user: object) -> Q:
    """Members see what their circle was given while it stands; not whom a picture shows, and not others' own.

    Who asked whoever a picture shows sees the question only when that person has answered or shares a circle with
    them: else it would tell that the address somebody was named by is known here.
    """
    pk = getattr(user, "pk", None)
    theirs = Q(circle__in=Circle.objects.visible_to(user), is_implicit=False, role="owner") & _stands()
    known = Q(granter__in=Membership.objects.known_to(user).values("user"))
    is_told = ~Q(role="subject") | Q(answered_at__isnull=False) | known
    return ((Q(requester_id=pk) | Q(recipient_id=pk)) & is_told) | (theirs & ~Q(scope=Scope.WORK))


def _stands() -> Q:
    """Given, and its time is not over, whatever a sweep has still to write down."""
    return Q(state=State.GRANTED) & (Q(valid_until=None) | Q(valid_until__gt=timezone.now()))


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: object) -> "ConsentQuerySet":
        """Whom it asks, who asked, the person it is for, and members of the circle it is given to."""
        return self.filter(Q(granter_id=getattr(user, "pk", None)) | _received(user))

    def answered_by(self, user: object) -> "ConsentQuerySet":
        """Those this person alone gives, refuses and takes back."""
        return self.filter(granter_id=getattr(user, "pk", None))

    def not_ones_own(self) -> "ConsentQuerySet":
        """Without what people allow themselves."""
        return self.exclude(is_implicit=True)

    def received_by(self, user: object) -> "ConsentQuerySet":
        """What this person asked for, or was given unasked, alone or with a circle."""
        return self.filter(_received(user)).exclude(granter_id=getattr(user, "pk", None))

    def open(self) -> "ConsentQuerySet":
        """Not ended for good."""
        return self.exclude(_IS_CLOSED)

    def waiting(self) -> "ConsentQuerySet":
        """Asked, and not answered yet."""
        return self.filter(state=State.REQUESTED)

    def given(self) -> "ConsentQuerySet":
        return self.filter(state=State.GRANTED)

    def told_to(self, user: object) -> "ConsentQuerySet":
        """Those this person may know the artwork of: what ended is told to the other side without it."""
        is_told = Q(state__in=(State.REQUESTED, State.REFUSED)) | _stands()
        return self.filter(Q(granter_id=getattr(user, "pk", None)) | is_told)

    def run_out(self, now: datetime) -> "ConsentQuerySet":
        """Given until a time that has come."""
        return self.given().filter(valid_until__lte=now)

    def about(self, artwork_ids: Iterable[uuid.UUID]) -> "ConsentQuerySet":
        return self.filter(artwork__in=list(artwork_ids))

    def newest_first(self) -> "ConsentQuerySet":
        return self.order_by("-changed_at", "-id")

    def with_everything(self) -> "ConsentQuerySet":
        """What a page or an answer shows of each."""
        return self.select_related("granter", "requester", "recipient", "circle", "scope_circle", "artwork")

    def locked(self) -> "ConsentQuerySet":
        """In the one order in which everybody locks them."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Consent(models.Model):
    """One person's word on one use: of this artwork (or all of theirs in a circle), for this purpose, for them.

    ``epoch`` rises with every change, so that whoever remembers one knows whether it is still the same word.
    """

    class Role(models.TextChoices):
        OWNER = "owner", "It is theirs"
        SUBJECT = "subject", "It shows them"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    granter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.OWNER)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    artwork = models.ForeignKey(Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="consents")
    artwork_ref = models.UUIDField(null=True, blank=True, help_text="The artwork's id, also when it is gone.")
    scope = models.CharField(max_length=10, choices=Scope.choices)
    scope_circle = models.ForeignKey(Circle, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    work_id = models.UUIDField(null=True, blank=True, help_text="The one work it is for, with the scope “work”.")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    circle = models.ForeignKey(Circle, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_implicit = models.BooleanField(default=False, help_text="One's own artwork in one's own work.")

    state = models.CharField(max_length=12, choices=State.choices)
    epoch = models.PositiveIntegerField(default=1)
    sequence = models.PositiveIntegerField(default=0, help_text="Lines of the ledger about it.")
    head_hash = models.CharField(max_length=64, blank=True, help_text="Of the last line of the ledger about it.")
    notice_version = models.CharField(max_length=20)
    valid_until = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True, help_text="What the person who asks says.")
    asked_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="When its granter last said yes or no.")

    objects: ClassVar[ConsentQuerySet] = ConsentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-changed_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("granter", "artwork", "scope_circle", "work_id", "purpose", "recipient", "circle"),
                condition=~_IS_CLOSED,
                nulls_distinct=False,
                name="consent_asked_once",
            ),
            models.CheckConstraint(condition=_IS_CLOSED | _ONE_RECIPIENT, name="consent_has_one_recipient"),
            models.CheckConstraint(condition=_IS_CLOSED | _SCOPED, name="consent_has_its_scope"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="consent_state_is_known"),
            models.CheckConstraint(
                condition=Q(is_implicit=False) | Q(granter=F("requester")), name="consent_implicit_is_ones_own"
            ),
        ]
        indexes = [
            models.Index(fields=("granter", "-changed_at", "-id"), name="consent_granter_idx"),
            models.Index(fields=("requester", "-changed_at", "-id"), name="consent_requester_idx"),
            models.Index(fields=("recipient", "-changed_at", "-id"), name="consent_recipient_idx"),
            models.Index(fields=("valid_until",), condition=Q(state=State.GRANTED), name="consent_running_out_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_state_display().lower()}"

    @property
    def is_given(self) -> bool:
        """Given and not run out yet, whatever a sweep has still to write down."""
        return self.state == State.GRANTED and (self.valid_until is None or self.valid_until > timezone.now())
