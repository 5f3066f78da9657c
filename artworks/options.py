"""What a person may ask of a recipe. Angles are degrees outside (as everywhere in the API) and radians inside."""

import math
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from rest_framework import serializers

from artworks.styles import why_not
from processing.errors import Refused
from processing.imaging.painterly import names
from processing.jobs import request_hash
from processing.serializers import StrictSerializer

SIZE_LEAST: Final = 256
SIZE_MOST: Final = 8192
SIZE_USUAL: Final = 4096
FARTHEST: Final = 100_000
LID_POINTS_MOST: Final = 64
SEED_MOST: Final = 2**31 - 1


class Number(serializers.FloatField):
    """A finite number; JSON has no NaN, but a text may say so."""

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            raise serializers.ValidationError("Send a finite number.")
        return value


class EllipseSerializer(StrictSerializer):
    """Centre and semi-axes in pixels of the upright photo. ``b`` left out: a circle."""

    cx = Number(min_value=-FARTHEST, max_value=FARTHEST)
    cy = Number(min_value=-FARTHEST, max_value=FARTHEST)
    a = Number(min_value=1, max_value=FARTHEST, help_text="Semi-axis along `angle`; of a circle its radius.")
    b = Number(min_value=1, max_value=FARTHEST, required=False)
    angle = Number(
        min_value=-360, max_value=360, required=False, default=0, help_text="Degrees, clockwise on the screen."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("b", attrs["a"])
        return attrs | {"angle": math.radians(attrs["angle"])}


class LidField(serializers.ListField):
    """The edge of a lid as [x, y] points."""

    def __init__(self, **options: Any) -> None:
        point = serializers.ListField(child=Number(min_value=-FARTHEST, max_value=FARTHEST), min_length=2, max_length=2)
        super().__init__(child=point, min_length=2, max_length=LID_POINTS_MOST, **options)


class GeometrySerializer(StrictSerializer):
    """The outlines of one eye. A lid that does not reach the iris is null."""

    pupil = EllipseSerializer()
    limbus = EllipseSerializer(help_text="The iris' outer edge.")
    upper_lid = LidField(required=False, allow_null=True, default=None)
    lower_lid = LidField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        pupil, limbus = attrs.get("pupil"), attrs.get("limbus")
        if pupil and limbus and max(pupil["a"], pupil["b"]) >= max(limbus["a"], limbus["b"]):
            raise serializers.ValidationError({"pupil": ["The pupil lies inside the iris and is smaller."]})
        return attrs


class IrisOptionsSerializer(StrictSerializer):
    """The options of pipeline ``iris``."""

    engine = serializers.ChoiceField(choices=["network", "classical"], default="network")
    reflections = serializers.BooleanField(default=True, help_text="Take reflections out of the iris.")
    enhance = serializers.ChoiceField(
        choices=[1, 2, 4], default=4, help_text="How many times larger than in the photo the iris may become."
    )
    background = serializers.ChoiceField(choices=["black", "white", "transparent", "iris"], default="black")
    size = serializers.IntegerField(
        min_value=SIZE_LEAST, max_value=SIZE_MOST, default=SIZE_USUAL, help_text="The artwork's longest side, pixels."
    )
    circles = GeometrySerializer(required=False, allow_null=True, default=None, help_text="Placed by hand.")
    mask = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="A mask brushed by hand; see `PUT artworks/<id>/mask`."
    )
    complete = serializers.BooleanField(default=True, help_text="Complete what lids hide from the iris' own texture.")
    contrast = serializers.BooleanField(default=True, help_text="Gentle local contrast in the iris.")
    use_anyway = serializers.BooleanField(default=False, help_text="Make it although the photo is not good enough.")


class EnhanceOptionsSerializer(StrictSerializer):
    """The options of pipeline ``enhance``."""

    enhance = serializers.ChoiceField(choices=[2, 4], default=2, help_text="How many times larger.")


class LayersOptionsSerializer(StrictSerializer):
    """The options of pipeline ``layers``."""

    num_layers = serializers.IntegerField(
        min_value=2, max_value=8, default=lambda: settings.DEFAULT_NUM_LAYERS, help_text="How many, 2 to 8."
    )
    softness = serializers.FloatField(
        min_value=0, max_value=1, default=0.05, help_text="How wide edges fade, of the whole range of depth."
    )
    engine = serializers.ChoiceField(
        choices=["best", "cues"],
        default="best",
        help_text="Who says how near things are: `best` is an installed depth model, without one the geometric cues.",
    )


class PainterlyOptionsSerializer(StrictSerializer):
    """The options of pipeline ``painterly``."""

    style = serializers.CharField(  # type: ignore[assignment]
        max_length=40,
        default="oil",
        help_text=f"One of {', '.join(names.STYLES)}, or an installed style: candy, mosaic, udnie, la_muse.",
    )
    strength = Number(
        min_value=0,
        max_value=1,
        default=lambda: settings.DEFAULT_PAINTERLY_STRENGTH,
        help_text="0 is the photo, 1 nothing but paint with the largest brushes.",
    )
    seed = serializers.IntegerField(
        min_value=0,
        max_value=SEED_MOST,
        default=lambda: settings.DEFAULT_PAINTERLY_SEED,
        help_text="Where strokes, paper and pigment fall: the same seed gives the same picture to the last bit.",
    )

    def validate_style(self, value: str) -> str:
        name = names.plain(value)
        if reason := why_not(name):
            raise serializers.ValidationError(reason)
        return name


class PhotoOptionsSerializer(StrictSerializer):
    """Pipeline ``photo``, the photo as it is, has none."""


OPTIONS: Final[dict[str, type[StrictSerializer]]] = {
    "iris": IrisOptionsSerializer,
    "enhance": EnhanceOptionsSerializer,
    "layers": LayersOptionsSerializer,
    "painterly": PainterlyOptionsSerializer,
    "photo": PhotoOptionsSerializer,
}


def cleaned(kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """``asked`` with every default written out, JSON-able; Refused names the options that are wrong."""
    reader = OPTIONS[kind](data=dict(asked))
    if not reader.is_valid():
        raise Refused(fields={"options": reader.errors})
    values = dict(reader.validated_data)
    return values | ({"mask": str(values["mask"])} if values.get("mask") else {})


def laid_over(kind: str, options: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Cleaned ``options`` with those of ``asked`` in their place; what an older release knew is left behind."""
    known = {name: value for name, value in shown(options).items() if name in OPTIONS[kind]().fields}
    return cleaned(kind, known | dict(asked))


def hash_of(options: Mapping[str, Any]) -> str:
    """SHA-256 in hex, whatever the order of the keys."""
    return request_hash(dict(options))


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """Stored options as the API shows them."""
    circles = options.get("circles")
    return dict(options) | ({"circles": shown_geometry(circles)} if circles else {})


def shown_geometry(geometry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Stored outlines with their angles in degrees; None when there are none."""
    if not geometry:
        return None
    ellipses = {
        name: geometry[name] | {"angle": round(math.degrees(geometry[name]["angle"]), 6)}
        for name in ("pupil", "limbus")
    }
    return {"upper_lid": None, "lower_lid": None, **geometry, **ellipses}
