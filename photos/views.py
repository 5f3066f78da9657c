"""Pages of the library."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def timeline(request: HttpRequest) -> HttpResponse:
    """All photos by day, newest first."""
    return render(request, "photos/timeline.html")


@login_required
def favourites(request: HttpRequest) -> HttpResponse:
    return render(request, "photos/timeline.html")


@login_required
def bin_page(request: HttpRequest) -> HttpResponse:
    return render(request, "photos/timeline.html")
