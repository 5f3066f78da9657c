"""Who is in a circle as what: leaving, removing, roles, handing over."""

import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from circles import consequences, feed
from circles.actions import standing
from circles.actions.circles import end_circle
from circles.actions.standing import RoleTooLow, Standing
from circles.models import Circle, CircleInvitation, Membership, Role, User
from processing.errors import Conflict, NotFound, Refused


def find_member(*, actor: User, circle_id: uuid.UUID, user_id: uuid.UUID) -> Membership:
    """Somebody in a circle the actor is in; NotFound for hidden and absent alike."""
    seen = Membership.objects.visible_to(actor).select_related("user")
    found = seen.filter(circle_id=circle_id, user_id=user_id).first()
    if found is None:
        raise NotFound()
    return found


def leave_circle(*, actor: User, circle_id: uuid.UUID) -> None:
    """Your things leave with you. The last owner hands over or deletes first (LastOwner)."""
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id)
        standing.require_another_owner(here.membership)
        _end(here.circle, here.membership)
        feed.publish(circle=here.circle, actor=actor, verb=feed.LEFT)


def remove_member(*, actor: User, circle_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Owners remove anybody else, admins only members. Open links close with it, so that nobody returns by one."""
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id, at_least=Role.ADMIN, about=user_id)
        member = standing.place_of(here.circle, user_id)
        _refuse_oneself(here, member, "Leave the circle instead.")
        if here.role is not Role.OWNER and Role(member.role).rank >= here.role.rank:
            raise RoleTooLow("Only an owner can remove an owner or an admin.")
        _end(here.circle, member)
        _close_links(here.circle, Q(email="") | Q(email=member.user.email))
        feed.publish(circle=here.circle, actor=actor, verb=feed.REMOVED, person=member.user)


def change_role(*, actor: User, circle_id: uuid.UUID, user_id: uuid.UUID, role: str) -> Membership:
    """Owners only; the last one cannot step down (LastOwner)."""
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id, at_least=Role.OWNER, about=user_id)
        member = standing.place_of(here.circle, user_id)
        if member.role != role:
            standing.require_another_owner(member)
            Membership.objects.filter(pk=member.pk).update(role=role)
            if role == Role.MEMBER:
                _close_links(here.circle, Q(made_by=member.user))
            told = {"role": role}
            feed.publish(circle=here.circle, actor=actor, verb=feed.ROLE_CHANGED, person=member.user, details=told)
    return find_member(actor=actor, circle_id=circle_id, user_id=user_id)


def hand_over(*, actor: User, circle_id: uuid.UUID, user_id: uuid.UUID) -> Membership:
    """Make somebody else the owner in one's own place; the one who hands over stays as an admin."""
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id, at_least=Role.OWNER, about=user_id)
        heir = _heir(here.circle, user_id)
        _refuse_oneself(here, heir, "Choose another member of the circle.")
        Membership.objects.filter(pk=heir.pk).update(role=Role.OWNER)
        Membership.objects.filter(pk=here.membership.pk).update(role=Role.ADMIN)
        feed.publish(circle=here.circle, actor=actor, verb=feed.HANDED_OVER, person=heir.user)
    return find_member(actor=actor, circle_id=circle_id, user_id=user_id)


def _heir(circle: Circle, user_id: uuid.UUID) -> Membership:
    found = Membership.objects.select_related("user").filter(circle=circle, user_id=user_id).first()
    if found is None:
        raise Refused(fields={"person_id": ["This person is not in the circle."]})
    return found


def leave_all(*, user: User) -> None:
    """An account ends: an ownerless circle goes to its longest-standing admin, else member; an empty one is deleted.

    Inside the caller's transaction, which has locked the person.
    """
    for membership in Membership.objects.of(user).order_by("circle_id"):
        circle = standing.hold_circle(membership.circle_id)
        own = Membership.objects.filter(pk=membership.pk).first()
        if own is None:
            continue
        others = Membership.objects.filter(circle=circle).exclude(pk=own.pk)
        if not others.exists():
            end_circle(circle)
            continue
        if own.role == Role.OWNER and not others.owners().exists():
            _inherit(circle, others.filter(role=Role.ADMIN).longest_first().first() or others.longest_first()[0])
        _end(circle, own)
        feed.tell(circle.pk, feed.LEFT)


def _inherit(circle: Circle, heir: Membership) -> None:
    Membership.objects.filter(pk=heir.pk).update(role=Role.OWNER)
    feed.publish(circle=circle, actor=heir.user, verb=feed.INHERITED)


def _end(circle: Circle, membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).delete()
    _close_links(circle, Q(made_by=membership.user))
    consequences.member_left.happen(circle, membership.user)


def _close_links(circle: Circle, which: Q) -> None:
    CircleInvitation.objects.usable().filter(which, circle=circle).update(revoked_at=timezone.now())


def _refuse_oneself(here: Standing, member: Membership, way_out: str) -> None:
    if member.pk == here.membership.pk:
        raise Conflict("That is you.", suggestion=way_out, code="that_is_you")
