"""Pages of this room."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from circles.actions import invitations
from circles.models import SiteInvitation


@never_cache
@require_safe
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation's link: remember it and go on to sign up; used, unknown and old ones answer alike."""
    if request.user.is_authenticated:
        return redirect("photos:timeline")
    if not SiteInvitation.objects.opened_by(token).exists():
        return render(request, "circles/invitation_gone.html", status=404)
    invitations.carry(request, token)
    return redirect("account_signup")
