"""Who calls the API with a token."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from circles.models import DeviceToken, User

USED_EVERY = timedelta(minutes=1)


class DeviceTokenAuthentication(TokenAuthentication):
    """knox's tokens, with the time of last use, written at most once a minute."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, DeviceToken]:
        if not token.isalnum():
            raise AuthenticationFailed
        user, found = super().authenticate_credentials(token)
        self._note_use(found)
        return user, found

    def _cleanup_token(self, auth_token: DeviceToken) -> bool:
        """Only this token matters here; the person's other expired ones are swept with the sessions."""
        return auth_token.expiry is not None and auth_token.expiry <= timezone.now()

    def _note_use(self, found: DeviceToken) -> None:
        now = timezone.now()
        if found.last_used_at and found.last_used_at > now - USED_EVERY:
            return
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
        DeviceToken.objects.filter(stale, pk=found.pk).update(last_used_at=now)
        found.last_used_at = now
