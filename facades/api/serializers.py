"""What the API of renders takes in and gives out, in the words of seed 003."""

from typing import Any

from rest_framework import serializers

from facades.answers import CODES
from facades.options import TEXTURES, AddressField, WishesSerializer, require_one
from facades.textures import NAMES
from processing.serializers import StrictSerializer


class RenderRequestSerializer(StrictSerializer):
    """A photo of a facade and a texture, each from one's library or from an address."""

    image_url = AddressField(required=False, help_text="Of the photo: https, open to anybody.")
    photo_id = serializers.UUIDField(required=False, help_text="A photo of one's own, instead.")
    texture_url = AddressField(required=False, help_text="Of the texture; the photo's own address lays nothing.")
    texture_photo_id = serializers.UUIDField(required=False, help_text="A photo of one's own, instead.")
    texture_sample = serializers.ChoiceField(
        choices=list(NAMES), required=False, help_text="One that this server draws, instead: see `GET render/textures`."
    )
    options = WishesSerializer(required=False)
    project_id = serializers.UUIDField(required=False, help_text="The client's own; comes back with every answer.")
    user_id = serializers.UUIDField(required=False, help_text="The caller; needed with project_id.")
    webhook_url = AddressField(required=False, help_text="Told when it has ended, signed with the person's secret.")

    def validate_user_id(self, value: Any) -> Any:
        if value != self.context["request"].user.pk:
            raise serializers.ValidationError("This is not you.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        require_one(attrs, "image_url", "photo_id")
        require_one(attrs, *TEXTURES)
        if "project_id" in attrs and "user_id" not in attrs:
            raise serializers.ValidationError({"user_id": ["Needed together with project_id."]})
        return attrs


class SubmittedSerializer(serializers.Serializer):
    job_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["processing", "completed", "failed"])
    poll_url = serializers.CharField()
    webhook_secret = serializers.CharField(
        required=False,
        help_text="With webhook_url: `Aureole-Signature` is `v1=` and the hex HMAC-SHA256 with this secret over "
        "`<Aureole-Timestamp>.<body>`. The same for all webhooks of this person.",
    )


class WebhookSecretSerializer(serializers.Serializer):
    secret = serializers.CharField(help_text="64 hex digits; as text it is the key of the HMAC.")
    made_at = serializers.DateTimeField()


class TextureSerializer(serializers.Serializer):
    """A texture that nobody has to bring."""

    name = serializers.CharField()
    title = serializers.CharField()
    picture_url = serializers.CharField(help_text="Of its tile, 256 pixels wide and high.")


class RenderStepSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    of = serializers.IntegerField()
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class RenderSerializer(serializers.Serializer):
    """Where a render stands; which fields there are follows from its status."""

    job_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["processing", "completed", "failed"])
    project_id = serializers.UUIDField(required=False)
    step = RenderStepSerializer(required=False, allow_null=True, help_text="Null while it waits.")
    progress = serializers.IntegerField(required=False, min_value=0, max_value=100)
    result_url = serializers.CharField(
        required=False, help_text="Opens without signing in, for a minute; ask again for a fresh one."
    )
    artwork_id = serializers.UUIDField(required=False, allow_null=True)
    error_code = serializers.ChoiceField(choices=list(CODES), required=False)
    error_message = serializers.CharField(required=False)
    is_cancelled = serializers.BooleanField(
        required=False, help_text="With `failed`: it was given up, and its `error_code` is `pipeline_error`."
    )
