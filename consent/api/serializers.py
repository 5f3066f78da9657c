"""What the API takes and gives about consents; each side sees its own view of one."""

from typing import Any

from rest_framework import serializers

from circles.api.circle_serializers import PersonSerializer
from consent.models import Consent, Purpose, Scope, State
from consent.notices import notice_of
from consent.presenting import BOXES, GONE, Shown
from processing.serializers import StrictSerializer

MOST_ARTWORKS = 20


class ConsentArtworkSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField(source="__str__")
    kind = serializers.CharField()


class RecipientSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["person", "circle"])
    id = serializers.UUIDField()
    name = serializers.CharField()


class ConsentSerializer(serializers.Serializer):
    """A consent as the caller sees it; built from ``presenting.Shown``."""

    id = serializers.UUIDField(source="consent.pk")
    is_mine = serializers.BooleanField(help_text="It asks the caller, or the caller gave it.")
    state = serializers.ChoiceField(
        choices=[*State.values, GONE],
        help_text="`gone`: a permission of somebody else that ended. Whose it was is not told.",
    )
    sentence = serializers.CharField(help_text="What it is, for people.")
    purpose = serializers.ChoiceField(source="consent.purpose", choices=Purpose.choices)
    scope = serializers.ChoiceField(source="consent.scope", choices=Scope.choices)
    artwork = ConsentArtworkSerializer(allow_null=True)
    picture_url = serializers.CharField(allow_blank=True)
    granter = PersonSerializer(allow_null=True, help_text="Whose word it is, where that may be known.")
    requester = PersonSerializer(source="consent.requester", allow_null=True, help_text="Who asked.")
    recipient = RecipientSerializer(allow_null=True, help_text="Who sees what is made with it.")
    message = serializers.CharField(allow_blank=True, help_text="What was said with the question.")
    epoch = serializers.IntegerField(source="consent.epoch", help_text="Rises with every change.")
    valid_until = serializers.DateTimeField(source="consent.valid_until", allow_null=True)
    asked_at = serializers.DateTimeField(source="consent.asked_at")
    changed_at = serializers.DateTimeField(source="consent.changed_at")
    notice_id = serializers.CharField()
    notice_version = serializers.CharField(source="consent.notice_version", help_text="Of the text it was answered to.")
    can = serializers.ListField(
        child=serializers.ChoiceField(choices=["grant", "refuse", "revoke", "receipt"]),
        help_text="What the caller may do with it.",
    )


class NotificationSerializer(serializers.Serializer):
    """Something that happened; built from ``presenting.Shown``."""

    id = serializers.UUIDField(source="consent.pk", help_text="Of the consent it is about.")
    type = serializers.CharField(help_text="`consent`.")
    sentence = serializers.CharField(source="news", help_text="What happened, for people.")
    is_waiting = serializers.SerializerMethodField(help_text="It waits for the caller's answer.")
    url = serializers.CharField(help_text="The page to look at.")
    at = serializers.DateTimeField(source="consent.changed_at")

    def get_is_waiting(self, shown: Shown) -> bool:
        return shown.is_mine and shown.state == State.REQUESTED


class NoticeSerializer(serializers.Serializer):
    id = serializers.CharField()
    version = serializers.CharField(help_text="Send it back with the answer.")
    sha256 = serializers.CharField()
    title = serializers.CharField()
    paragraphs = serializers.ListField(child=serializers.CharField())


class ConsentDetailSerializer(ConsentSerializer):
    notice = serializers.SerializerMethodField(help_text="The text people read now before they answer.")

    def get_notice(self, shown: Shown) -> NoticeSerializer:
        notice = notice_of(shown.consent.purpose)
        said = {"id": shown.notice_id, "version": notice.version, "sha256": notice.sha256}
        words = {"title": notice.title, "paragraphs": notice.paragraphs}
        return NoticeSerializer(said | words).data  # type: ignore[return-value]


class ConsentFiltersSerializer(StrictSerializer):
    box = serializers.ChoiceField(
        choices=BOXES,
        required=False,
        help_text="`asked`: waits for your answer · `given` · `received`: from others · `history`: what ended.",
    )
    purpose = serializers.ChoiceField(choices=Purpose.choices, required=False)
    artwork = serializers.UUIDField(required=False)


class AskSerializer(StrictSerializer):
    artwork_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_ARTWORKS)
    purpose = serializers.ChoiceField(
        choices=Purpose.choices, help_text="`sharing`: your own artworks that show other members, as they are."
    )
    circle_id = serializers.UUIDField(required=False, help_text="Where the result is seen; without it only by you.")
    message = serializers.CharField(max_length=300, required=False, allow_blank=True)


class GiveSerializer(StrictSerializer):
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    scope = serializers.ChoiceField(choices=[Scope.ARTWORK, Scope.CIRCLE], default=Scope.ARTWORK)
    artwork_id = serializers.UUIDField(required=False, help_text="With the scope `artwork`.")
    scope_circle_id = serializers.UUIDField(
        required=False, help_text="With the scope `circle`: all of yours in this one; `circle_id` when left out."
    )
    circle_id = serializers.UUIDField(required=False, help_text="For the members of this circle.")
    person_id = serializers.UUIDField(required=False, help_text="For this person, who is in a circle with you.")
    valid_until = serializers.DateTimeField(required=False, allow_null=True)


class GrantSerializer(StrictSerializer):
    scope = serializers.ChoiceField(
        choices=Scope.choices, required=False, help_text="For more than was asked: `artwork` or `circle`."
    )
    valid_until = serializers.DateTimeField(required=False, allow_null=True)
    notice_version = serializers.CharField(
        max_length=20, required=False, help_text="Of the text that was read; 409 when there is a newer one."
    )


class AskedSerializer(serializers.Serializer):
    """What asking brought."""

    consents = ConsentSerializer(many=True, help_text="Every question that is open now.")
    pending = serializers.ListField(
        child=serializers.UUIDField(), help_text="The artworks that may not be used yet; none: all is allowed."
    )


class SignatureSerializer(serializers.Serializer):
    algorithm = serializers.CharField()
    key_id = serializers.CharField()
    public_key = serializers.CharField(help_text="Base64.")
    value = serializers.CharField(help_text="Base64, over the receipt as JSON with sorted keys and without spaces.")


class ReceiptSerializer(serializers.Serializer):
    receipt = serializers.DictField(help_text="The fields of ISO/IEC TS 27560, and every line of the ledger about it.")
    signature = SignatureSerializer()


def shown(consent: Consent, viewer: Any) -> Any:
    """The answer about one of them."""
    return ConsentDetailSerializer(Shown(consent, viewer)).data
