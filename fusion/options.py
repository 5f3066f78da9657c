"""What a person may ask of a fusion or a composition, with every default written out."""

import re
from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from artworks.options import Number
from processing.errors import Refused
from processing.serializers import StrictSerializer

FEWEST: Final = 2
MOST: Final = 4
LARGEST: Final = 2048
SMALLEST: Final = 256
WIDEST: Final = 512
MODES: Final = ("multiband", "poisson", "poisson_normal", "alpha", "feather")
# The pixel room's own words (a test compares them): a web process does not load OpenCV to know them.
COUNTS: Final = {
    "overlap": (2, 4),
    "halves": (2, 2),
    "quarters": (2, 4),
    "eclipse": (2, 2),
    "yin_yang": (2, 2),
    "collision": (2, 2),
    "cluster": (3, 4),
    "free": (2, 4),
}
LAYOUTS: Final = tuple(COUNTS)
COMPOSITIONS: Final = ("horizontal", "vertical", "grid_2x2")
ANY_LAYOUT: Final = (*LAYOUTS, *COMPOSITIONS)
CELLS: Final = ("natural", "square", "round")
FILLS: Final = ("centre", "repeat", "background")
SHAPES: Final = ("auto", "round", "whole")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


class ColourField(serializers.CharField):
    """``#rrggbb``."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data).lower()
        if not _COLOUR.fullmatch(text):
            raise serializers.ValidationError("Write a colour as #rrggbb.")
        return text


class PlacementSerializer(StrictSerializer):
    """Where an artwork lies: its middle and width as shares of the sheet's shorter side."""

    x = Number(min_value=-0.5, max_value=1.5)
    y = Number(min_value=-0.5, max_value=1.5)
    diameter = Number(min_value=0.05, max_value=2)
    angle = Number(min_value=-360, max_value=360, default=0, help_text="Degrees, counter-clockwise.")


class PartSerializer(StrictSerializer):
    """How one of the artworks takes part."""

    shape = serializers.ChoiceField(
        choices=SHAPES, default="auto", help_text="auto: an iris without its ground, anything else round."
    )
    mask = serializers.UUIDField(
        allow_null=True, default=None, help_text="Brushed by hand; see `PUT fusion/masks/<artwork_id>`."
    )


class FusionOptionsSerializer(StrictSerializer):
    """The options of `POST fusion`."""

    size = serializers.IntegerField(
        min_value=SMALLEST, max_value=LARGEST, default=LARGEST, help_text="The longer side, pixels."
    )
    background = ColourField(default="#000000")
    placements = serializers.ListField(
        child=PlacementSerializer(),
        max_length=MOST,
        default=list,
        help_text="Of layout `free`: one for each artwork.",
    )
    parts = serializers.ListField(
        child=PartSerializer(), max_length=MOST, default=list, help_text="One for each artwork, or none."
    )


class CompositionOptionsSerializer(StrictSerializer):
    """What `POST composition` takes beside its sources and layout."""

    size = serializers.IntegerField(min_value=SMALLEST, max_value=LARGEST, default=LARGEST)
    gap = serializers.IntegerField(min_value=0, max_value=WIDEST, default=24, help_text="Between cells, pixels.")
    border = serializers.IntegerField(min_value=0, max_value=WIDEST, default=48, help_text="Around all, pixels.")
    background = ColourField(default="#000000")
    cells = serializers.ChoiceField(choices=CELLS, default="natural")
    fill = serializers.ChoiceField(
        choices=FILLS, default="centre", help_text="What becomes of a last row that is not full."
    )


READERS: Final[dict[str, type[StrictSerializer]]] = {
    "fusion": FusionOptionsSerializer,
    "composition": CompositionOptionsSerializer,
}


def cleaned(fusion_type: str, layout: str, count: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    """``asked`` for ``count`` sources with every default written out, JSON-able; Refused names what is wrong."""
    reader = READERS[fusion_type](data=dict(asked))
    if not reader.is_valid():
        raise Refused(fields={"options": reader.errors})
    values = dict(reader.validated_data)
    if fusion_type == "composition":
        return values
    refuse_wrong_count(layout, count)
    _refuse_wrong_length(layout, count, values)
    parts = values["parts"] or [{"shape": "auto", "mask": None}] * count
    values["parts"] = [dict(part) | {"mask": str(part["mask"]) if part["mask"] else None} for part in parts]
    values["placements"] = [dict(place) for place in values["placements"]]
    return values


def refuse_wrong_count(layout: str, count: int) -> None:
    fewest, most = COUNTS[layout]
    if not fewest <= count <= most:
        number = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise Refused(
            f"This layout is for {number} artworks, not {count}.",
            suggestion="Choose another layout, or other artworks.",
            fields={"layout": [f"For {number} artworks."]},
        )


def _refuse_wrong_length(layout: str, count: int, values: Mapping[str, Any]) -> None:
    if (layout == "free") != bool(values["placements"]) or (layout == "free" and len(values["placements"]) != count):
        said = f"Say {count} of them." if layout == "free" else "Only for layout `free`."
        raise Refused(fields={"options": {"placements": [said]}})
    if values["parts"] and len(values["parts"]) != count:
        raise Refused(fields={"options": {"parts": [f"Say {count} of them, or none."]}})


def rgb(colour: str) -> list[int]:
    """``#rrggbb`` as three numbers."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
