"""What a client of seed 003 is told of a job: three states, four error codes.

It knows no cancelling: what was given up has ``failed``, with ``pipeline_error`` because the pipeline did not come to
its end, and says so in its message and, for clients that look, in ``is_cancelled``.
"""

from typing import Any, Final

from django.conf import settings

from facades.links import result_path
from processing.errors import DownloadFailed, StorageUnavailable, TooDemanding
from processing.models import Job
from processing.presenting import show
from processing.states import State

STATUSES: Final = {
    State.PENDING: "processing",
    State.PROCESSING: "processing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}
CODES: Final = ("download_failed", "pipeline_error", "upload_failed", "validation_failed")


def answer(job: Job, *, root: str = "") -> dict[str, Any]:
    """``job_id``, ``status``, and what belongs to that status. ``root`` stands before the paths; none: SITE_URL."""
    root = (root or settings.SITE_URL).rstrip("/")
    status = STATUSES[State(job.state)]
    told: dict[str, Any] = {"job_id": str(job.pk), "status": status}
    if job.options.get("project_id"):
        told["project_id"] = job.options["project_id"]
    if status == "processing":
        return told | {"step": _step(job), "progress": job.progress}
    if status == "completed":
        return told | {"result_url": root + result_path(job.pk), "artwork_id": job.result.get("artwork_id")}
    return told | {
        "error_code": code_of(job),
        "error_message": _message(job),
        "is_cancelled": job.state == State.CANCELLED,
    }


def code_of(job: Job) -> str:
    """The seed's code for how a job ended."""
    if job.error_code == DownloadFailed.code:
        return "download_failed"
    if job.error_code == StorageUnavailable.code:
        return "upload_failed"
    is_input = job.error_type == "quality_issue" and job.error_code != TooDemanding.code
    return "validation_failed" if is_input else "pipeline_error"


def _step(job: Job) -> dict[str, Any] | None:
    """Step 2 of 7: segment; None while it waits."""
    steps = show(job).steps
    places = [place for place, step in enumerate(steps, start=1) if step.name == job.step]
    if not places:
        return None
    step = steps[places[0] - 1]
    return {"number": places[0], "of": len(steps), "name": step.name, "label": step.label}


def _message(job: Job) -> str:
    if job.state == State.CANCELLED:
        return job.message or "It was cancelled."
    return " ".join(part for part in (job.message, job.suggestion) if part)
