"""How a job ends without a result, or waits for another attempt: the same for a person, a worker and the reconciler."""

import uuid
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from processing import recipe
from processing.errors import AureoleError, Cancelled, ServerError
from processing.models import Job, JobFile
from processing.states import State

MESSAGE_LENGTH = 500
LONGEST_PAUSE_SECONDS = 32

log = structlog.get_logger(__name__)


def end(job: Job, error: AureoleError, *, lease: uuid.UUID | None = None, only_if: Q | None = None) -> bool:
    """End ``job`` as failed (or cancelled, for Cancelled) if it still may; True when this call did it.

    The recipe's ``failed`` runs first, because rows of upper rooms are locked before the job; when the job turns out
    to have moved on, all of it is undone.
    """
    to = State.CANCELLED if isinstance(error, Cancelled) else State.FAILED
    now = timezone.now()
    with transaction.atomic():
        _tell_recipe(job, error)
        won = job.move(
            to,
            lease=lease,
            only_if=only_if,
            error_type=error.family,
            error_code=error.error_code,
            message=error.message[:MESSAGE_LENGTH],
            suggestion=error.advice[:MESSAGE_LENGTH],
            result={"facts": error.facts} if error.facts else {},
            is_dead_letter=to == State.FAILED and isinstance(error, ServerError),
            cancel_requested_at=now if to == State.CANCELLED else None,
            finished_at=now,
            duration_ms=duration_ms(job),
        )
        if won:
            _drop_staged(job)
        else:
            transaction.set_rollback(True)
    if won:
        log.info("job.ended", job_id=str(job.pk), kind=job.kind, state=str(to), error=error.error_code)
    return won


def put_back(
    job: Job,
    error: AureoleError,
    *,
    lease: uuid.UUID,
    only_if: Q | None = None,
    pause_seconds: float = 0,
    is_attempt_counted: bool = True,
) -> bool:
    """Back to pending for another attempt, ``pause_seconds`` from now; True when this call did it."""
    changes = {} if is_attempt_counted else {"attempt": F("attempt") - 1}
    with transaction.atomic():
        won = job.move(
            State.PENDING,
            lease=lease,
            only_if=only_if,
            not_before=timezone.now() + timedelta(seconds=pause_seconds) if pause_seconds else None,
            step="",
            progress=0,
            message=error.message[:MESSAGE_LENGTH],
            **changes,
        )
        if won:
            _drop_staged(job)
    if won:
        log.info("job.put_back", job_id=str(job.pk), kind=job.kind, attempt=job.attempt, error=error.error_code)
    return won


def end_or_put_back(job: Job, error: AureoleError, *, lease: uuid.UUID, only_if: Q | None = None) -> bool:
    """Another attempt when the error's class and the attempts left allow it; else the end."""
    if error.retries and job.attempt < job.max_attempts:
        return put_back(job, error, lease=lease, only_if=only_if, pause_seconds=pause(job.attempt))
    return end(job, error, lease=lease, only_if=only_if)


def pause(attempt: int) -> int:
    """Seconds before the attempt after ``attempt`` (1, 2, ...): 2, 4, 8, 16, 32, 32, ..."""
    return min(2**attempt, LONGEST_PAUSE_SECONDS)


def _tell_recipe(job: Job, error: AureoleError) -> None:
    """A recipe that stumbles here must not keep the job from ending."""
    try:
        found = recipe.find(job.kind)
    except LookupError:
        return
    try:
        with transaction.atomic():
            found.recipe.failed(job, error)
    except Exception:
        log.exception("recipe.failed_stumbled", job_id=str(job.pk), kind=job.kind)


def _drop_staged(job: Job) -> None:
    JobFile.objects.filter(job=job, status=JobFile.Status.STAGED).delete()


def duration_ms(job: Job) -> int | None:
    if job.started_at is None:
        return None
    return max(0, int((timezone.now() - job.started_at).total_seconds() * 1000))
