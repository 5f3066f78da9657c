"""What a person's webhooks are signed with, shown when they ask, and how their own server checks it."""

import inspect
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from facades import receiving
from facades.actions.signing import find_secret, renew_secret
from pages.settings_views import person


@never_cache
@require_safe
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """Without the secret: that is shown on request."""
    return _page(request)


@never_cache
@require_POST
@login_required
@reauthentication_required
def show(request: HttpRequest) -> HttpResponse:
    return _page(request, shown=find_secret(actor=person(request)))


@never_cache
@require_POST
@login_required
@reauthentication_required
def renew(request: HttpRequest) -> HttpResponse:
    made = renew_secret(actor=person(request))
    messages.success(request, "From now on your webhooks are signed with this one.")
    return _page(request, shown=made)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    code = inspect.getsource(receiving).partition("\n\n")[2]
    return render(request, "pages/settings_webhooks.html", {"code": code, "section": "webhooks"} | more)
