"""Jobs, what happened to them, and the files they made. The row is the truth; messages are only wake-ups."""

import uuid
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from processing.states import ENDS, MOVES, UNFINISHED, Queue, State


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: object) -> "JobQuerySet":
        """Jobs are their owner's alone."""
        return self.filter(owner_id=getattr(user, "pk", None))

    def waiting(self) -> "JobQuerySet":
        return self.filter(state=State.PENDING)

    def running(self) -> "JobQuerySet":
        return self.filter(state=State.PROCESSING)

    def unfinished(self) -> "JobQuerySet":
        return self.exclude(state__in=ENDS)

    def dead_letters(self) -> "JobQuerySet":
        """Failed for good by our fault, and neither put away by an admin nor tried again."""
        return self.filter(state=State.FAILED, is_dead_letter=True, discarded_at=None, retried_as=None)

    def worth_retrying(self) -> "JobQuerySet":
        """Failed jobs that might succeed now: not the picture's fault, not put away, not tried again already."""
        return self.filter(state=State.FAILED, discarded_at=None, retried_as=None).exclude(error_type="quality_issue")

    def about(self, subject_id: uuid.UUID | None) -> "JobQuerySet":
        return self.filter(subject_id=subject_id)


class Job(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    queue = models.CharField(max_length=10, choices=[(q.value, q.value) for q in Queue], default=Queue.DEFAULT)
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in State], default=State.PENDING)
    priority = models.SmallIntegerField(default=0, help_text="Higher runs first among one person's jobs.")
    label = models.CharField(max_length=255, blank=True, help_text="What the person calls it: a file name, a title.")
    subject_id = models.UUIDField(null=True, blank=True, help_text="The thing it is about; the recipe knows its kind.")
    options = models.JSONField(default=dict, blank=True)
    batch_id = models.UUIDField(null=True, blank=True)
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retried_as")

    step = models.CharField(max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    sequence = models.BigIntegerField(default=0, help_text="Rises with every change a client may see.")
    attempt = models.PositiveSmallIntegerField(default=0, help_text="Counted before work starts.")
    max_attempts = models.PositiveSmallIntegerField(default=3)
    not_before = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    result = models.JSONField(default=dict, blank=True)
    error_type = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    message = models.CharField(max_length=500, blank=True)
    suggestion = models.CharField(max_length=500, blank=True)
    is_dead_letter = models.BooleanField(default=False)
    discarded_at = models.DateTimeField(null=True, blank=True)
    discard_reason = models.CharField(max_length=255, blank=True)

    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - unique when present
    request_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar[models.Manager["Job"]] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("owner", "idempotency_key"),
                condition=Q(idempotency_key__isnull=False),
                name="job_idempotency_key_once_per_owner",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="job_progress_at_most_100"),
            models.CheckConstraint(
                condition=Q(state=State.PROCESSING, lease_token__isnull=False) | ~Q(state=State.PROCESSING),
                name="job_processing_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=("queue", "owner", "-priority", "created_at"),
                condition=Q(state=State.PENDING),
                name="job_claim_idx",
            ),
            models.Index(fields=("lease_until",), condition=Q(state=State.PROCESSING), name="job_lease_idx"),
            models.Index(fields=("owner", "-created_at", "-id"), name="job_owner_recent_idx"),
            models.Index(fields=("subject_id",), name="job_subject_idx"),
            models.Index(fields=("owner", "-started_at"), condition=Q(started_at__isnull=False), name="job_served_idx"),
            models.Index(fields=("queue",), condition=Q(state__in=UNFINISHED), name="job_unfinished_idx"),
            models.Index(fields=("finished_at",), condition=Q(finished_at__isnull=False), name="job_finished_idx"),
            models.Index(
                fields=("finished_at",), condition=Q(is_dead_letter=True, discarded_at=None), name="job_dead_letter_idx"
            ),
        ]

    def __str__(self) -> str:
        # Not the label: this text reaches logs and the admin, and a label is often a file name.
        return f"{self.kind} {self.id} ({self.state})"

    @property
    def is_ended(self) -> bool:
        return self.state in ENDS

    def move(self, to: State, *, lease: uuid.UUID | None = None, only_if: Q | None = None, **changes: Any) -> bool:
        """Move to ``to`` if the row still allows it; True when this call won.

        ONE conditional UPDATE: the current state must lead to ``to``; with ``lease`` the caller must still hold the
        job; ``only_if`` narrows it further. Leaving ``processing`` gives the lease up. ``changes`` are further columns.
        The event is written in the same transaction, sockets hear of it after the commit.
        """
        changes = {"lease_token": None, "lease_until": None} | changes
        condition = Q(pk=self.pk, state__in=[origin for origin, targets in MOVES.items() if to in targets])
        if lease is not None:
            condition &= Q(lease_token=lease)
        if only_if is not None:
            condition &= only_if
        with transaction.atomic():
            rows = Job.objects.filter(condition).update(state=to, sequence=F("sequence") + 1, **changes)
            if rows == 1:
                self.refresh_from_db()
                self.remember()
        return rows == 1

    def remember(self) -> None:
        """Write down the state as it is now, and tell the sockets once it is committed."""
        from processing import push

        JobEvent.objects.create(
            job=self,
            sequence=self.sequence,
            state=self.state,
            step=self.step,
            progress=self.progress,
            attempt=self.attempt,
            message=self.message,
        )
        transaction.on_commit(partial(push.job_changed, self), robust=True)


class DeadLetter(Job):
    """The admin's view of jobs that failed for good by our fault. The right to it is the right to jobs."""

    class Meta:
        proxy = True
        default_permissions = ()
        ordering = ("-finished_at", "-id")


class JobEvent(models.Model):
    """One thing that happened to a job; written in the transaction that made it happen."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    sequence = models.BigIntegerField()
    state = models.CharField(max_length=12)
    step = models.CharField(max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("sequence",)
        constraints = [models.UniqueConstraint(fields=("job", "sequence"), name="job_event_sequence_once")]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.state} {self.step}"


class JobFile(models.Model):
    """A file a job wrote, under a key used once: ``<kind>/<job>/<lease>/<name>``."""

    class Status(models.TextChoices):
        STAGED = "staged"
        PUBLISHED = "published"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    lease_token = models.UUIDField()
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=400, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STAGED)
    byte_size = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    is_adopted = models.BooleanField(
        default=False, help_text="Published into somebody else's rows: it outlives this job."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=("job", "status"), name="jobfile_job_status_idx"),
            models.Index(fields=("created_at",), condition=Q(status="staged"), name="jobfile_staged_idx"),
        ]

    def __str__(self) -> str:
        return self.key


class FileDeletion(models.Model):
    """A file that must go; drained by the reconciler until the storage agrees."""

    key = models.CharField(max_length=400)
    is_late_check = models.BooleanField(
        default=False, help_text="Deleted once already; looked at again in case its writer was merely slow."
    )
    reason = models.CharField(max_length=60)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=("not_before",), name="filedeletion_due_idx")]

    def __str__(self) -> str:
        return self.key


class WorkerBeat(models.Model):
    """The sign of life of one worker process; what /health and the alert rules look at."""

    name = models.CharField(max_length=100, primary_key=True)
    queue = models.CharField(max_length=60, help_text="The queues it serves, with commas between them.")
    threads = models.PositiveSmallIntegerField(default=1)
    beat_at = models.DateTimeField()
    started_at = models.DateTimeField()
    cpu_seconds = models.FloatField(default=0, help_text="What it and its children have used so far.")

    def __str__(self) -> str:
        return self.name


class SocketTicket(models.Model):
    """Lets one socket in, once, within seconds; consumed by deleting it. Only the SHA-256 of the ticket is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, blank=True, help_text="The socket lives as long as this session,")
    token_digest = models.CharField(max_length=128, blank=True, help_text="or as long as this token.")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"a ticket until {self.expires_at:%H:%M:%S}"


class OpenSocket(models.Model):
    """A socket some web process holds open; one whose beat stopped counts no more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=("user", "beat_at"), name="opensocket_user_beat_idx")]

    def __str__(self) -> str:
        return f"a socket since {self.opened_at:%H:%M:%S}"


class Reading(models.Model):
    """The latest value of something that was looked at once in a while; /metrics serves it as it is."""

    name = models.CharField(max_length=40)
    label = models.CharField(max_length=200, blank=True)
    value = models.FloatField()
    read_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("name", "label"), name="reading_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.label}"


class Tally(models.Model):
    """A number that only grows and belongs to no other row; what /metrics adds to what it reads from the rows."""

    name = models.CharField(max_length=40)
    label = models.CharField(max_length=200, blank=True)
    value = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("name", "label"), name="tally_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.label}"
