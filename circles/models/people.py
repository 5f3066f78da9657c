"""People, their devices, and what they agreed to."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from knox.models import AbstractAuthToken, AuthTokenManager


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Whoever can run this command is the server's own admin: the address counts as confirmed."""
        from allauth.account.models import EmailAddress  # its app needs the user model first

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True, help_text="What others see.")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    quota_bytes = models.PositiveBigIntegerField(null=True, blank=True, help_text="Empty: the server's default.")
    theme = models.CharField(
        max_length=5, choices=[("auto", "Follow the device"), ("light", "Light"), ("dark", "Dark")], default="auto"
    )
    places_enabled = models.BooleanField(default=True, help_text="Name the places of photos, offline.")
    invitation = models.ForeignKey(
        "SiteInvitation", on_delete=models.SET_NULL, null=True, blank=True, related_name="joined", editable=False
    )

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def public_name(self) -> str:
        """What other members read: never the address, which is nobody else's to know."""
        return self.name or "A member"

    @property
    def quota_allowed(self) -> int:
        """Bytes of originals this person may keep."""
        return settings.DEFAULT_QUOTA_BYTES if self.quota_bytes is None else self.quota_bytes


class DeviceTokenManager(AuthTokenManager):
    def visible_to(self, user: User) -> "models.QuerySet[DeviceToken]":
        """A person's own tokens that still open something."""
        return self.filter(Q(expiry=None) | Q(expiry__gt=timezone.now()), user_id=user.pk)


class DeviceToken(AbstractAuthToken):
    """An API token: 256 bits, stored hashed, listed and revocable by the person it belongs to."""

    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.CharField(max_length=80, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AuthTokenManager] = DeviceTokenManager()

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.device or "a device"


class OptInQuerySet(models.QuerySet["OptIn"]):
    def visible_to(self, user: object) -> "OptInQuerySet":
        """What a person agreed to is theirs alone."""
        return self.filter(user_id=getattr(user, "pk", None))

    def standing(self) -> "OptInQuerySet":
        """Given and not taken back."""
        return self.filter(withdrawn_at=None)

    def to_text(self, purpose: str, version: str) -> "OptInQuerySet":
        """Standing agreements to this very text; an older text counts no more."""
        return self.standing().filter(purpose=purpose, text_version=version)


class OptIn(models.Model):
    """A person's word that something sensitive may be made of their pictures: when, and to which text.

    Taken back, the row stays as the record of both; everything made under it goes (``consequences.opted_out``).
    """

    class Purpose(models.TextChoices):
        IRIS = "iris", "Iris artworks"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="opt_ins")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    text_version = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64, help_text="Of the text as it was shown.")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OptInQuerySet] = OptInQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-given_at", "-id")
        verbose_name = "opt-in"
        constraints = [
            models.UniqueConstraint(
                fields=("user", "purpose"), condition=Q(withdrawn_at=None), name="opt_in_stands_once_per_purpose"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.text_version})"
