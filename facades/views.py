"""The studio's page for facades: a photo of a house, a texture, and how it lies on the wall."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from artworks.models import Artwork
from facades.actions.rendering import KIND, submit_render
from facades.api.renders import RenderThrottle
from facades.forms import RenderForm, initial_of
from facades.textures import offered
from photos import browsing
from photos.actions.library import find_photo
from photos.models import Photo
from photos.views import SignedIn
from processing.errors import Refused, TooOften

SHOWN = 12


@require_http_methods(["GET", "POST"])
@login_required
def make(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """Choose the texture and how it lies; what was made before of this photo is beside it."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    made = Artwork.objects.owned_by(request.user).of_photo(photo.pk).of_kind(KIND).newest_first()
    form = RenderForm(request.POST) if request.method == "POST" else RenderForm(initial=_before(request, made))
    if request.method == "POST" and form.is_valid():
        _require_pace(request)
        try:
            job = submit_render(actor=request.user, asked={"photo_id": photo.pk, **form.asked()})
        except Refused as refused:
            form.take(refused)
        else:
            return redirect("artworks:job", job.pk)
    library = Photo.objects.owned_by(request.user).in_library().filter(state=Photo.State.READY).exclude(pk=photo.pk)
    page = browsing.page_of(library, after=request.GET.get("after", ""))
    context = {"photo": photo, "form": form, "page": page, "chosen": _chosen(form), "artworks": made[:SHOWN]}
    return render(request, "studio/render.html", context | {"textures": offered()}, status=400 if form.errors else 200)


def _before(request: SignedIn, made: Any) -> dict[str, Any]:
    """The options of the artwork named in the address, if it is one of these."""
    named = request.GET.get("again", "")
    found = next((artwork for artwork in made if str(artwork.pk) == named), None)
    return initial_of(found.options) if found else {}


def _chosen(form: RenderForm) -> str:
    return str(form["texture"].value() or "")


def _require_pace(request: SignedIn) -> None:
    """The page counts with the API: TooOften beyond ten a minute."""
    throttle = RenderThrottle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        raise TooOften(retry_after=int(throttle.wait() or 0) + 1)
