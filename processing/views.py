"""What the buttons of the jobs page do: each works as a plain form, and answers htmx with the one row it changed."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from processing import jobs, presenting
from processing.errors import AureoleError, NotFound
from processing.models import Job

JOBS_PAGE = "/jobs"
View = Callable[..., HttpResponse]


def _button(view: View) -> View:
    """A POST by somebody signed in; a refusal becomes a sentence on the page, a hidden job is an absent one."""

    @wraps(view)
    def answer(request: HttpRequest, **found: Any) -> HttpResponse:
        try:
            return view(request, **found)
        except NotFound:
            raise Http404 from None
        except AureoleError as error:
            messages.error(request, f"{error.message} {error.advice}")
            return _refused(request, error, found.get("job_id"))

    return require_POST(login_required(answer))


@login_required
@require_GET
def row(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """One job's row, for htmx and for those who poll."""
    found = _find(request, job_id)
    if found is None:
        raise Http404
    return _row(request, found)


@_button
def cancel(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return _changed(request, jobs.cancel(actor=request.user, job_id=job_id), "Cancelled.")


@_button
def retry(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Start again, in a new job that takes the old one's place on the page."""
    return _changed(request, jobs.retry(actor=request.user, job_id=job_id), "Started again.")


@_button
def retry_failed(request: HttpRequest) -> HttpResponse:
    number = len(jobs.retry_failed(actor=request.user))
    words = {0: "Nothing here would work better a second time.", 1: "One job started again."}
    messages.info(request, words.get(number, f"{number} jobs started again."))
    return HttpResponseClientRefresh() if _is_htmx(request) else redirect(_back(request))


@_button
def clear_done(request: HttpRequest) -> HttpResponse:
    """What is done leaves the list; what it made stays where it is."""
    number = jobs.clear_done(actor=request.user)
    messages.info(request, f"{number} done job{'' if number == 1 else 's'} cleared. What they made is still there.")
    return redirect(_back(request))


@_button
def delete(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    jobs.delete(actor=request.user, job_id=job_id)
    if _is_htmx(request):
        return HttpResponse()
    messages.info(request, "Removed from the list.")
    return redirect(_back(request))


def _changed(request: HttpRequest, job: Job, said: str) -> HttpResponse:
    if _is_htmx(request):
        return _row(request, job)
    messages.info(request, said)
    return redirect(_back(request))


def _refused(request: HttpRequest, error: AureoleError, job_id: uuid.UUID | None) -> HttpResponse:
    job = _find(request, job_id) if job_id else None
    if not _is_htmx(request) or job is None:
        return redirect(_back(request))
    list(messages.get_messages(request))
    said = {"sentence": f"{error.message} {error.advice}"}
    return trigger_client_event(_row(request, job), "say", said)


def _find(request: HttpRequest, job_id: uuid.UUID) -> Job | None:
    return Job.objects.visible_to(request.user).filter(pk=job_id).first()  # type: ignore[attr-defined]


def _row(request: HttpRequest, job: Job) -> HttpResponse:
    return render(request, "processing/_job.html", {"shown": presenting.show(job)})


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _back(request: HttpRequest) -> str:
    """Where the form came from, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else JOBS_PAGE
