"""The secret a person's webhooks are signed with: made when it is first needed, and made anew when they say so."""

import secrets
from typing import Final

from django.utils import timezone

from circles.models import User
from facades.models import WebhookSecret

BYTES: Final = 32


def find_secret(*, actor: User) -> WebhookSecret:
    """The person's own."""
    found = WebhookSecret.objects.visible_to(actor).first()
    return found or WebhookSecret.objects.get_or_create(user=actor, defaults={"secret": secrets.token_hex(BYTES)})[0]


def renew_secret(*, actor: User) -> WebhookSecret:
    """Another one, from this moment on: what is sent later is signed with it, tries of older messages too."""
    wanted = {"secret": secrets.token_hex(BYTES), "made_at": timezone.now()}
    return WebhookSecret.objects.update_or_create(user=actor, defaults=wanted)[0]
