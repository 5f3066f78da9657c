"""Telling a client's own server that a render has ended. Nothing waits for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from facades import webhooks
from facades.fetching import note_refusal
from processing.errors import Cancelled
from processing.models import Job, JobFile
from processing.recipe import Description, Step, recipe
from processing.states import ENDS, Queue


@recipe(
    kind=webhooks.KIND,
    queue=Queue.LOW,
    steps=(Step("send", 100),),
    run="processing.webhook_job.run",
    time_limit=60,
    memory_mb=1024,
    attempts=4,
    is_unlimited=True,
    reads_pictures=False,
)
class Webhook:
    """Four tries, 2, 4 and 8 seconds apart."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        body, headers = webhooks.message_of(_render(job))
        url = job.options["webhook_url"]
        return {"url": url, "body": body.decode(), "headers": headers, "allow_http": settings.FETCH_ALLOW_HTTP}

    @staticmethod
    def guard(job: Job) -> None:
        """There is still something to tell of."""
        _render(job)

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        return result

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        note_refusal(error)

    @staticmethod
    def describe(job: Job) -> Description:
        return Description(title=job.label)


def _render(job: Job) -> Job:
    found = Job.objects.visible_to(job.owner).filter(pk=job.options["render_id"], state__in=ENDS).first()  # type: ignore[attr-defined]
    if found is None:
        raise Cancelled("The render it tells of was deleted.")
    return found
