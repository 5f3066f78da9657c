"""What a person's own server checks our messages by."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class WebhookSecretQuerySet(models.QuerySet["WebhookSecret"]):
    def visible_to(self, user: object) -> "WebhookSecretQuerySet":
        """One's own, and nobody else's: not staff's either."""
        return self.filter(user_id=getattr(user, "pk", None))


class WebhookSecret(models.Model):
    """Readable, as both sides must sign with it. Nothing else follows from it, and it from nothing."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    secret = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[WebhookSecretQuerySet] = WebhookSecretQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"Webhook secret of {self.made_at:%-d %B %Y}"
