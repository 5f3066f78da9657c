"""The other person's way out: my picture shall no longer be in this."""

import uuid

from django.db import transaction

from circles.models import User
from consent.actions.answering import revoke_consent
from consent.models import Consent
from fusion.models import FusionArtwork
from processing.errors import NotFound


def take_out(*, actor: User, fusion_id: uuid.UUID) -> None:
    """Take back every word of the actor's that this fusion stands on, with all that follows from it.

    NotFound for a fusion they do not see, or in which nothing is theirs to take back.
    """
    fusion = FusionArtwork.objects.visible_to(actor).filter(pk=fusion_id).first()
    mine = consents_of(actor, fusion) if fusion else []
    if not mine:
        raise NotFound()
    with transaction.atomic():
        for consent in mine:
            revoke_consent(actor=actor, consent_id=consent.pk)


def consents_of(actor: User, fusion: FusionArtwork) -> list[Consent]:
    """What this person agreed to for it, in the order in which consents are locked; not what they made themselves."""
    if fusion.creator_id == actor.pk:
        return []
    remembered = fusion.permissions.values("consent_id")  # type: ignore[attr-defined]
    return list(Consent.objects.answered_by(actor).given().filter(pk__in=remembered).order_by("pk"))
