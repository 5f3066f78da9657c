"""What the API takes and gives about circles: names of people, never their addresses."""

from typing import Any

from rest_framework import serializers

from circles import feed
from circles.actions.circle_invitations import LONGEST_DAYS
from circles.actions.invitations import MOST_USES
from circles.models import Circle, CircleInvitation, Membership, Role
from processing.serializers import StrictSerializer


class PersonSerializer(serializers.Serializer):
    """Somebody as other members see them."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="public_name")


class CircleSerializer(serializers.ModelSerializer):
    my_role = serializers.ChoiceField(choices=Role.choices)
    member_count = serializers.IntegerField()
    picture_template = serializers.CharField(
        help_text="Of the circle's picture: fill in {size} (256, 512, 1024) and {format}. Empty where there is none."
    )

    class Meta:
        model = Circle
        fields = ("id", "name", "description", "my_role", "member_count", "picture_template", "created_at")


class CircleFieldsSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text="What it is for, in a sentence or two."
    )


class MemberSerializer(serializers.ModelSerializer):
    person = PersonSerializer(source="user")

    class Meta:
        model = Membership
        fields = ("person", "role", "joined_at")


class RoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=Role.choices)


class HandOverSerializer(StrictSerializer):
    person_id = serializers.UUIDField(help_text="The member who owns the circle from now on.")


class CircleInvitationSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=["open", "used", "revoked", "expired"])
    made_by = PersonSerializer(allow_null=True)

    class Meta:
        model = CircleInvitation
        fields = (
            "id", "circle_id", "email", "state", "uses", "max_uses", "made_by", "created_at", "expires_at", "sent_at",
        )  # fmt: skip


class MadeInvitationSerializer(CircleInvitationSerializer):
    link = serializers.CharField(help_text="The address to send or to print. Shown this once; only its hash is stored.")
    token = serializers.CharField(help_text="The last part of the link.")

    class Meta(CircleInvitationSerializer.Meta):
        fields = (*CircleInvitationSerializer.Meta.fields, "link", "token")  # type: ignore[assignment]


class InviteSerializer(StrictSerializer):
    email = serializers.EmailField(
        max_length=254,
        required=False,
        allow_blank=True,
        help_text="Only this address can use it.",
    )
    max_uses = serializers.IntegerField(min_value=1, max_value=MOST_USES, required=False)
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, required=False)


class FeedPictureSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="photo or artwork, or what the circle makes together.")
    title = serializers.CharField(source="words")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    colours = serializers.CharField(help_text="A 3x3 grid of RGB bytes in hex, or empty.")
    thumb_template = serializers.CharField(help_text="Fill in {size} (256, 512, 1024) and {format}.")


class FeedItemSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="item.id")
    verb = serializers.CharField(source="item.verb")
    sentence = serializers.SerializerMethodField(help_text="What happened, for people.")
    actor = PersonSerializer(source="item.actor")
    person = PersonSerializer(
        source="item.person", allow_null=True, help_text="Whom it is about, when it is about somebody else."
    )
    subject_id = serializers.UUIDField(source="item.subject_id", allow_null=True)
    pictures = FeedPictureSerializer(source="drawn.pictures", many=True, help_text="The first of those you may see.")
    picture_count = serializers.IntegerField(source="drawn.total", help_text="How many there are in all.")
    created_at = serializers.DateTimeField(source="item.created_at")

    def get_sentence(self, told: feed.Told) -> str:
        return feed.sentence(told.item)


def made(invitation: CircleInvitation, token: str, link: str) -> dict[str, Any]:
    """The answer to making one: the row, and the secret that is told this once."""
    invitation.token, invitation.link = token, link  # type: ignore[attr-defined]
    return MadeInvitationSerializer(invitation).data
