"""Whole pages made of several rooms' parts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from circles.models import User
from pages import jobs as jobs_page


class SignedIn(HttpRequest):
    """What login_required lets through."""

    user: User


@require_GET
@login_required
def jobs(request: SignedIn) -> HttpResponse:
    """Everything running, waiting and done, with its reason and what to do."""
    return render(request, "pages/jobs.html", {"board": jobs_page.board(request.user)})
