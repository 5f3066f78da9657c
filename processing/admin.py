"""Jobs for those who run the server: what happened and what to do. Nothing here shows what is in anybody's photos."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from processing import jobs
from processing.errors import AureoleError
from processing.models import DeadLetter, FileDeletion, Job, JobEvent, JobFile, WorkerBeat

WORKER_SILENT = timedelta(seconds=30)


def _never(self: Any, request: HttpRequest, obj: Any = None) -> bool:
    """Rows the engine alone writes may be looked at, not typed into."""
    return False


class _Rows(admin.ModelAdmin):
    has_add_permission = has_change_permission = has_delete_permission = _never


class _Lines(admin.TabularInline):
    has_add_permission = has_change_permission = has_delete_permission = _never
    extra = 0


class EventInline(_Lines):
    model = JobEvent
    fields = ("sequence", "at", "state", "step", "progress", "attempt", "message")
    readonly_fields = fields
    ordering = ("sequence",)


class FileInline(_Lines):
    model = JobFile
    fields = ("key", "status", "is_adopted", "byte_size", "content_type", "created_at")
    readonly_fields = fields
    ordering = ("id",)


class _Jobs(_Rows):
    # The label is what the owner calls it, often a file name, and options and result may say more: they stay theirs.
    fields = (
        ("id", "kind", "queue"),
        ("owner", "subject_id", "batch_id", "retry_of"),
        ("state", "step", "progress", "sequence"),
        ("attempt", "max_attempts", "not_before"),
        ("worker", "lease_until", "cancel_requested_at"),
        ("error_type", "error_code"),
        "message",
        ("is_dead_letter", "discarded_at", "discard_reason"),
        ("created_at", "started_at", "finished_at", "duration_ms"),
    )
    readonly_fields = [name for row in fields for name in ([row] if isinstance(row, str) else row)]
    inlines = (EventInline, FileInline)
    date_hierarchy = "created_at"
    search_fields = ("=id", "=owner__email", "=subject_id", "=batch_id")
    search_help_text = "A whole id, or the owner's whole address."
    list_select_related = ("owner",)
    ordering = ("-created_at", "-id")
    show_full_result_count = False

    @admin.display(description="job", ordering="id")
    def short_id(self, job: Job) -> str:
        return str(job.pk)[:8]


@admin.register(Job)
class JobAdmin(_Jobs):
    list_display = ("short_id", "kind", "state", "owner", "queue", "attempt", "error_code", "created_at", "duration_ms")
    list_filter = ("state", "kind", "queue", "error_type", "is_dead_letter", "created_at")


@admin.register(DeadLetter)
class DeadLetterAdmin(_Jobs):
    """Those who may look at jobs may look here; trying again and putting away needs the right to change jobs."""

    list_display = ("short_id", "kind", "owner", "error_code", "message", "attempt", "finished_at")
    list_filter = ("kind", "queue", "error_code", "finished_at")
    actions = ("try_again", "put_away")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadLetter]:
        dead = Job.objects.dead_letters().values("pk")  # type: ignore[attr-defined]
        return DeadLetter.objects.filter(pk__in=dead).select_related("owner")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("processing.view_job") or self.has_mend_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_mend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("processing.change_job")

    @admin.action(description="Try again", permissions=["mend"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[DeadLetter]) -> None:
        started = [letter for letter in chosen if self._retried(request, letter)]
        if started:
            messages.success(request, f"{len(started)} started again.")

    @admin.action(description="Put away, with a reason", permissions=["mend"])
    def put_away(self, request: HttpRequest, chosen: QuerySet[DeadLetter]) -> HttpResponse | None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            return self._ask_reason(request, chosen)
        letters = list(chosen)
        for letter in letters:
            jobs.discard(actor=request.user, job_id=letter.pk, reason=reason)
            self.log_change(request, letter, f"Put away: {reason}"[:255])
        messages.success(request, f"{len(letters)} put away. The reason is kept with each.")
        return None

    def _retried(self, request: HttpRequest, letter: DeadLetter) -> bool:
        try:
            new = jobs.retry(actor=request.user, job_id=letter.pk)
        except AureoleError as error:
            messages.error(request, f"{letter.pk}: {error.message} {error.advice}")
            return False
        self.log_change(request, letter, f"Tried again as {new.pk}")
        return True

    def _ask_reason(self, request: HttpRequest, chosen: QuerySet[DeadLetter]) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": "Put away, with a reason",
            "opts": self.model._meta,
            "letters": chosen,
            "is_reason_missing": "reason" in request.POST,
            "action_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/processing/deadletter/put_away.html", context)


@admin.register(FileDeletion)
class FileDeletionAdmin(_Rows):
    list_display = ("key", "reason", "not_before", "attempts", "last_error", "is_late_check")
    list_filter = ("reason", "is_late_check", "attempts")
    search_fields = ("key",)
    ordering = ("not_before",)
    actions = ("try_now",)
    fields: ClassVar[Any] = ("key", "reason", "not_before", "attempts", "last_error", "is_late_check", "created_at")
    readonly_fields = fields

    def has_mend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("processing.change_filedeletion")

    @admin.action(description="Try to delete now", permissions=["mend"])
    def try_now(self, request: HttpRequest, chosen: QuerySet[FileDeletion]) -> None:
        number = chosen.update(not_before=timezone.now())
        messages.success(request, f"{number} will be tried within seconds.")


@admin.register(WorkerBeat)
class WorkerBeatAdmin(_Rows):
    list_display = ("name", "queue", "threads", "is_alive", "beat_at", "started_at")
    ordering = ("queue", "name")

    @admin.display(boolean=True, description="alive")
    def is_alive(self, beat: WorkerBeat) -> bool:
        return beat.beat_at > timezone.now() - WORKER_SILENT
