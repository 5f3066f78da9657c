"""Circles themselves: made, found, described, deleted."""

import uuid
from typing import Final

from django.db import transaction
from django.utils import timezone

from circles import consequences, feed, picturing
from circles.actions import standing
from circles.models import Circle, CircleInvitation, Membership, Role, User
from processing.errors import Conflict, NotFound

MOST_CIRCLES: Final = 100


class TooManyCircles(Conflict):
    code = "too_many_circles"
    detail = f"You own {MOST_CIRCLES} circles already."
    suggestion = "Delete one you no longer need, then try again."


def find_circle(*, actor: User, circle_id: uuid.UUID) -> Circle:
    """One the actor is in, with ``my_role``, ``member_count``, ``picture_template``; NotFound for hidden and absent."""
    found = Circle.objects.visible_to(actor).with_standing(actor).filter(pk=circle_id).first()
    if found is None:
        raise NotFound()
    picturing.put_on(actor, [found])
    return found


def create_circle(*, actor: User, name: str, description: str = "") -> Circle:
    """A new circle, owned by whoever makes it."""
    with transaction.atomic():
        standing.hold_people(actor.pk)
        if Membership.objects.of(actor).owners().count() >= MOST_CIRCLES:
            raise TooManyCircles()
        circle = Circle.objects.create(name=name, description=description)
        Membership.objects.create(circle=circle, user=actor, role=Role.OWNER)
        feed.publish(circle=circle, actor=actor, verb=feed.MADE)
    return find_circle(actor=actor, circle_id=circle.pk)


def edit_circle(*, actor: User, circle_id: uuid.UUID, **values: str) -> Circle:
    """Owners and admins say what it is called (``name``) and what it is for (``description``)."""
    with transaction.atomic():
        circle = standing.take(actor=actor, circle_id=circle_id, at_least=Role.ADMIN).circle
        changed = {name: value for name, value in values.items() if getattr(circle, name) != value}
        if changed:
            Circle.objects.filter(pk=circle.pk).update(**changed)
            told = {"name": changed["name"]} if "name" in changed else {}
            feed.publish(circle=circle, actor=actor, verb=feed.CHANGED, details=told)
    return find_circle(actor=actor, circle_id=circle_id)


def delete_circle(*, actor: User, circle_id: uuid.UUID) -> None:
    """Owners end it for everybody: each member's things go with them, in this transaction."""
    with transaction.atomic():
        end_circle(standing.take(actor=actor, circle_id=circle_id, at_least=Role.OWNER).circle)


def end_circle_for_all(*, circle_id: uuid.UUID) -> None:
    """The server's admin ends a circle of others; as thoroughly as its owner would."""
    with transaction.atomic():
        end_circle(standing.hold_circle(circle_id))


def end_circle(circle: Circle) -> None:
    """The end of a locked circle, inside the caller's transaction."""
    members = list(Membership.objects.select_related("user").filter(circle=circle).order_by("user_id"))
    feed.tell(circle.pk, "deleted", also={member.user_id for member in members})
    Membership.objects.filter(circle=circle).delete()
    for member in members:
        consequences.member_left.happen(circle, member.user)
    # What is kept of them only counts how often somebody invited; whom is forgotten.
    now = timezone.now()
    CircleInvitation.objects.filter(circle=circle).update(email="", revoked_at=now, circle=None)
    circle.delete()
