"""All that other apps call: submit, cancel, retry, delete."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from processing import broker, ending, figures, recipe
from processing.errors import AureoleError, Cancelled, Conflict, NotFound, QueueFull, Refused
from processing.models import Job
from processing.states import State

LARGEST_BATCH = 10
CLEARED_MOST = 500


@dataclass(frozen=True)
class Request:
    """One job of a batch."""

    kind: str
    label: str = ""
    subject_id: uuid.UUID | None = None
    options: dict[str, Any] = field(default_factory=dict)
    priority: int = 0


def submit(
    *,
    actor: Any,
    kind: str,
    label: str = "",
    subject_id: uuid.UUID | None = None,
    options: dict[str, Any] | None = None,
    priority: int = 0,
    idempotency_key: str | None = None,
    request_hash: str = "",
    retry_of: Job | None = None,
    batch_id: uuid.UUID | None = None,
    result: dict[str, Any] | None = None,
) -> Job:
    """Write the job down and, after the commit, wake a worker.

    The same ``idempotency_key`` with the same request gives the same job, with another request Conflict. QueueFull
    when too many wait, LookupError for an unknown kind. Without ``request_hash`` the fields themselves are compared.
    With ``result`` what is asked for is there already: the job is written down as done, and nothing runs.
    """
    found = recipe.find(kind)
    job = Job(
        owner=actor,
        kind=kind,
        queue=found.queue,
        priority=priority,
        label=label[:255],
        subject_id=subject_id,
        options=options or {},
        batch_id=batch_id,
        retry_of=retry_of,
        max_attempts=found.attempts,
        idempotency_key=idempotency_key or None,
        **_ended_with(result),
    )
    job.request_hash = request_hash or (_hash(job) if idempotency_key else "")
    with transaction.atomic():
        earlier = _earlier(job)
        if earlier is not None:
            return earlier
        if not found.is_unlimited and not job.is_ended:
            _require_room(actor, 1)
        return _insert(job)


def _ended_with(result: dict[str, Any] | None) -> dict[str, Any]:
    """The fields of a job that is done before it begins."""
    if result is None:
        return {}
    ended = {"state": State.COMPLETED, "progress": 100, "finished_at": timezone.now(), "duration_ms": 0}
    return ended | {"result": result}


def submit_batch(*, actor: Any, requests: Sequence[Request]) -> list[Job]:
    """One to ten jobs, all or none, that run in the order given."""
    if not 1 <= len(requests) <= LARGEST_BATCH:
        raise Refused(f"A batch holds 1 to {LARGEST_BATCH} jobs.", fields={"requests": f"{len(requests)} given"})
    batch_id = uuid.uuid4()
    with transaction.atomic():
        limited = sum(not recipe.find(request.kind).is_unlimited for request in requests)
        if limited:
            _require_room(actor, limited)
        return [
            submit(
                actor=actor,
                kind=request.kind,
                label=request.label,
                subject_id=request.subject_id,
                options=request.options,
                priority=request.priority,
                batch_id=batch_id,
            )
            for request in requests
        ]


def cancel(*, actor: Any, job_id: uuid.UUID) -> Job:
    """Stop a waiting or running job; cancelling twice is fine, cancelling what has ended otherwise is a Conflict."""
    job = _own(actor, job_id)
    if not ending.end(job, Cancelled()):
        job = _own(actor, job_id)
        if job.state != State.CANCELLED:
            raise Conflict("This job has ended already.", suggestion="Delete it, or start it again.")
    return job


def retry(
    *,
    actor: Any,
    job_id: uuid.UUID,
    options: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
    request_hash: str = "",
) -> Job:
    """A NEW job linked to an ended one, with ``options`` laid over the old ones.

    Asking again with the same ``idempotency_key``, or without one while that new job is unfinished, gives the same
    one. People retry their own jobs, staff with the permission ``processing.change_job`` also dead letters.
    """
    with transaction.atomic():
        old = _lock(_retriable_by(actor), job_id)
        if not old.is_ended:
            raise Conflict("This job has not ended yet.", suggestion="Wait for it, or cancel it first.")
        wanted = recipe.laid_over(old, options or {})
        waiting = old.retried_as.unfinished().filter(options=wanted).first()  # type: ignore[attr-defined]
        if waiting is not None and idempotency_key is None:
            return waiting
        recipe.find(old.kind).recipe.guard(old)
        return submit(
            actor=old.owner,
            kind=old.kind,
            label=old.label,
            subject_id=old.subject_id,
            options=wanted,
            priority=old.priority,
            retry_of=old,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
        )


def retry_failed(*, actor: Any) -> list[Job]:
    """Retry everything of this person's that might succeed now; what cannot start any more is left as it is."""
    started: list[Job] = []
    failed = Job.objects.visible_to(actor).worth_retrying().order_by("created_at")  # type: ignore[attr-defined]
    for job_id in failed.values_list("pk", flat=True):
        try:
            started.append(retry(actor=actor, job_id=job_id))
        except QueueFull:
            if not started:
                raise
            break
        except AureoleError:
            continue
    return started


def clear_done(*, actor: Any) -> int:
    """Forget this person's jobs that worked or were cancelled, CLEARED_MOST at a time; what they published stays."""
    with transaction.atomic():
        done = Job.objects.visible_to(actor).filter(state__in=(State.COMPLETED, State.CANCELLED))  # type: ignore[attr-defined]
        found = list(done.select_for_update().order_by("created_at")[:CLEARED_MOST])
        for job in found:
            figures.remember_deleted(job)
        done.filter(pk__in=[job.pk for job in found]).delete()
    return len(found)


def delete(*, actor: Any, job_id: uuid.UUID) -> None:
    """Cancel the job if it still runs, and forget it; what it published into other rooms stays."""
    job = _own(actor, job_id)
    with transaction.atomic():
        ending.end(job, Cancelled())
        figures.remember_deleted(job)
        # Not job.delete(): that takes its id away before those who watch it are told, after the commit.
        Job.objects.filter(pk=job.pk).delete()


def delete_kinds(*, owner: Any, kinds: Sequence[str]) -> int:
    """Forget this person's jobs of these kinds, whether they wait, run or have ended; returns how many there were."""
    with transaction.atomic():
        mine = Job.objects.visible_to(owner).filter(kind__in=kinds)  # type: ignore[attr-defined]
        for job in mine.unfinished():
            ending.end(job, Cancelled())
        found = list(mine.select_for_update())
        for job in found:
            figures.remember_deleted(job)
        mine.filter(pk__in=[job.pk for job in found]).delete()
    return len(found)


def delete_all(*, owner: Any) -> int:
    """Forget every job of a person who leaves; returns how many there were."""
    ids = list(Job.objects.filter(owner=owner).values_list("pk", flat=True))
    for job_id in ids:
        delete(actor=owner, job_id=job_id)
    return len(ids)


def discard(*, actor: Any, job_id: uuid.UUID, reason: str) -> Job:
    """Put a dead letter away, for a reason that is kept; only staff with ``processing.change_job`` may."""
    if not actor.has_perm("processing.change_job"):
        raise NotFound()
    if not reason.strip():
        raise Refused("Say why it is put away.", fields={"reason": "This is empty."})
    rows = Job.objects.dead_letters().filter(pk=job_id)  # type: ignore[attr-defined]
    # Update by primary key: the question joins the retries.
    changed = Job.objects.filter(pk__in=rows.values("pk"), discarded_at=None).update(
        discarded_at=timezone.now(), discard_reason=reason.strip()[:255]
    )
    if not changed:
        raise NotFound()
    return Job.objects.get(pk=job_id)


def request_hash(body: Any) -> str:
    """SHA-256 in hex of a JSON-able request, whatever the order of its keys."""
    text = json.dumps(body, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _hash(job: Job) -> str:
    return request_hash([job.kind, job.label, job.subject_id, job.options, job.priority])


def _earlier(job: Job) -> Job | None:
    """The job that the same idempotency key made before."""
    if job.idempotency_key is None:
        return None
    found = Job.objects.filter(owner=job.owner, idempotency_key=job.idempotency_key).first()
    if found is not None and found.request_hash != job.request_hash:
        raise Conflict(
            "This idempotency key was used for another request.",
            suggestion="Send a new key with a new request.",
            code="idempotency_conflict",
        )
    return found


def _insert(job: Job) -> Job:
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        earlier = _earlier(job)
        if earlier is None:
            raise
        return earlier
    job.remember()
    if not job.is_ended:
        transaction.on_commit(partial(broker.wake, job.queue), robust=True)
    return job


def _require_room(actor: Any, wanted: int) -> None:
    """QueueFull when ``wanted`` more jobs would pass a limit; kinds that are never refused do not count."""
    waiting = Job.objects.waiting().filter(kind__in=recipe.limited_kinds())  # type: ignore[attr-defined]
    _require(waiting.filter(owner=actor), settings.QUEUE_LIMIT_PERSON - wanted, "You have too many jobs waiting.")
    _require(waiting, settings.QUEUE_LIMIT_ALL - wanted, "Too many jobs are waiting on this server.")


def _require(waiting: QuerySet[Job], most: int, sentence: str) -> None:
    if waiting.order_by().values("pk")[: most + 1].count() > most:
        raise QueueFull(sentence)


def _own(actor: Any, job_id: uuid.UUID) -> Job:
    found = Job.objects.visible_to(actor).filter(pk=job_id).first()  # type: ignore[attr-defined]
    if found is None:
        raise NotFound()
    return found


def _retriable_by(actor: Any) -> Q:
    own = Q(owner_id=actor.pk)
    if actor.has_perm("processing.change_job"):
        return own | Q(is_dead_letter=True)
    return own


def _lock(whose: Q, job_id: uuid.UUID) -> Job:
    """The row itself, locked, so that two clicks make one new job."""
    found = Job.objects.filter(whose, pk=job_id).select_for_update(of=("self",)).select_related("owner").first()
    if found is None:
        raise NotFound()
    return found
