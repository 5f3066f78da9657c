"""API tokens: one a device, told once, taken back at any time."""

import uuid

from circles.models import DeviceToken, User
from processing.errors import NotFound, Refused

MOST_TOKENS = 50


def make_token(*, actor: User, device: str) -> tuple[DeviceToken, str]:
    """A token for a device and its secret, which is told this once and never again."""
    if DeviceToken.objects.visible_to(actor).count() >= MOST_TOKENS:
        raise Refused(
            f"You have {MOST_TOKENS} devices with a token already.",
            code="too_many_tokens",
            suggestion="Take back the tokens you no longer use, then try again.",
        )
    return DeviceToken.objects.create(actor, device=device)


def revoke_token(*, actor: User, token_id: uuid.UUID) -> None:
    """Raises NotFound for another person's token as for none."""
    if not DeviceToken.objects.visible_to(actor).filter(id=token_id).delete()[0]:
        raise NotFound


def revoke_all(*, actor: User) -> int:
    return DeviceToken.objects.filter(user=actor).delete()[0]
