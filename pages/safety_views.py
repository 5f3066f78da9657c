"""Blocking people, reporting things, and what became of it."""

import uuid
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from artworks.showing import Item
from circles.actions import blocks, circles, memberships, reports
from circles.models import Block, Circle, Report, User
from fusion.models import FusionArtwork
from pages import sharing as shown
from pages.settings_views import person
from processing.errors import Conflict, TooOften

REPORTS_SHOWN = 50


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label="What is wrong with it?", choices=Report.Reason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="In your words",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever decides reads this, and sees no picture.",
    )


@never_cache
@require_safe
@login_required
def safety(request: HttpRequest) -> HttpResponse:
    """Whom this person blocked, and what they reported."""
    found = Report.objects.visible_to(person(request)).select_related("circle")[:REPORTS_SHOWN]
    told = [{"report": report, "sentence": reports.sentence(report)} for report in found]
    blocked = Block.objects.visible_to(person(request)).select_related("blocked")
    return render(request, "pages/settings_safety.html", {"blocks": blocked, "told": told})


@require_POST
@login_required
def block(request: HttpRequest, circle_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """Somebody of a circle, from its page or from a thing of theirs."""
    found = memberships.find_member(actor=person(request), circle_id=circle_id, user_id=person_id)
    blocks.block_person(actor=person(request), person_id=person_id)
    sentence = f"You and {found.user.public_name} see nothing more of each other's things."
    messages.success(request, f"{sentence} Under Settings, Safety you can take that back.")
    return redirect("pages:circle", circle_id)


@require_POST
@login_required
def unblock(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    blocks.unblock_person(actor=person(request), person_id=person_id)
    messages.success(request, "Unblocked. What you share in common circles is seen again; ended consents stay ended.")
    return redirect("pages:settings_safety")


@dataclass(frozen=True)
class About:
    """What is reported, as its page shows it."""

    kind: str
    id: uuid.UUID
    owner: User
    words: str
    page: str
    item: Item | None = None
    fusion: FusionArtwork | None = None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: HttpRequest, circle_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
    """Say what is wrong with something shared, to the people who run the server."""
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    found = shown.one(person(request), circle, item_id)
    if found is None:
        raise Http404
    item = found.item
    return _report(request, circle, About("item", item.id, item.owner, item.words, item.page, item=item))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report_fusion(request: HttpRequest, circle_id: uuid.UUID, fusion_id: uuid.UUID) -> HttpResponse:
    """The same of a fusion that was published to a circle."""
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    seen = FusionArtwork.objects.published_to(person(request)).of_circle(circle).select_related("creator")
    found = seen.filter(pk=fusion_id).first()
    if found is None:
        raise Http404
    page = reverse("fusion:detail", args=[found.pk])
    return _report(request, circle, About("fusion", found.pk, found.creator, str(found), page, fusion=found))


def _report(request: HttpRequest, circle: Circle, about: About) -> HttpResponse:
    form = ReportForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            reports.report_item(actor=person(request), kind=about.kind, subject_id=about.id, **form.cleaned_data)
            messages.success(request, "Reported. Here you see what becomes of it.")
            return redirect("pages:settings_safety")
        except (Conflict, TooOften) as refused:
            refusal = refused
    context = {"circle": circle, "about": about, "form": form, "refusal": refusal}
    return render(request, "circles/report.html", context, status=refusal.status if refusal else 200)
