"""What can go wrong: the class of an error says its code, its HTTP status, whether to retry, and what a person can do.

Pure: no Django. The API shapes these into ``{"error", "detail", "suggestion", "fields"?}``; the job engine stores
``error_type`` (the family), ``error_code``, ``message`` and ``suggestion`` on the job.
"""

from typing import ClassVar


class AureoleError(Exception):
    """Base of everything a person may be told; subclasses set the class attributes."""

    code: ClassVar[str] = "server_error"
    family: ClassVar[str] = "server_error"
    status: ClassVar[int] = 500
    detail: ClassVar[str] = "Something went wrong on our side."
    suggestion: ClassVar[str] = "Try again; if it happens again, tell the person who runs this server."
    retries: ClassVar[bool] = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        suggestion: str | None = None,
        code: str | None = None,
        fields: dict[str, object] | None = None,
        extra: dict[str, object] | None = None,
        retry_after: int | None = None,
        facts: dict[str, object] | None = None,
    ) -> None:
        self.message = detail or self.detail
        self.advice = suggestion or self.suggestion
        self.error_code = code or self.code
        self.fields = fields or {}
        self.extra = extra or {}
        self.retry_after = retry_after
        # What was measured before it went wrong; a job that fails keeps it.
        self.facts = facts or {}
        super().__init__(self.message)


class QualityIssue(AureoleError):
    """The picture itself cannot be used; trying again changes nothing."""

    code = family = "quality_issue"
    status = 422
    detail = "This picture cannot be used."
    suggestion = "Choose another picture."


class TooDemanding(QualityIssue):
    """A picture that needs more memory or time than one job may have."""

    code = "too_demanding"
    detail = "This picture needs more memory or time than one job may use."
    suggestion = "Save it smaller, or in another format, and try again."


class TransientError(AureoleError):
    """Something outside was busy or away; tried again by itself."""

    code = family = "transient_error"
    status = 503
    detail = "A service this needs did not answer."
    suggestion = "It is tried again by itself; otherwise try again in a minute."
    retries = True


class ServerError(AureoleError):
    """Our fault; ends as a dead letter an admin can read."""


class StorageUnavailable(TransientError):
    """Disk full, S3 away: whatever keeps the files did not take or give them."""

    code = "storage_unavailable"
    detail = "The place where files are kept did not answer."


class DownloadFailed(AureoleError):
    """Something that should be fetched was not. One text for every reason: it must tell nothing of our network."""

    code = "download_failed"
    family = "transient_error"
    status = 422
    detail = "No picture could be downloaded from that address."
    suggestion = (
        "Check that it begins with https://, opens without signing in, and leads to the picture itself, "
        "of 30 MB at most; or upload the picture first."
    )


class DownloadRefused(DownloadFailed):
    """The same to everybody who asked, but counted: nothing was connected to."""


class PipelineError(AureoleError):
    """A step of the work went wrong or took longer than the person allows: no fault an admin could put right."""

    code = "pipeline_error"
    family = "transient_error"
    detail = "A step did not end as it should."
    suggestion = "Try again, with a smaller picture if it happens again."


class WebhookFailed(TransientError):
    """The program that waits for a result did not take it; as with downloads, one text for every reason."""

    code = "webhook_failed"
    detail = "The address that should hear of the result did not take the message."
    suggestion = "Ask for the result by its job; the picture is not affected."


class WebhookRefused(WebhookFailed):
    """The same to everybody, but counted and not tried again: nothing was connected to."""

    retries = False


class JobDied(ServerError):
    """The process that did the work was killed or crashed; the attempt is spent, the job may have another."""

    code = "job_died"
    detail = "The process working on this stopped suddenly."
    retries = True


class TooSlow(ServerError):
    """Over its time or memory limit, in a job that reads nobody's picture."""

    code = "over_limit"
    detail = "This took more time or memory than one job may use."


class ModelMissing(ServerError):
    """The work needs a model that is not installed; the suggestion is the command that installs it."""

    code = "model_missing"
    detail = "A model that this needs is not installed."


class ModelDamaged(ServerError):
    """An installed model's file is not what was installed."""

    code = "model_damaged"
    detail = "A model that this needs is damaged."


class Cancelled(AureoleError):
    """The person asked the job to stop."""

    code = "cancelled"
    family = ""
    status = 409
    detail = "It was cancelled."
    suggestion = "Start it again whenever you like."


class LeaseLost(AureoleError):
    """Another worker owns the job now; whoever sees this leaves without a trace."""

    code = "lease_lost"
    detail = "Another worker took over."


class Refused(AureoleError):
    """A request that is understood and turned down; ``fields`` names what is wrong."""

    code = "validation_failed"
    family = "quality_issue"
    status = 400
    detail = "The request has something that cannot be accepted."
    suggestion = "Correct the named fields and send it again."


class NotFound(AureoleError):
    """Hidden and absent answer alike."""

    code = "not_found"
    status = 404
    detail = "There is nothing here, or it is not yours to see."
    suggestion = "Check the address, or go back to your photos."


class Conflict(AureoleError):
    """The request does not fit what is already there."""

    code = "conflict"
    status = 409
    detail = "That does not fit what is already there."
    suggestion = "Look at the current state and try again."


class QueueFull(AureoleError):
    """Too many jobs wait; the client may try again after ``retry_after`` seconds."""

    code = "queue_full"
    family = "transient_error"
    status = 503
    detail = "Too many jobs are waiting already."
    suggestion = "Wait until some are done, then try again."

    def __init__(self, detail: str | None = None, *, retry_after: int = 30) -> None:
        super().__init__(detail, retry_after=retry_after)


class TooOften(AureoleError):
    """A limit on how often something may be asked; ``retry_after`` says how many seconds to wait."""

    code = "throttled"
    family = "transient_error"
    status = 429
    detail = "That was too often."
    suggestion = "Wait as long as Retry-After says, then try again."


class NotSignedIn(AureoleError):
    """The credentials do not open anything; the same for an unknown address and a wrong password."""

    code = "invalid_credentials"
    family = "quality_issue"
    status = 401
    detail = "The email address and the password do not belong together."
    suggestion = "Check both and try again, or ask for a new password."
