"""What ends by itself: sessions, tokens, invitations, addresses in the failure log."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from circles import throttle
from circles.models import CircleInvitation, DeviceToken, SiteInvitation

KEEP_INVITATIONS = timedelta(days=90)


def forget_expired() -> None:
    """Called once a day; nothing here opens anything any more, so when exactly does not matter."""
    now = timezone.now()
    throttle.forget_old_failures()
    DeviceToken.objects.filter(expiry__lt=now).delete()
    for model in (SiteInvitation, CircleInvitation):
        model.objects.filter(expires_at__lt=now - KEEP_INVITATIONS).delete()
    Session.objects.filter(expire_date__lt=now).delete()
