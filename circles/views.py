"""Pages of this room."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from circles.actions import circle_invitations, invitations
from circles.actions.circle_invitations import InvitationGone
from circles.models import CircleInvitation, SiteInvitation, User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation's link, to the server or into a circle; used, unknown and old ones answer alike."""
    if CircleInvitation.objects.of_token(token).exists():
        return _join_circle(request, token)
    if request.user.is_authenticated:
        return redirect("photos:timeline")
    if not SiteInvitation.objects.opened_by(token).exists():
        return render(request, "circles/invitation_gone.html", status=404)
    invitations.carry(request, token)
    return redirect("account_signup")


def _join_circle(request: HttpRequest, token: str) -> HttpResponse:
    """Who is in it already goes there; others see whose circle it is, and join by a button."""
    user = request.user if isinstance(request.user, User) else None
    try:
        if user and (circle := circle_invitations.circle_of(actor=user, token=token)):
            return redirect("pages:circle", circle.pk)
        if user and request.method == "POST":
            return _accept(request, user, token)
        return _ask(request, user, token)
    except InvitationGone:
        return render(request, "circles/invitation_gone.html", status=404)


def _accept(request: HttpRequest, user: User, token: str) -> HttpResponse:
    circle = circle_invitations.accept_invitation(actor=user, token=token)
    messages.success(request, f"You are in {circle.name} now.")
    return redirect("pages:circle", circle.pk)


def _ask(request: HttpRequest, user: User | None, token: str) -> HttpResponse:
    invitation = circle_invitations.look_at(token=token, user=user)
    if user is None:
        invitations.carry(request, token)
    back = urlencode({"next": reverse("join", args=[token])})
    context = {"invitation": invitation, "circle": invitation.circle, "back": back, "token": token}
    return render(request, "circles/join.html", context | {"lets_in": settings.CIRCLES_LET_IN})
