"""The picture of a circle: one of the things shared in it, so that it goes when that is taken back."""

import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction

from artworks.showing import WITH, Item
from circles import feed
from circles.actions import standing
from circles.models import Circle, Role, User
from photos.models import CirclePicture, CircleShare
from processing.errors import NotFound

PICTURED = "pictured"


def choose_picture(*, actor: User, circle_id: uuid.UUID, share_id: uuid.UUID) -> None:
    """Owners and admins choose; NotFound for a circle or thing they cannot see, RoleTooLow for members."""
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id, at_least=Role.ADMIN)
        seen = CircleShare.objects.visible_to(actor).filter(membership__circle=here.circle, pk=share_id)
        # Held until it is written down: it may be taken back, or go with its photo, in this very moment.
        if seen.select_for_update(of=("self",), no_key=True).first() is None:
            raise NotFound()
        CirclePicture.objects.update_or_create(circle=here.circle, defaults={"share_id": share_id})
        feed.tell(circle_id, PICTURED)


def remove_picture(*, actor: User, circle_id: uuid.UUID) -> None:
    """The circle is shown by its letter again. Twice is fine."""
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id, at_least=Role.ADMIN)
        CirclePicture.objects.filter(circle=here.circle).delete()
        feed.tell(circle_id, PICTURED)


def pictures_of(user: User, circles: Iterable[Circle]) -> Mapping[uuid.UUID, str]:
    """By the circle's id: the template of its picture's address, where this person may see it; one query."""
    seen = CircleShare.objects.visible_to(user).filter(circle_picture__circle__in=list(circles))
    return {share.membership.circle_id: Item(share, user).thumb_template for share in seen.select_related(*WITH)}
