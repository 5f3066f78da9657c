"""Pages of circles: all of one's own, one of them, and what can be done there."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from circles import picturing
from circles.actions import circle_invitations, circles, invitations, memberships
from circles.forms import CircleForm, InviteForm
from circles.models import Circle, Role
from pages.circles import board
from pages.settings_views import person, say
from processing.errors import Conflict, Refused, TooOften


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def circles_page(request: HttpRequest) -> HttpResponse:
    """The circles this person is in, and a new one."""
    form = CircleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = circles.create_circle(actor=person(request), **form.cleaned_data)
            return redirect("pages:circle", made.pk)
        except Conflict as refused:
            say(form, None, refused)
    found = list(Circle.objects.visible_to(person(request)).with_standing(person(request)))
    picturing.put_on(person(request), found)
    return render(request, "circles/circles.html", {"circles": found, "form": form})


@never_cache
@require_safe
@login_required
def circle_page(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    """Who is in it, what happened, and what one may do."""
    return _show(request, circles.find_circle(actor=person(request), circle_id=circle_id))


def _show(request: HttpRequest, circle: Circle, **more: Any) -> HttpResponse:
    found = {"board": board(person(request), circle), "form": CircleForm(instance=circle), "invite_form": InviteForm()}
    return render(request, "circles/circle.html", found | {"circle": circle} | more)


@require_POST
@login_required
def edit(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    form = CircleForm(request.POST)
    if not form.is_valid():
        return _show(request, circle, form=form)
    circles.edit_circle(actor=person(request), circle_id=circle_id, **form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("pages:circle", circle_id)


@never_cache
@require_POST
@login_required
def invite(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    """The link is shown on the answer to this very request, and never again."""
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _show(request, circle, invite_form=form)
    try:
        wanted = form.cleaned_data
        made, token = circle_invitations.make_invitation(actor=person(request), circle_id=circle_id, **wanted)
    except TooOften as refused:
        say(form, None, refused)
        return _show(request, circle, invite_form=form)
    return _show(request, circle, made=made, link=invitations.link_of(token))


@require_POST
@login_required
def revoke(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    found = circle_invitations.find_invitation(actor=person(request), invitation_id=invitation_id)
    circle_invitations.revoke_invitation(actor=person(request), invitation_id=invitation_id)
    messages.success(request, "The invitation no longer opens.")
    return redirect("pages:circle", found.circle_id)


@require_POST
@login_required
def change_role(request: HttpRequest, circle_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    memberships.find_member(actor=person(request), circle_id=circle_id, user_id=person_id)
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Refused(fields={"role": ["There is no such role."]})
    done = memberships.change_role(actor=person(request), circle_id=circle_id, user_id=person_id, role=role)
    messages.success(request, f"{done.user.public_name}: {Role(done.role).label.lower()} from now on.")
    return redirect("pages:circle", circle_id)


@require_POST
@login_required
def remove(request: HttpRequest, circle_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    memberships.remove_member(actor=person(request), circle_id=circle_id, user_id=person_id)
    messages.success(request, "They are no longer in this circle, and its open links are closed.")
    return redirect("pages:circle", circle_id)


@require_POST
@login_required
def hand_over(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    circles.find_circle(actor=person(request), circle_id=circle_id)
    try:
        heir = uuid.UUID(request.POST.get("person_id", ""))
    except ValueError:
        raise Refused("Nobody was chosen.", suggestion="Choose who owns the circle from now on.") from None
    found = memberships.hand_over(actor=person(request), circle_id=circle_id, user_id=heir)
    messages.success(request, f"{found.user.public_name} owns this circle now.")
    return redirect("pages:circle", circle_id)


@require_POST
@login_required
def leave(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    memberships.leave_circle(actor=person(request), circle_id=circle_id)
    messages.success(request, f"You are no longer in {circle.name}.")
    return redirect("pages:circles")


@require_POST
@login_required
def delete(request: HttpRequest, circle_id: uuid.UUID) -> HttpResponse:
    circle = circles.find_circle(actor=person(request), circle_id=circle_id)
    circles.delete_circle(actor=person(request), circle_id=circle_id)
    messages.success(request, f"{circle.name} is deleted.")
    return redirect("pages:circles")
