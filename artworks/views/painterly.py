"""The painter's corner of the studio: a style chosen by its picture, a strength, a seed, and a look meanwhile."""

import secrets
import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from artworks import styles
from artworks.actions import previewing
from artworks.actions.making import make_artwork
from artworks.forms import PaintingForm
from artworks.models import Artwork
from artworks.options import SEED_MOST
from photos.actions.library import find_photo
from photos.presenting import picture_url
from photos.views import SignedIn
from processing.errors import AureoleError, NotFound

SHOWN = 12
CARD_SECONDS = 6.0
CARD_KEPT = 7 * 24 * 3600


@require_http_methods(["GET", "POST"])
@login_required
def make_painting(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """One photo and how it is painted; another seed is rolled without a script, too."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    form = PaintingForm(request.POST) if request.method == "POST" else PaintingForm(initial=asked_for(request))
    if request.method == "POST" and "roll" in request.POST:
        rolled = request.POST.copy()
        rolled["seed"] = str(secrets.randbelow(SEED_MOST))
        form = PaintingForm(rolled)
    elif request.method == "POST" and form.is_valid():
        made = make_artwork(actor=request.user, photo=photo, kind=Artwork.Kind.PAINTERLY, options=form.cleaned_data)
        return redirect("artworks:job", made.pk)
    made_before = Artwork.objects.owned_by(request.user).of_photo(photo.pk).of_kind("painterly").newest_first()
    context = {"photo": photo, "form": form, "artworks": made_before[:SHOWN], "cards": styles.offered()}
    return render(request, "studio/painterly.html", context)


def asked_for(request: SignedIn) -> dict[str, str]:
    """What a link to the page wants to begin with; what is odd is left to the form."""
    return {name: request.GET[name] for name in PaintingForm.base_fields if name in request.GET}


@require_GET
@login_required
def card(request: SignedIn, photo_id: uuid.UUID, style: str) -> HttpResponse:
    """The photo in a style, small, to choose by; as long as there is none, the photo."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    if styles.why_not(style):
        raise NotFound()
    try:
        job = previewing.start_card(actor=request.user, photo=photo, style=style)
        found = previewing.wait_for_preview(actor=request.user, job_id=job.pk, seconds=CARD_SECONDS)
    except AureoleError:
        found = None
    if found is None:
        return redirect(picture_url(photo, 256, "webp"))
    headers = {"Cache-Control": f"private, max-age={CARD_KEPT}", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(found.jpeg, content_type="image/jpeg", headers=headers)
