"""The builder's form. What it gives is what the API takes; every drag has its numbers here."""

import uuid
from typing import Any, Final

from django import forms

from circles.models import Circle, User
from fusion import options
from fusion.models import FusionArtwork

PLACES: Final = (("x", "From the left"), ("y", "From the top"), ("diameter", "Width"), ("angle", "Turned by"))
NUMBERS: Final = tuple(name for name, _ in PLACES)
FUSION_LAYOUTS: Final = (
    ("overlap", "Overlap"),
    ("halves", "Half and half"),
    ("quarters", "Quarters"),
    ("eclipse", "Eclipse"),
    ("yin_yang", "Yin and yang"),
    ("collision", "Collision"),
    ("cluster", "Cluster"),
    ("free", "Free"),
)
MODES: Final = (
    ("multiband", "Multi-band"),
    ("feather", "Feather"),
    ("alpha", "Hard edge"),
    ("poisson", "Poisson, mixed"),
    ("poisson_normal", "Poisson"),
)
COMPOSITIONS: Final = (("horizontal", "In a row"), ("vertical", "In a column"), ("grid_2x2", "Two by two"))
CELLS: Final = (("natural", "As they are"), ("square", "Square"), ("round", "Round"))
FILLS: Final = (("centre", "In the middle"), ("repeat", "The first ones again"), ("background", "Left empty"))
SIZES: Final = ((2048, "Large, 2048 pixels"), (1024, "Medium, 1024 pixels"), (512, "Small, 512 pixels"))
COLOUR: Final = forms.TextInput(attrs={"type": "color"})


class BuilderForm(forms.Form):
    """A fusion or a composition: pictures, how they meet, who sees it."""

    kind = forms.ChoiceField(choices=[("fusion", "Fuse them"), ("composition", "Side by side")], initial="fusion")
    layout = forms.ChoiceField(choices=FUSION_LAYOUTS, initial="overlap", required=False)
    blend_mode = forms.ChoiceField(choices=MODES, initial="multiband", required=False)
    arrangement = forms.ChoiceField(choices=COMPOSITIONS, initial="horizontal", required=False)
    gap = forms.IntegerField(label="Gap", min_value=0, max_value=options.WIDEST, initial=24, required=False)
    border = forms.IntegerField(label="Border", min_value=0, max_value=options.WIDEST, initial=48, required=False)
    cells = forms.ChoiceField(label="Shape", choices=CELLS, initial="round", required=False)
    fill = forms.ChoiceField(label="A last row that is not full", choices=FILLS, initial="centre", required=False)
    background = forms.CharField(label="Ground", initial="#000000", widget=COLOUR)
    size = forms.TypedChoiceField(
        label="Size", choices=SIZES, coerce=int, initial=2048, required=False, empty_value="2048"
    )
    title = forms.CharField(label="Title", max_length=200, required=False)
    circle = forms.ModelChoiceField(
        label="For the circle",
        queryset=Circle.objects.none(),
        required=False,
        empty_label="Nobody but me",
        help_text="Its members see the result.",
    )

    def __init__(self, *args: Any, user: User, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["circle"].queryset = Circle.objects.visible_to(user).order_by("name")  # type: ignore[attr-defined]

    def clean_background(self) -> str:
        colour = str(self.cleaned_data["background"]).lower()
        if len(colour) != 7 or not colour.startswith("#"):
            raise forms.ValidationError("Choose a colour.")
        return colour

    def wish(self, sources: list[uuid.UUID]) -> dict[str, Any]:
        """What ``make_fusion`` takes, of a valid form."""
        said = self.cleaned_data
        is_fusion = said["kind"] == "fusion"
        return {
            "fusion_type": said["kind"],
            "source_ids": sources,
            "layout": (said["layout"] or "overlap") if is_fusion else (said["arrangement"] or "horizontal"),
            "blend_mode": (said["blend_mode"] or "multiband") if is_fusion else "",
            "circle_id": said["circle"].pk if said["circle"] else None,
            "title": said["title"],
            "wanted": self._fusion(sources) if is_fusion else self._composition(),
        }

    def _fusion(self, sources: list[uuid.UUID]) -> dict[str, Any]:
        wanted = {"size": self.cleaned_data["size"], "background": self.cleaned_data["background"]}
        parts = [{"shape": self._said("shape", pk) or "auto", "mask": self._said("mask", pk) or None} for pk in sources]
        if self.cleaned_data["layout"] != "free":
            return wanted | {"parts": parts}
        return wanted | {"parts": parts, "placements": [self._placement(pk) for pk in sources]}

    def _composition(self) -> dict[str, Any]:
        names = ("size", "gap", "border", "cells", "fill", "background")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] not in {None, ""}}

    def _placement(self, pk: uuid.UUID) -> dict[str, str]:
        return {name: self._said(name, pk) for name in NUMBERS if self._said(name, pk)}

    def _said(self, name: str, pk: uuid.UUID) -> str:
        return str(self.data.get(f"{name}-{pk}") or "").strip()


def first_values(fusion: FusionArtwork) -> dict[str, Any]:
    """The form of a fusion that shall be made again with other settings."""
    is_fusion = fusion.fusion_type == FusionArtwork.Type.FUSION
    layout = {"layout": fusion.layout, "blend_mode": fusion.blend_mode} if is_fusion else {"arrangement": fusion.layout}
    kept = {name: value for name, value in fusion.options.items() if name not in {"parts", "placements"}}
    return kept | layout | {"kind": fusion.fusion_type, "title": fusion.title, "circle": fusion.circle_id}
