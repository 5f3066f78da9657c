"""The ledger: what happened to every permission, line by line, never changed. It knows nobody by name."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from consent.models.consents import State


class Pseudonym(models.Model):
    """Who a ``subject_ref`` of the ledger is. Deleted with the account: then nobody can tell any more."""

    ref = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pseudonym")

    def __str__(self) -> str:
        return str(self.ref)


class ConsentEventQuerySet(models.QuerySet["ConsentEvent"]):
    def of_record(self, record_id: uuid.UUID) -> "ConsentEventQuerySet":
        """Oldest first."""
        return self.filter(record_id=record_id).order_by("sequence")


class ConsentEvent(models.Model):
    """A line: the fields of ISO/IEC TS 27560 and of the Kantara receipt, chained to the line before it by its hash.

    The database refuses UPDATE and DELETE (a trigger). No foreign keys: what it names may go, the line stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record_id = models.UUIDField(help_text="The Consent this is about.")
    receipt_id = models.UUIDField(default=uuid.uuid4, unique=True)
    sequence = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)
    schema_version = models.CharField(max_length=20)

    event = models.CharField(max_length=12, choices=State.choices)
    epoch = models.PositiveIntegerField()
    subject_ref = models.UUIDField(db_index=True, help_text="Whose word it is.")
    role = models.CharField(max_length=10)
    actor_ref = models.UUIDField(null=True, help_text="Who did this; empty: the server itself.")
    recipient_kind = models.CharField(max_length=6, choices=[("person", "person"), ("circle", "circle")])
    recipient_ref = models.UUIDField()
    controller = models.CharField(max_length=200)

    artwork_ref = models.UUIDField(null=True)
    scope = models.CharField(max_length=10)
    scope_ref = models.UUIDField(null=True, help_text="The one work, or the circle all artworks in which are meant.")
    purpose = models.CharField(max_length=12)
    data_types = ArrayField(models.CharField(max_length=60))
    special_category = models.CharField(max_length=60, blank=True)
    lawful_basis = models.CharField(max_length=120)
    storage = models.CharField(max_length=200)
    retention = models.CharField(max_length=200)

    notice_id = models.CharField(max_length=60)
    notice_version = models.CharField(max_length=20)
    notice_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=10)

    at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    method = models.CharField(max_length=20)
    reason = models.CharField(max_length=60, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    evidence_hash = models.CharField(max_length=64, blank=True, help_text="Salted, of address and user agent.")
    how_to_withdraw = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=60)

    objects: ClassVar[ConsentEventQuerySet] = ConsentEventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("record_id", "sequence")
        verbose_name = "line of the ledger"
        verbose_name_plural = "ledger"
        constraints = [models.UniqueConstraint(fields=("record_id", "sequence"), name="consent_event_once")]

    def __str__(self) -> str:
        return f"{self.event} ({self.sequence})"


class ConsentEvidence(models.Model):
    """From where an answer came. Erased with its person; the ledger keeps a hash that then says nothing."""

    event_id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    address = models.GenericIPAddressField(null=True, help_text="Truncated to its /24, or /48.")
    user_agent = models.CharField(max_length=300, blank=True)
    salt = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "consent evidence"

    def __str__(self) -> str:
        return str(self.event_id)
