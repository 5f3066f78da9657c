"""Pages of sharing: choosing a circle, looking at what is shared, taking it back."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from artworks.actions import picturing, sharing
from circles.actions import circles
from circles.models import Circle
from consent import circumstances
from consent import sharing as words
from pages import sharing as shown
from pages.settings_views import person
from processing.errors import Conflict

WORDS_MOST = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def share(request: HttpRequest) -> HttpResponse:
    """What is about to be shared, and into which circle; with a circle it is done."""
    sent = request.POST if request.method == "POST" else request.GET
    chosen = shown.chosen(person(request), sent)
    wanted = shown.ids_of(sent.getlist("circle"))
    if request.method == "POST" and "to" in sent and wanted:
        act = _ask if sent["to"] == "ask" else _share
        try:
            return act(request, chosen, wanted[0])
        except Conflict as refused:
            return _choose(request, chosen, refused, status=refused.status)
    return _choose(request, chosen, is_lacking="to" in sent)


def _choose(
    request: HttpRequest,
    chosen: shown.Chosen,
    refusal: Conflict | None = None,
    *,
    is_lacking: bool = False,
    status: int = 200,
) -> HttpResponse:
    mine = Circle.objects.visible_to(person(request)).with_standing(person(request))
    found = {"chosen": chosen, "circles": mine, "refusal": refusal, "is_lacking": is_lacking, "back": _back(request)}
    found["offers"] = "to" not in request.POST or request.POST.get("offer") == "1"
    found["circle_id"] = request.POST.get("circle") or request.GET.get("circle", "")
    return render(request, "circles/share.html", found, status=status)


def _share(request: HttpRequest, chosen: shown.Chosen, circle_id: uuid.UUID) -> HttpResponse:
    made = sharing.share_items(
        actor=person(request),
        circle_id=circle_id,
        photo_ids=[photo.pk for photo in chosen.photos],
        artwork_ids=[artwork.pk for artwork in chosen.artworks],
        with_original=request.POST.get("with_original") == "1",
        offer=True if request.POST.get("offer") == "1" else None,
    )
    undo = f"unshare:{circle_id}:{','.join(map(str, made.fresh))}" if made.fresh else ""
    sentence = f"{chosen.words.capitalize()} shared." if made.fresh else "That was shared here already."
    messages.success(request, sentence, extra_tags=undo)
    return redirect("pages:circle", circle_id)


def _ask(request: HttpRequest, chosen: shown.Chosen, circle_id: uuid.UUID) -> HttpResponse:
    """Whom they show is asked whether the circle may see them."""
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    how = circumstances.of(request, "page")
    words.ask_to_share(actor=person(request), artworks=chosen.artworks, circle=circle, how=how)
    if words.is_anybody_asked(actor=person(request), artworks=chosen.artworks, circle=circle):
        messages.success(request, "Asked. You hear when there is an answer; share it then.")
    else:
        messages.warning(request, "Nobody could be asked now: a no is not asked again for a month.")
    return HttpResponseRedirect(_back(request) or reverse("pages:circle", args=[circle_id]))


@never_cache
@require_POST
@login_required
def unshare(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    """Take items out of a circle; one's own can be put back by the message."""
    ids = shown.ids_of(request.POST.getlist("item"))
    done = sharing.unshare_items(actor=person(request), circle_id=circle_id, share_ids=ids)
    photos = ",".join(map(str, done.photo_ids))
    artworks = ",".join(map(str, done.artwork_ids))
    given = "given" if done.with_original else ""
    undo = f"share:{circle_id}:{photos}:{artworks}:{given}" if photos or artworks else ""
    noun = "thing is" if done.count == 1 else "things are"
    messages.success(request, f"{done.count} {noun} no longer in {done.circle.name[:WORDS_MOST]}.", extra_tags=undo)
    return HttpResponseRedirect(_back(request) or reverse("pages:circle", args=[circle_id]))


@never_cache
@require_safe
@login_required
def items(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    """Everything that is shared in a circle, newest first."""
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    kind = request.GET.get("kind", "")
    wall = shown.wall(person(request), circle.pk, kind=kind, after=request.GET.get("after", ""))
    return render(request, "circles/items.html", {"circle": circle, "wall": wall, "kind": kind})


@never_cache
@require_safe
@login_required
def item(request: HttpRequest, circle_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
    """One thing alone, with what its owner tells about it."""
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    found = shown.one(person(request), circle, item_id)
    if found is None:
        raise Http404
    is_open = request.COOKIES.get("details") == "1"
    return render(request, "circles/item.html", {"circle": circle, "view": found, "shows_details": is_open})


@never_cache
@require_POST
@login_required
def picture(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    """Show the circle by something shared in it, or by its letter again."""
    ids = shown.ids_of(request.POST.getlist("item"))
    if ids:
        picturing.choose_picture(actor=person(request), circle_id=circle_id, share_id=ids[0])
        messages.success(request, "This is the circle's picture now.")
    else:
        picturing.remove_picture(actor=person(request), circle_id=circle_id)
        messages.success(request, "The circle is shown by its letter.")
    return redirect("pages:circle", circle_id)


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is on this site."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else ""
