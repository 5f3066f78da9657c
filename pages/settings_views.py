"""Everything a person sets about themselves: profile, devices, invitations, and the end of the account."""

import uuid
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from circles import quota
from circles.actions import accounts, invitations, opt_ins, sessions, signing_in, tokens
from circles.browsers import label_of
from circles.forms import DeviceForm, InvitationForm, PasswordForm, ProfileForm
from circles.models import DeviceToken, SiteInvitation, User
from processing.errors import AureoleError, Conflict, Refused, TooOften

page = require_http_methods(["GET", "HEAD", "POST"])


def person(request: HttpRequest) -> User:
    """The signed-in person; ``login_required`` has made sure that there is one."""
    assert isinstance(request.user, User)
    return request.user


@page
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, look, places, and how much room is left."""
    user = person(request)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        accounts.change_profile(actor=user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("pages:settings")
    context = {"form": form, "quota": quota.of(user), "standings": opt_ins.standing_of(actor=user)}
    return render(request, "pages/settings.html", context)


@never_cache
@login_required
def devices(request: HttpRequest, **more: Any) -> HttpResponse:
    """Browsers and apps that are signed in."""
    user = person(request)
    found = {
        "sessions": [_browser(request, session) for session in UserSession.objects.purge_and_list(user)],
        "tokens": DeviceToken.objects.visible_to(user),
        "device_form": DeviceForm(),
    }
    return render(request, "pages/settings_devices.html", found | more)


def _browser(request: HttpRequest, session: UserSession) -> dict[str, Any]:
    return {
        "pk": session.pk,
        "label": label_of(session.user_agent),
        "created_at": session.created_at,
        "ip": session.ip,
        "is_current": session.session_key == request.session.session_key,
    }


@require_POST
@login_required
@reauthentication_required
def make_token(request: HttpRequest) -> HttpResponse:
    form = DeviceForm(request.POST)
    if not form.is_valid():
        return devices(request, device_form=form)
    try:
        made, text = tokens.make_token(actor=person(request), device=form.cleaned_data["device"])
    except Refused as refused:
        say(form, "device", refused)
        return devices(request, device_form=form)
    return devices(request, secret={"device": made.device, "text": text})


@require_POST
@login_required
def revoke_token(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    tokens.revoke_token(actor=person(request), token_id=token_id)
    messages.success(request, "The device is signed out.")
    return redirect("pages:settings_devices")


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    sessions.end_session(actor=person(request), session_id=session_id)
    messages.success(request, "The browser is signed out.")
    return redirect("pages:settings_devices")


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    sessions.sign_out_everywhere(actor=person(request))
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("account_login")


@never_cache
@page
@login_required
def site_invitations(request: HttpRequest) -> HttpResponse:
    """Who may join; for staff, and not there for others."""
    user = person(request)
    if not user.is_staff:
        raise Http404
    form = InvitationForm(request.POST or None)
    made = _invite(request, form) if request.method == "POST" and form.is_valid() else None
    found = SiteInvitation.objects.visible_to(user).select_related("made_by")[:100]
    shown = InvitationForm() if made else form
    return render(request, "pages/settings_invitations.html", {"form": shown, "made": made, "invitations": found})


def _invite(request: HttpRequest, form: InvitationForm) -> dict[str, Any] | None:
    user = person(request)
    try:
        invitation, token = invitations.make_invitation(actor=user, **form.cleaned_data)
    except TooOften as refused:
        say(form, None, refused)
        return None
    is_sent = invitations.send_invitation(actor=user, invitation=invitation, token=token)
    return {"invitation": invitation, "link": invitations.link_of(token), "is_sent": is_sent}


@require_POST
@login_required
def revoke_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    invitations.revoke_invitation(actor=person(request), invitation_id=invitation_id)
    messages.success(request, "The invitation no longer opens.")
    return redirect("pages:settings_invitations")


@page
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """The end of the account, after the password."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _leave(request, form):
        logout(request)
        messages.success(request, "Your account and everything in it is deleted.")
        return redirect("account_login")
    return render(request, "pages/settings_delete.html", {"form": form})


def _leave(request: HttpRequest, form: PasswordForm) -> bool:
    user = person(request)
    try:
        signing_in.confirm_password(request=request, actor=user, password=form.cleaned_data["password"])
        accounts.delete_account(actor=user)
    except (Refused, Conflict) as refused:
        say(form, "password", refused)
        return False
    return True


def say(form: BaseForm, field: str | None, error: AureoleError) -> None:
    form.add_error(field, f"{error.message} {error.advice}")
