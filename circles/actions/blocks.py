"""Seeing nothing more of somebody, and letting them see nothing more of oneself."""

import uuid
from functools import partial

from django.db import transaction

from circles import consequences
from circles.actions import standing
from circles.models import Block, Circle, Membership, User
from processing import push
from processing.errors import Conflict, NotFound


def block_person(*, actor: User, person_id: uuid.UUID) -> Block:
    """What each of the two shares and asks vanishes for the other, in this transaction. Twice is once.

    NotFound for somebody with whom one shares no circle: that they exist is not told.
    """
    if person_id == actor.pk:
        raise Conflict("That is you.", suggestion="Choose somebody else.", code="that_is_you")
    known = Membership.objects.visible_to(actor).filter(user_id=person_id)
    if not (known.exists() or Block.objects.visible_to(actor).filter(blocked_id=person_id).exists()):
        raise NotFound()
    with transaction.atomic():
        standing.hold_people(actor.pk, person_id)
        person = User.objects.filter(pk=person_id).first()
        if person is None:
            raise NotFound()
        block, is_new = Block.objects.get_or_create(blocker=actor, blocked=person)
        if is_new:
            consequences.blocked.happen(actor, person)
        _tell_both(actor, person)
    return block


def unblock_person(*, actor: User, person_id: uuid.UUID) -> None:
    """What is shared is seen again; consents that ended with the block stay ended. NotFound when not blocked."""
    with transaction.atomic():
        found = Block.objects.visible_to(actor).select_related("blocked").filter(blocked_id=person_id).first()
        if found is None:
            raise NotFound()
        found.delete()
        _tell_both(actor, found.blocked)


def _tell_both(one: User, other: User) -> None:
    """Their pages of common circles look again; who blocked whom is not said."""
    common = Circle.objects.visible_to(one).filter(pk__in=Circle.objects.visible_to(other).values("pk"))
    for circle_id in list(common.values_list("pk", flat=True)):
        for person in (one, other):
            message = {"type": "circle", "circle_id": circle_id, "verb": "changed"}
            transaction.on_commit(partial(push.to_person, person.pk, message), robust=True)
