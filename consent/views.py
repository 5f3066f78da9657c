"""The page of consents: what is asked of a person, what they gave, what they were given; and their answers."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from circles.models import User
from consent import circumstances, presenting
from consent.actions import answering
from consent.forms import GrantForm
from processing.errors import Refused


class SignedIn(HttpRequest):
    """What login_required lets through."""

    user: User


@never_cache
@require_safe
@login_required
def inbox(request: SignedIn) -> HttpResponse:
    """Questions first, then what was given; every other box by its name."""
    start = request.GET.get("from", "")
    page = presenting.page(request.user, request.GET.get("box", ""), start=int(start) if start.isdecimal() else 0)
    return render(request, "consent/inbox.html", {"page": page})


@never_cache
@require_safe
@login_required
def notifications(request: SignedIn) -> HttpResponse:
    """What happened, newest first."""
    rows = presenting.news(request.user)[: presenting.SHOWN]
    found = [presenting.Shown(row, request.user) for row in rows]
    return render(request, "consent/notifications.html", {"news": found})


@require_POST
@login_required
def grant(request: SignedIn, consent_id: uuid.UUID) -> HttpResponse:
    found = answering.find_own(actor=request.user, consent_id=consent_id)
    form = GrantForm(found, request.POST)
    if not form.is_valid():
        raise Refused("That cannot be chosen here.", suggestion="Go back and choose one of what is offered.")
    answering.grant_consent(actor=request.user, consent_id=consent_id, how=_how(request), **form.terms())
    return _back(request, "You agreed. You can take it back at any time.")


@require_POST
@login_required
def refuse(request: SignedIn, consent_id: uuid.UUID) -> HttpResponse:
    answering.refuse_consent(actor=request.user, consent_id=consent_id, how=_how(request))
    return _back(request, "You refused. Nothing is made with it.")


@require_POST
@login_required
def revoke(request: SignedIn, consent_id: uuid.UUID) -> HttpResponse:
    answering.revoke_consent(actor=request.user, consent_id=consent_id, how=_how(request))
    return _back(request, "Taken back. What was made with it is hidden now, and its files go within a minute.")


def _how(request: HttpRequest) -> circumstances.Circumstances:
    return circumstances.of(request, "page")


def _back(request: HttpRequest, words: str, **query: Any) -> HttpResponse:
    messages.success(request, words)
    box = request.POST.get("box", "")
    target = redirect("consent:inbox")
    if box in presenting.BOXES:
        target["Location"] += f"?box={box}"
    return target
