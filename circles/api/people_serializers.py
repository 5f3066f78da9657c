"""What the API takes and gives about people and their devices."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from circles import quota
from circles.actions.signing_in import asks_for_code
from circles.models import DeviceToken, User
from processing.serializers import StrictSerializer


class Email(serializers.EmailField):
    """An address as people type it, in lower case."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).lower()


class Password(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1000, trim_whitespace=False, write_only=True, **options)


class SignInSerializer(StrictSerializer):
    email = Email(max_length=254)
    password = Password()
    device = serializers.CharField(max_length=80, help_text="A name the person will know it by.")
    otp = serializers.CharField(
        max_length=20, required=False, help_text="The code of the authenticator app, or a recovery code."
    )


class DeviceTokenSerializer(serializers.ModelSerializer):
    created_at = serializers.DateTimeField(source="created", read_only=True)
    expires_at = serializers.DateTimeField(source="expiry", read_only=True, allow_null=True)
    is_current = serializers.SerializerMethodField(help_text="Whether this very request came with it.")

    class Meta:
        model = DeviceToken
        fields = ("id", "device", "created_at", "last_used_at", "expires_at", "is_current")
        read_only_fields = fields

    def get_is_current(self, token: DeviceToken) -> bool:
        return getattr(self.context["request"].auth, "pk", None) == token.pk


class MadeTokenSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="Shown this once; only its hash is stored.")
    id = serializers.UUIDField()
    device = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class SignUpSerializer(StrictSerializer):
    invitation = serializers.CharField(
        max_length=200, required=False, help_text="The last part of the invitation's link."
    )
    name = serializers.CharField(max_length=80)
    email = Email(max_length=254)
    password = Password()

    def validate_password(self, value: str) -> str:
        return _strong(value, User(email=str(self.initial_data.get("email", ""))))


class SignedUpSerializer(serializers.Serializer):
    status = serializers.ChoiceField(
        choices=["signed_up", "confirm_email"], help_text="confirm_email: a link was mailed, open it first."
    )
    email = serializers.EmailField()


class ResetSerializer(StrictSerializer):
    email = Email(max_length=254)


class ResetAskedSerializer(serializers.Serializer):
    status = serializers.CharField()
    detail = serializers.CharField()


class QuotaSerializer(serializers.Serializer):
    used = serializers.IntegerField(help_text="Bytes of originals kept.")
    allowed = serializers.IntegerField(help_text="Bytes of originals that may be kept.")


class MeSerializer(StrictSerializer, serializers.ModelSerializer):
    quota = serializers.SerializerMethodField()
    two_factor = serializers.SerializerMethodField(help_text="Whether sign-in asks for a code.")
    joined_at = serializers.DateTimeField(source="date_joined", read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "theme", "places_enabled", "quota", "two_factor", "joined_at")
        read_only_fields = ("id", "email", "quota", "two_factor", "joined_at")

    def get_quota(self, user: User) -> QuotaSerializer:
        found = quota.of(user)
        return {"used": found.used, "allowed": found.allowed}  # type: ignore[return-value]

    def get_two_factor(self, user: User) -> bool:
        return asks_for_code(user)


class LeaveSerializer(StrictSerializer):
    password = Password()


class OptInSerializer(serializers.Serializer):
    """How a person stands to one purpose, and the text that is in force."""

    purpose = serializers.CharField(source="notice.purpose")
    is_on = serializers.BooleanField()
    given_at = serializers.DateTimeField(allow_null=True)
    accepted_version = serializers.CharField(allow_blank=True, help_text="The text that was agreed to.")
    version = serializers.CharField(source="notice.version", help_text="The text in force.")
    title = serializers.CharField(source="notice.title")
    paragraphs = serializers.ListField(child=serializers.CharField(), source="notice.paragraphs")


class OptInsSerializer(serializers.Serializer):
    results = OptInSerializer(many=True)


class AgreeSerializer(StrictSerializer):
    version = serializers.CharField(max_length=20, help_text="Of the text the person has read.")


def _strong(value: str, user: User) -> str:
    try:
        validate_password(value, user)
    except ValidationError as error:
        raise serializers.ValidationError(error.messages) from None
    return value
