"""Who may do what in a circle. Locks come in one order: people by id, circle, membership, and what rooms above add."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from circles.models import Circle, Membership, Role, User
from processing.errors import Conflict, NotFound, Refused


class RoleTooLow(Refused):
    code = "role_too_low"
    status = 403
    detail = "Your role in this circle does not allow that."
    suggestion = "Ask an owner of the circle to do it, or to give you a higher role."


class LastOwner(Conflict):
    code = "last_owner"
    detail = "A circle always has an owner, and this is the only one."
    suggestion = "Hand the circle over to somebody first, or delete it."


@dataclass(frozen=True)
class Standing:
    """A locked circle, and a person's own place in it."""

    circle: Circle
    membership: Membership

    @property
    def role(self) -> Role:
        return Role(self.membership.role)


def take(
    *, actor: User, circle_id: uuid.UUID, at_least: Role = Role.MEMBER, about: uuid.UUID | None = None
) -> Standing:
    """Lock the circle inside the caller's transaction, so that who is in it as what stays as it is read.

    NotFound when the actor is not in it, RoleTooLow when their role is below ``at_least``. ``about`` is somebody else
    whose row the caller will touch.
    """
    if not Circle.objects.visible_to(actor).filter(pk=circle_id).exists():
        raise NotFound()
    hold_people(actor.pk, about)
    circle = hold_circle(circle_id)
    membership = place_of(circle, actor.pk)
    if Role(membership.role).rank < at_least.rank:
        raise RoleTooLow()
    return Standing(circle, membership)


def hold_people(*ids: uuid.UUID | None) -> None:
    """A person who is being deleted is waited for before anything else is locked, or two would wait for each other."""
    wanted: list[uuid.UUID] = [each for each in ids if each is not None]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk").values_list("pk"))


def hold_circle(circle_id: uuid.UUID) -> Circle:
    found = Circle.objects.select_for_update(no_key=True).filter(pk=circle_id).first()
    if found is None:
        raise NotFound()
    return found


def hold_memberships(circle: Circle, user_ids: Iterable[uuid.UUID]) -> None:
    """Those of them who are in it stay so until the caller's transaction ends."""
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).filter(circle=circle, user_id__in=user_ids)
    list(rows.order_by("pk").values_list("pk"))


def place_of(circle: Circle, user_id: uuid.UUID) -> Membership:
    """NotFound for somebody who is not in it."""
    found = Membership.objects.select_related("user").filter(circle=circle, user_id=user_id).first()
    if found is None:
        raise NotFound()
    return found


def require_another_owner(membership: Membership) -> None:
    """LastOwner when nobody else owns the circle; it must be locked."""
    others = Membership.objects.owners().filter(circle_id=membership.circle_id).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise LastOwner()
