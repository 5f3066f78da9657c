"""What the API takes in and gives out about things shared into circles."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field, inline_serializer
from rest_framework import serializers

from artworks.actions.sharing import MOST_AT_ONCE
from artworks.api.serializers import ArtworkDetailSerializer, ArtworkSerializer
from artworks.models import Artwork
from circles.api.circle_serializers import PersonSerializer
from processing.serializers import StrictSerializer


class SharedArtworkSerializer(serializers.Serializer):
    """An artwork as members of a circle see it: no photo, no outlines, no mask, no options."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Artwork.Kind.choices)
    owner = PersonSerializer()
    is_mine = serializers.BooleanField(source="is_own")
    title = serializers.CharField()
    caption = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    thumb_template = serializers.SerializerMethodField(help_text="Fill in {size} (256, 512, 1024) and {format}.")
    consent_ready = serializers.BooleanField(source="is_consent_ready", help_text="You may ask to use it.")
    is_given = serializers.BooleanField(help_text="With the result in full size.")
    result_url = serializers.SerializerMethodField(help_text="Empty where it is not given.")

    def get_thumb_template(self, artwork: Artwork) -> str:
        return ArtworkSerializer().get_thumb_template(artwork)

    def get_result_url(self, artwork: Artwork) -> str:
        return ArtworkDetailSerializer().get_result_url(artwork) if artwork.is_given else ""  # type: ignore[attr-defined]


class ItemSerializer(serializers.Serializer):
    """A photo or an artwork in a circle."""

    id = serializers.UUIDField(help_text="Of its being shared here.")
    circle_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["photo", "artwork"])
    photo_id = serializers.UUIDField(source="share.photo_id", allow_null=True)
    artwork_id = serializers.UUIDField(source="share.artwork_id", allow_null=True)
    owner = PersonSerializer()
    is_mine = serializers.BooleanField()
    title = serializers.CharField(source="thing.title")
    caption = serializers.CharField(source="thing.caption")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    colours = serializers.CharField(help_text="A 3x3 grid of RGB bytes in hex, or empty.")
    thumb_template = serializers.CharField(help_text="Fill in {size} (256, 512, 1024) and {format}.")
    with_original = serializers.BooleanField(source="share.with_original")
    original_url = serializers.CharField(help_text="Empty where it is not given.")
    shared_at = serializers.DateTimeField(source="share.created_at")


class ItemsSerializer(StrictSerializer):
    """Share: photos and artworks of one's own. Unshare: items."""

    action = serializers.ChoiceField(choices=["share", "unshare"])
    photo_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_AT_ONCE)
    artwork_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_AT_ONCE)
    item_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_AT_ONCE)
    with_original = serializers.BooleanField(
        required=False, help_text="Give the original file too, with its place and camera; false by default."
    )

    offer = serializers.BooleanField(
        required=False,
        help_text="Whether others may ask to use these artworks, as `consent_ready` says; left as it is by default, "
        "and where nobody has said yet whose eye it is. False also answers questions that wait with no.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        only_share = ("photo_ids", "artwork_ids", "with_original", "offer")
        wrong = {"share": ("item_ids",), "unshare": only_share}[attrs["action"]]
        if fields := {name: [f"Not with {attrs['action']}."] for name in wrong if name in attrs}:
            raise serializers.ValidationError(fields)
        if attrs["action"] == "unshare" and not attrs.get("item_ids"):
            raise serializers.ValidationError({"item_ids": ["Name at least one."]})
        return attrs


class ItemsDoneSerializer(serializers.Serializer):
    items = ItemSerializer(many=True, help_text="What is shared now; empty after unshare.")
    changed = serializers.IntegerField(help_text="How many were shared or taken back.")
    undo = serializers.DictField(allow_null=True, help_text="Send it here again to take it back.")


class PictureSerializer(StrictSerializer):
    item_id = serializers.UUIDField(help_text="Of something shared in the circle.")


class ItemFiltersSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=["photo", "artwork"], required=False)


_ANY_ARTWORK = PolymorphicProxySerializer(
    component_name="AnyArtwork",
    serializers=[ArtworkSerializer, SharedArtworkSerializer],
    resource_type_field_name=None,
)
ANY_ARTWORK_DETAIL = PolymorphicProxySerializer(
    component_name="AnyArtworkDetail",
    serializers=[ArtworkDetailSerializer, SharedArtworkSerializer],
    resource_type_field_name=None,
)


@extend_schema_field(_ANY_ARTWORK)
class _AnyArtworkField(serializers.JSONField):
    pass


ANY_ARTWORK_PAGE = inline_serializer(
    "AnyArtworkPage",
    {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": serializers.ListField(child=_AnyArtworkField()),
    },
)
