"""Pages of the library: parse, one call into the domain, answer."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from circles.models import User
from photos import browsing, doing
from photos.actions import library, pictures
from photos.forms import PhotoForm, UploadForm
from photos.models import Photo
from photos.presenting import month_key
from processing.errors import AureoleError


class SignedIn(HttpRequest):
    """What login_required lets through."""

    user: User


def _next(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    """Back to where the person was, if that is on this site."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(target)
    return redirect(fallback)


@require_GET
@login_required
def timeline(request: SignedIn) -> HttpResponse:
    """All photos by day, newest first."""
    page = browsing.timeline_page(request.user, after=request.GET.get("after", ""), month=request.GET.get("month", ""))
    context = {
        "page": page,
        "this_year": timezone.now().year,
        "limit_mb": settings.MAX_UPLOAD_SIZE_MB,
        "months": [[month_key(month), count] for month, count in page.buckets],
    }
    return render(request, "photos/timeline.html", context)


@require_GET
@login_required
def favourites(request: SignedIn) -> HttpResponse:
    photos = Photo.objects.owned_by(request.user).in_library().favourites()
    page = browsing.page_of(photos, after=request.GET.get("after", ""))
    context = {"page": page, "this_year": timezone.now().year, "favourites": True, "context_query": "?in=favourites"}
    return render(request, "photos/favourites.html", context)


@require_GET
@login_required
def search(request: SignedIn) -> HttpResponse:
    """Words over title, caption, place, camera and file name."""
    words = request.GET.get("q", "").strip()[:200]
    photos = Photo.objects.owned_by(request.user).in_library().matching(words)
    page = browsing.page_of(photos if words else photos.none(), after=request.GET.get("after", ""))
    return render(request, "photos/search.html", {"page": page, "q": words, "this_year": timezone.now().year})


@require_GET
@login_required
def bin_page(request: SignedIn) -> HttpResponse:
    """What was put away, and how long it can still be restored."""
    page = browsing.page_of(Photo.objects.owned_by(request.user).in_bin(), after=request.GET.get("after", ""))
    context = {"page": page, "bin": True, "days": settings.BIN_DAYS, "this_year": timezone.now().year}
    return render(request, "photos/bin.html", context)


@require_GET
@login_required
def detail(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """One photo alone on black, with its details beside it."""
    is_open = request.COOKIES.get("details") == "1"
    view = browsing.photo_view(request.user, photo_id, where=request.GET.get("in", ""), shows_details=is_open)
    if view is None:
        raise Http404
    return render(request, "photos/detail.html", {"view": view, "photo": view.photo, "form": PhotoForm.of(view.photo)})


@require_POST
@login_required
def edit(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """Title, caption, date and place."""
    view = browsing.photo_view(request.user, photo_id, where=request.GET.get("in", ""), shows_details=True)
    if view is None:
        raise Http404
    form = PhotoForm(request.POST)
    if not form.is_valid():
        return render(request, "photos/detail.html", {"view": view, "photo": view.photo, "form": form}, status=400)
    library.edit_photo(actor=request.user, photo_id=photo_id, changes=form.changes(view.photo))
    messages.success(request, "Saved.")
    return redirect(view.url)


@require_POST
@login_required
def remake(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """Make the pictures of a broken or outdated photo again."""
    try:
        pictures.render_photo(actor=request.user, photo_id=photo_id, is_everything=True)
    except AureoleError as error:
        if error.status == 404:
            raise Http404 from None
        messages.error(request, f"{error.message} {error.advice}")
    return redirect("photos:detail", photo_id)


@require_POST
@login_required
def bulk(request: SignedIn) -> HttpResponse:
    """One verb for many photos; the way without a script."""
    done = doing.do_to_many(actor=request.user, action=request.POST.get("action", ""), ids=request.POST.getlist("ids"))
    messages.success(request, done.sentence, extra_tags=done.undo)
    return _next(request, "photos:timeline")


@require_http_methods(["GET", "POST"])
@login_required
def upload(request: SignedIn) -> HttpResponse:
    """The plain form behind the Upload button; with a script, files go in parts instead."""
    form = UploadForm(request.POST or None, request.FILES or None)
    outcomes = []
    if request.method == "POST" and form.is_valid():
        outcomes = doing.take_files(actor=request.user, files=form.cleaned_data["pictures"])
    context = {"form": form, "outcomes": outcomes, "limit_mb": settings.MAX_UPLOAD_SIZE_MB}
    return render(request, "photos/upload.html", context)
