"""The form of the render page. What it gives is what the API takes."""

from typing import Any, Final

from django import forms

from facades.textures import is_offered
from processing.errors import Refused

ENDS: Final = ("x1", "y1", "x2", "y2")
LENGTHS: Final = ("metres", "tile_metres")
CHOSEN: Final = ("texture_sample", "texture_photo_id")


class RangeInput(forms.NumberInput):
    input_type = "range"


class TextureField(forms.UUIDField):
    """One of the textures that are ours to give, by its name, or a photo."""

    def to_python(self, value: Any) -> Any:
        return value if is_offered(value) else super().to_python(value)


class RenderForm(forms.Form):
    """Where the texture comes from, and how it lies on the wall."""

    texture = TextureField(label="Material", required=False)
    texture_url = forms.CharField(
        label="Or a picture from an address",
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text="It must open for anybody, without signing in.",
    )
    real_world_scale = forms.FloatField(
        label="Repeats across the wall",
        min_value=1,
        max_value=80,
        initial=24,
        widget=RangeInput(attrs={"step": 1}),
    )
    aspect = forms.FloatField(
        label="Stretched",
        required=False,
        min_value=0.1,
        max_value=10,
        help_text="How many times wider than it is a tile is drawn. Empty: as it is.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    x1 = forms.FloatField(label="First end, from the left", required=False, min_value=0)
    y1 = forms.FloatField(label="First end, from the top", required=False, min_value=0)
    x2 = forms.FloatField(label="Second end, from the left", required=False, min_value=0)
    y2 = forms.FloatField(label="Second end, from the top", required=False, min_value=0)
    metres = forms.FloatField(label="Metres between them", required=False, min_value=0.01, max_value=10_000)
    tile_metres = forms.FloatField(label="Metres one tile is wide", required=False, min_value=0.001, max_value=1000)
    engine = forms.ChoiceField(
        label="The wall is found by",
        choices=[("network", "The network"), ("classical", "The classical method")],
        widget=forms.RadioSelect,
        initial="network",
    )
    seamless = forms.BooleanField(label="Let the texture repeat without seams", required=False, initial=True)
    enable_refinement = forms.BooleanField(label="Bring out edges and details at the end", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not said.get("texture") and not said.get("texture_url") and not self.has_error("texture"):
            self.add_error("texture", "Choose a material, or give an address.")
        known = [said.get(name) is not None for name in (*ENDS, *LENGTHS)]
        if any(known) and not all(known):
            self.add_error("metres", "A known length needs both ends, its metres, and the width of one tile.")
        return said

    def asked(self) -> dict[str, Any]:
        """As ``POST render/jobs`` takes it; what was chosen goes before an address."""
        said = self.cleaned_data
        names = ("real_world_scale", "aspect", "engine", "seamless", "enable_refinement")
        options = {name: said[name] for name in names}
        if said["metres"] is not None:
            points = [[said["x1"], said["y1"]], [said["x2"], said["y2"]]]
            options["reference"] = {"points": points, **{name: said[name] for name in LENGTHS}}
        return {"options": options, **self._texture()}

    def _texture(self) -> dict[str, Any]:
        chosen = self.cleaned_data["texture"]
        if not chosen:
            return {"texture_url": self.cleaned_data["texture_url"]}
        return {"texture_sample" if is_offered(chosen) else "texture_photo_id": chosen}

    def take(self, refused: Refused) -> None:
        """What the action refused, beside the fields it names."""
        found = {**refused.fields, **dict(refused.fields.get("options") or {})}  # type: ignore[call-overload]
        for name, reasons in found.items():
            field = "texture" if name in CHOSEN else name
            for reason in _sentences(reasons):
                self.add_error(field if field in self.fields else None, reason)


def initial_of(options: dict[str, Any]) -> dict[str, Any]:
    """The form's fields out of the options of an artwork made before."""
    reference = options.get("reference") or {}
    ends = [number for point in reference.get("points", []) for number in point]
    lengths = {name: reference.get(name) for name in LENGTHS}
    texture = next((options[name] for name in CHOSEN if options.get(name)), None)
    return options | lengths | {"texture": texture} | dict(zip(ENDS, ends, strict=False))


def _sentences(reasons: Any) -> list[str]:
    if isinstance(reasons, dict):
        return [sentence for inner in reasons.values() for sentence in _sentences(inner)]
    return [str(reason) for reason in reasons]
