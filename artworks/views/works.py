"""Artworks: the gallery, one of them, and everything that can be changed about it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from artworks.actions import keeping, making
from artworks.forms import MaskForm, OptionsForm, OutlinesForm, WhoseForm, WordsForm
from artworks.models import Artwork
from artworks.presenting import work_of
from photos.views import SignedIn

PAGE = 48


@require_GET
@login_required
def gallery(request: SignedIn) -> HttpResponse:
    """All of a person's artworks, newest first; ``kind`` shows one kind alone."""
    kind = request.GET.get("kind", "")
    found = Artwork.objects.owned_by(request.user).newest_first()
    found = found.of_kind(kind) if kind in Artwork.Kind.values else found
    start = max(int(request.GET["from"]), 0) if request.GET.get("from", "").isdecimal() else 0
    artworks = list(found[start : start + PAGE + 1])
    more = start + PAGE if len(artworks) > PAGE else None
    context = {"artworks": artworks[:PAGE], "kind": kind, "kinds": Artwork.Kind.choices, "more": more}
    return render(request, "artworks/gallery.html", context)


@require_GET
@login_required
def detail(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """One artwork: before and after, what was measured, adjusting it by hand."""
    work = work_of(request.user, artwork_id, request.GET.get("view", ""))
    if work is None:
        raise Http404
    return render(request, "artworks/detail.html", {"work": work, "artwork": work.artwork})


def _wrong(request: SignedIn, artwork_id: uuid.UUID, form: object, name: str, tab: str = "result") -> HttpResponse:
    """The page again, with what was wrong beside the field."""
    work = work_of(request.user, artwork_id, tab)
    if work is None:
        raise Http404
    return render(request, "artworks/detail.html", {"work": work, "artwork": work.artwork, name: form}, status=400)


@require_POST
@login_required
def again(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """The same photo with other options: a new run."""
    form = OptionsForm(request.POST)
    if not form.is_valid():
        return _wrong(request, artwork_id, form, "options")
    made = making.reprocess_artwork(actor=request.user, artwork_id=artwork_id, changes=form.options())
    return redirect("artworks:job", made.pk)


@require_POST
@login_required
def outlines(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """Circles and lids as they were dragged, or typed."""
    form = OutlinesForm(request.POST)
    if not form.is_valid():
        return _wrong(request, artwork_id, form, "outlines", "circles")
    made = making.correct_geometry(actor=request.user, artwork_id=artwork_id, changes=form.geometry())
    return redirect("artworks:job", made.pk)


@require_POST
@login_required
def mask(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """The mask as it was painted."""
    form = MaskForm(request.POST, request.FILES)
    if not form.is_valid():
        return _wrong(request, artwork_id, form, "brush", "brush")
    content = form.cleaned_data["mask"].read(keeping.MASK_BYTES_MOST + 1)
    follows = "follow" in request.POST
    made = making.correct_mask(actor=request.user, artwork_id=artwork_id, content=content, follows=follows)
    return redirect("artworks:job", made.pk)


@require_POST
@login_required
def whose(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """Whose eye it is, asked once for a photo."""
    form = WhoseForm(request.POST)
    if not form.is_valid():
        return _wrong(request, artwork_id, form, "whose")
    keeping.answer_whose_eye(actor=request.user, artwork_id=artwork_id, **form.cleaned_data)
    messages.success(request, "Noted. It is never asked again for this photo.")
    return redirect("artworks:detail", artwork_id)


@require_POST
@login_required
def words(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """Title, caption, and whether others may ask to use it."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _wrong(request, artwork_id, form, "words")
    keeping.edit_artwork(actor=request.user, artwork_id=artwork_id, changes=form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("artworks:detail", artwork_id)


@require_POST
@login_required
def offer(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """Whether others may ask to use it."""
    is_ready = request.POST.get("is_consent_ready") == "1"
    keeping.edit_artwork(actor=request.user, artwork_id=artwork_id, changes={"is_consent_ready": is_ready})
    taken_back = "Nobody can ask for it any more. What you agreed to before stays until you take that back."
    messages.success(request, "Others may ask for it now." if is_ready else taken_back)
    return redirect("artworks:detail", artwork_id)


@require_POST
@login_required
def delete(request: SignedIn, artwork_id: uuid.UUID) -> HttpResponse:
    """For good; the photo stays."""
    keeping.delete_artwork(actor=request.user, artwork_id=artwork_id)
    messages.success(request, "The artwork is deleted. Its photo is still there.")
    return redirect("artworks:gallery")
