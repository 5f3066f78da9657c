"""Whole pages made of several rooms' parts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def jobs(request: HttpRequest) -> HttpResponse:
    """Everything running, waiting and done."""
    return render(request, "pages/jobs.html")
