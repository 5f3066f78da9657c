"""What a person may ask of a render: how the texture lies on the wall, and where it comes from."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from artworks.actions.making import pixel_options
from artworks.options import FARTHEST, Number
from facades.fetching import check_address
from facades.textures import NAMES
from processing.errors import DownloadRefused
from processing.fetching.targets import LONGEST
from processing.serializers import StrictSerializer

# Not options of the pixels: for whom a render is made, and who hears of it.
ERRAND: Final = ("webhook_url", "project_id")
# Where a texture comes from: from one of these.
TEXTURES: Final = ("texture_url", "texture_photo_id", "texture_sample")
UNREACHABLE: Final = "Invalid or unreachable: send an https:// address that anybody can open."


class Identifier(serializers.UUIDField):
    """A UUID as options keep it: as text."""

    def to_internal_value(self, data: Any) -> str:  # type: ignore[override]
        return str(super().to_internal_value(data))

    def to_representation(self, value: Any) -> str:
        return str(value)


class AddressField(serializers.CharField):
    """An address the guarded fetcher would connect to, as far as its text can tell; nothing is asked of the network."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST, **options)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        try:
            check_address(value)
        except DownloadRefused:
            raise serializers.ValidationError(UNREACHABLE) from None
        return value


class ReferenceSerializer(StrictSerializer):
    """Two points of the wall whose distance is known, and how wide one tile is in truth."""

    points = serializers.ListField(
        child=serializers.ListField(child=Number(min_value=0, max_value=FARTHEST), min_length=2, max_length=2),
        min_length=2,
        max_length=2,
        help_text="[[x, y], [x, y]] in pixels of the upright photo.",
    )
    metres = Number(min_value=0.01, max_value=10_000, help_text="Between the two points.")
    tile_metres = Number(min_value=0.001, max_value=1000, help_text="Width of one tile of the texture.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["points"][0] == attrs["points"][1]:
            raise serializers.ValidationError({"points": ["Two different points, please."]})
        return attrs


class WishesSerializer(StrictSerializer):
    """How the texture lies on the wall."""

    real_world_scale = Number(
        min_value=0.25, max_value=500, default=24, help_text="How often the texture repeats across the wall."
    )
    aspect = Number(
        min_value=0.1,
        max_value=10,
        required=False,
        allow_null=True,
        default=None,
        help_text="How many times wider than it is a tile is drawn; null: as it is.",
    )
    reference = ReferenceSerializer(
        required=False, allow_null=True, default=None, help_text="Known lengths, in place of real_world_scale."
    )
    seamless = serializers.BooleanField(default=True, help_text="Make the texture repeat without seams first.")
    engine = serializers.ChoiceField(
        choices=["network", "classical"], default="network", help_text="What finds the wall."
    )
    enable_refinement = serializers.BooleanField(default=False, help_text="A last pass over edges and details.")
    refinement_seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=42)
    stage_timeout_seconds = Number(
        min_value=1,
        max_value=600,
        required=False,
        allow_null=True,
        default=None,
        help_text="How long one step may take; null: as long as this server allows.",
    )


class RenderOptionsSerializer(WishesSerializer):
    """The same with where the texture comes from, as a finished render keeps it."""

    mask = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="A wall painted by hand; see `PUT artworks/<id>/mask`."
    )
    mask_follows = Identifier(
        required=False,
        allow_null=True,
        default=None,
        help_text="An artwork whose wall was painted over: what looks like the strokes, beside them, follows.",
    )
    texture_photo_id = Identifier(required=False, allow_null=True, default=None)
    texture_url = AddressField(required=False, allow_null=True, default=None)
    texture_sample = serializers.ChoiceField(choices=list(NAMES), required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        require_one(attrs, *TEXTURES)
        return attrs


def require_one(attrs: Mapping[str, Any], *names: str) -> None:
    """ValidationError unless exactly one of ``names`` is given."""
    given = [name for name in names if attrs.get(name)]
    if len(given) != 1:
        *others, last = names
        said = "Send this one alone." if given else f"Send {', '.join(others)} or {last}."
        raise serializers.ValidationError({(given or names)[0]: [said]})


def wishes(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a job that decide its pixels."""
    return {name: value for name, value in pixel_options(options).items() if name not in ERRAND}
