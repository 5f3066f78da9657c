"""Pages of fusions: build one, look at one, all of one's own."""

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from circles.models import Circle
from fusion import building, presenting
from fusion.actions import ending, making, taking_out
from fusion.forms import PLACES, BuilderForm, first_values
from fusion.models import FusionArtwork
from fusion.options import FEWEST, MOST
from photos.views import SignedIn
from processing.errors import AureoleError

PAGE = 48


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: SignedIn) -> HttpResponse:
    """The builder: which pictures, how they meet, who is asked."""
    if request.method == "POST":
        form = BuilderForm(request.POST, user=request.user)
        sources = _ordered(request.POST.getlist("sources"), request.POST.get("order", ""))
        made = _make(request, form, sources)
        return redirect("fusion:detail", made.pk) if made else _builder(request, form, sources, status=400)
    old = FusionArtwork.objects.editable_by(request.user).filter(pk__in=_ids(request.GET.getlist("from"))).first()
    if old is not None:
        sources = [source.source_id for source in old.sources.all()]  # type: ignore[attr-defined]
        return _builder(request, BuilderForm(user=request.user, initial=first_values(old)), sources)
    form = BuilderForm(user=request.user, initial={"circle": _id(request.GET.get("circle", ""))})
    return _builder(request, form, _ordered(request.GET.getlist("sources"), ""))


@require_GET
@login_required
def asking(request: SignedIn) -> HttpResponse:
    """A part of the builder: who would be asked for these pictures."""
    kind = "composition" if request.GET.get("kind") == "composition" else "fusion"
    circle = Circle.objects.visible_to(request.user).filter(pk__in=_ids(request.GET.getlist("circle"))).first()
    ids = _ordered(request.GET.getlist("sources"), "")[:MOST]
    found = building.asked_for(actor=request.user, fusion_type=kind, ids=ids, circle=circle)
    context = {"asked": found.people, "closed": found.closed, "circle": circle, "count": len(ids)}
    return render(request, "fusion/_asking.html", context)


@never_cache
@require_safe
@login_required
def detail(request: SignedIn, fusion_id: uuid.UUID) -> HttpResponse:
    """One fusion: how far it is, the result, what it is made of, and the ways out."""
    found = presenting.find_fusion(actor=request.user, fusion_id=fusion_id)
    return render(request, "fusion/detail.html", {"fusion": found, "shown": presenting.show(found, request.user)})


@require_safe
@login_required
def gallery(request: SignedIn) -> HttpResponse:
    """All of one's own, newest first."""
    mine = FusionArtwork.objects.editable_by(request.user).newest_first()
    start = max(int(request.GET["from"]), 0) if request.GET.get("from", "").isdecimal() else 0
    found = list(mine[start : start + PAGE + 1])
    more = start + PAGE if len(found) > PAGE else None
    return render(request, "fusion/gallery.html", {"fusions": found[:PAGE], "more": more})


@require_POST
@login_required
def cancel(request: SignedIn, fusion_id: uuid.UUID) -> HttpResponse:
    ending.cancel_fusion(actor=request.user, fusion_id=fusion_id)
    messages.success(request, "Cancelled. You can make it again whenever you like.")
    return redirect("fusion:detail", fusion_id)


@require_POST
@login_required
def again(request: SignedIn, fusion_id: uuid.UUID) -> HttpResponse:
    """Once more, as it was."""
    made = making.make_again(actor=request.user, fusion_id=fusion_id, changes={})
    return redirect("fusion:detail", made.pk)


@require_POST
@login_required
def delete(request: SignedIn, fusion_id: uuid.UUID) -> HttpResponse:
    ending.delete_fusion(actor=request.user, fusion_id=fusion_id)
    messages.success(request, "It is deleted. The pictures it was made of are still there.")
    return redirect("fusion:gallery")


@require_POST
@login_required
def take_out(request: SignedIn, fusion_id: uuid.UUID) -> HttpResponse:
    """My picture shall no longer be in it: what I agreed to for it is taken back."""
    taking_out.take_out(actor=request.user, fusion_id=fusion_id)
    messages.success(request, "Taken back. What was made with your picture is gone.")
    return redirect("fusion:gallery")


def _make(request: SignedIn, form: BuilderForm, sources: list[uuid.UUID]) -> FusionArtwork | None:
    """None when the form says why not."""
    if not FEWEST <= len(sources) <= MOST:
        form.add_error(None, "Choose two to four pictures.")
    if not form.is_valid():
        return None
    try:
        return making.make_fusion(actor=request.user, **form.wish(sources))
    except AureoleError as refused:
        if refused.status >= 500:
            raise
        form.add_error(None, f"{refused.message} {refused.advice}")
    return None


def _builder(request: SignedIn, form: BuilderForm, sources: list[uuid.UUID], *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "pickables": building.pickables(request.user, sources),
        "chosen": set(sources),
        "layouts": building.layouts(),
        "modes": building.modes(),
        "compositions": building.compositions(),
        "places": PLACES,
    }
    return render(request, "fusion/new.html", context, status=status)


def _ordered(texts: Iterable[str], order: str) -> list[uuid.UUID]:
    """The ids among ``texts``, once each; those that ``order`` (ids with commas) names come as it says."""
    ids = _ids(texts)
    wanted = [pk for pk in _ids(order.split(",")) if pk in ids]
    return list(dict.fromkeys([*wanted, *ids]))


def _ids(texts: Iterable[str]) -> list[uuid.UUID]:
    """Those that are ids, once each."""
    return list(dict.fromkeys(pk for text in texts if (pk := _id(text))))


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
