"""The studio: choose or take a photo, say how, follow the work, learn why not."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from artworks.actions.making import make_artwork
from artworks.forms import LayersForm, OptionsForm, OutlinesForm, PictureForm
from artworks.models import Artwork
from artworks.presenting import middle_of, outlines_of
from circles.actions import opt_ins
from circles.models import OptIn
from photos import browsing, doing
from photos.actions.library import find_photo
from photos.doing import ids_of
from photos.models import Photo
from photos.views import SignedIn
from processing import presenting
from processing.jobs import LARGEST_BATCH
from processing.models import Job

SHOWN = 24


@require_GET
@login_required
def studio(request: SignedIn) -> HttpResponse:
    """What can be made, and what was made last."""
    made = Artwork.objects.owned_by(request.user).not_made_again().newest_first()
    return render(request, "studio/studio.html", {"artworks": made[:SHOWN]})


@require_GET
@login_required
def photo(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """What can be made of this photo, and what was."""
    return _arts(request, find_photo(actor=request.user, photo_id=photo_id), _layers_form())


def _arts(request: SignedIn, photo: Photo, layers_form: LayersForm) -> HttpResponse:
    made = Artwork.objects.owned_by(request.user).of_photo(photo.pk).newest_first()
    context = {"photo": photo, "artworks": made[:SHOWN], "layers_form": layers_form}
    return render(request, "studio/photo.html", context)


def _layers_form() -> LayersForm:
    return LayersForm(initial={"num_layers": settings.DEFAULT_NUM_LAYERS})


@require_http_methods(["GET", "POST"])
@login_required
def iris(request: SignedIn) -> HttpResponse:
    """Take a photo of an eye, or choose one or several that are there."""
    form = PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        [outcome] = doing.take_files(actor=request.user, files=[form.cleaned_data["picture"]])
        if outcome.photo_id:
            return redirect("artworks:make_iris", outcome.photo_id)
        form.add_error("picture", outcome.sentence)
    photos = Photo.objects.owned_by(request.user).in_library().filter(state=Photo.State.READY)
    standing = opt_ins.find_standing(actor=request.user, purpose=OptIn.Purpose.IRIS)
    page = browsing.page_of(photos, after=request.GET.get("after", ""))
    context = {"form": form, "page": page, "standing": standing, "most": LARGEST_BATCH}
    return render(request, "studio/iris.html", context)


@require_POST
@login_required
def agree(request: SignedIn) -> HttpResponse:
    """Agree to the text about irises, or take it back."""
    if request.POST.get("version"):
        opt_ins.opt_in(actor=request.user, purpose=OptIn.Purpose.IRIS, version=request.POST["version"])
        messages.success(request, "Working on irises is on.")
    else:
        opt_ins.opt_out(actor=request.user, purpose=OptIn.Purpose.IRIS)
        messages.success(request, "Working on irises is off, and what was made of them is deleted.")
    return redirect("pages:settings" if "settings" in request.POST else "artworks:iris")


@require_http_methods(["GET", "POST"])
@login_required
def make_iris(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """One photo of an eye and how it becomes an artwork."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    form = OptionsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        options = form.options() | {"use_anyway": "use_anyway" in request.POST}
        return redirect("artworks:job", make_artwork(actor=request.user, photo=photo, kind="iris", options=options).pk)
    standing = opt_ins.find_standing(actor=request.user, purpose=OptIn.Purpose.IRIS)
    made = Artwork.objects.owned_by(request.user).of_photo(photo.pk).newest_first()
    context = {"photo": photo, "form": form, "standing": standing, "artworks": made[:SHOWN]}
    return render(request, "studio/make_iris.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def place(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """Circles placed by hand on a photo that was refused: beginning with those that were found, if any were."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    found = outlines_of(request.user, photo) or middle_of(photo)
    form = OutlinesForm(request.POST) if request.method == "POST" else OutlinesForm.of(found)
    if request.method == "POST" and form.is_valid():
        wanted = {"circles": form.geometry(), "use_anyway": True}
        return redirect("artworks:job", make_artwork(actor=request.user, photo=photo, kind="iris", options=wanted).pk)
    return render(request, "studio/place.html", {"photo": photo, "form": form})


@require_POST
@login_required
def make_many(request: SignedIn) -> HttpResponse:
    """The chosen photos: one leads to its options, several start as they are, the first one first."""
    ids = ids_of(request.POST.getlist("photos"))[:LARGEST_BATCH]
    if len(ids) == 1:
        return redirect("artworks:make_iris", ids[0])
    batch_id = uuid.uuid4()
    with transaction.atomic():
        for place, photo_id in enumerate(ids):
            photo = find_photo(actor=request.user, photo_id=photo_id)
            rank = len(ids) - place
            make_artwork(actor=request.user, photo=photo, kind="iris", options={}, priority=rank, batch_id=batch_id)
    return redirect("pages:jobs") if ids else redirect("artworks:iris")


@require_POST
@login_required
def enlarge(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """Any photo, twice or four times as large."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    factor = 4 if request.POST.get("enhance") == "4" else 2
    made = make_artwork(actor=request.user, photo=photo, kind="enhance", options={"enhance": factor})
    return redirect("artworks:job", made.pk)


@require_POST
@login_required
def layers(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """Any photo in layers, as many as were chosen."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    form = LayersForm(request.POST)
    if not form.is_valid():
        return _arts(request, photo, form)
    made = make_artwork(actor=request.user, photo=photo, kind="layers", options=form.options())
    return redirect("artworks:job", made.pk)


@require_POST
@login_required
def as_it_is(request: SignedIn, photo_id: uuid.UUID) -> HttpResponse:
    """The photo itself as an artwork."""
    photo = find_photo(actor=request.user, photo_id=photo_id)
    made = make_artwork(actor=request.user, photo=photo, kind=Artwork.Kind.PHOTO, options={})
    return redirect("artworks:job", made.pk)


@require_GET
@login_required
def job(request: SignedIn, job_id: uuid.UUID) -> HttpResponse:
    """The work under way by its named steps; then its artwork, or why there is none."""
    found = Job.objects.visible_to(request.user).filter(pk=job_id, kind__in=Artwork.Kind.values).first()
    if found is None:
        raise Http404
    if found.result.get("artwork_id"):
        return redirect("artworks:detail", found.result["artwork_id"])
    photo = Photo.objects.owned_by(request.user).filter(pk=found.subject_id).first()
    return render(request, "studio/job.html", {"shown": presenting.show(found), "job": found, "photo": photo})
