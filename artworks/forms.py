"""Forms of the studio: options, outlines, whose eye, names. What they give is what the API takes."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.conf import settings

from artworks import styles
from artworks.models import Artwork
from artworks.options import SEED_MOST

_OUTLINES: Final = ("pupil", "limbus")
_NUMBERS: Final = ("cx", "cy", "a", "b", "angle")
_LIDS: Final = ("upper_lid", "lower_lid")


class OptionsForm(forms.Form):
    """How an iris becomes an artwork."""

    background = forms.ChoiceField(
        choices=[("black", "Black"), ("white", "White"), ("iris", "Out of the iris"), ("transparent", "None")],
        widget=forms.RadioSelect,
        initial="black",
    )
    enhance = forms.TypedChoiceField(
        label="Size",
        coerce=int,
        choices=[(1, "As in the photo"), (2, "Twice as large"), (4, "Four times, for print")],
        widget=forms.RadioSelect,
        initial=4,
    )
    reflections = forms.BooleanField(
        label="Take lamps and windows out of the eye",
        required=False,
        initial=True,
        help_text="Filled from the iris' own fibres.",
    )
    complete = forms.BooleanField(
        label="Complete what the lids hide", required=False, initial=True, help_text="So that the circle is whole."
    )
    contrast = forms.BooleanField(label="Bring out the fibres", required=False, initial=True)
    engine = forms.ChoiceField(
        label="Found by",
        choices=[("network", "The network, checked by the classical method"), ("classical", "The classical method")],
        initial="network",
    )

    def options(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class LayersForm(forms.Form):
    """How a photo is parted into layers."""

    num_layers = forms.TypedChoiceField(label="Layers", coerce=int, choices=[(count, count) for count in range(2, 9)])
    softness = forms.TypedChoiceField(
        label="Edges", coerce=float, choices=[(0.02, "Crisp"), (0.05, "Soft"), (0.2, "Very soft")], initial=0.05
    )

    def options(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PaintingForm(forms.Form):
    """How a photo is painted."""

    style = forms.ChoiceField(label="Style", widget=forms.RadioSelect, initial="oil")
    strength = forms.FloatField(
        label="Strength",
        min_value=0,
        max_value=1,
        initial=lambda: settings.DEFAULT_PAINTERLY_STRENGTH,
        widget=forms.NumberInput(attrs={"type": "range", "step": "0.05"}),
        help_text="From the photo to nothing but paint, with ever larger brushes.",
    )
    seed = forms.IntegerField(
        label="Seed",
        min_value=0,
        max_value=SEED_MOST,
        initial=lambda: settings.DEFAULT_PAINTERLY_SEED,
        help_text="Where strokes, paper and pigment fall. The same number gives the same picture.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["style"].choices = styles.offered()  # type: ignore[attr-defined]


class OutlinesForm(forms.Form):
    """The twin of dragging circles: every outline in numbers, in pixels of the upright photo, angles in degrees."""

    pupil_cx = forms.FloatField(label="Pupil, from the left")
    pupil_cy = forms.FloatField(label="Pupil, from the top")
    pupil_a = forms.FloatField(label="Pupil, half width", min_value=1)
    pupil_b = forms.FloatField(label="Pupil, half height", min_value=1)
    pupil_angle = forms.FloatField(label="Pupil, turned by", required=False)
    limbus_cx = forms.FloatField(label="Iris, from the left")
    limbus_cy = forms.FloatField(label="Iris, from the top")
    limbus_a = forms.FloatField(label="Iris, half width", min_value=1)
    limbus_b = forms.FloatField(label="Iris, half height", min_value=1)
    limbus_angle = forms.FloatField(label="Iris, turned by", required=False)
    upper_lid = forms.CharField(label="Upper lid", required=False, help_text="Points as x,y with spaces between.")
    lower_lid = forms.CharField(label="Lower lid", required=False, help_text="Empty when it does not reach the iris.")

    @classmethod
    def of(cls, geometry: Mapping[str, Any]) -> "OutlinesForm":
        """``geometry`` as the API shows it."""
        first: dict[str, Any] = {
            f"{name}_{number}": round(geometry[name][number], 2) for name in _OUTLINES for number in _NUMBERS
        }
        lids = {name: " ".join(f"{x:.1f},{y:.1f}" for x, y in geometry.get(name) or ()) for name in _LIDS}
        return cls(initial=first | lids)

    def clean_upper_lid(self) -> list[list[float]] | None:
        return _points(self.cleaned_data["upper_lid"])

    def clean_lower_lid(self) -> list[list[float]] | None:
        return _points(self.cleaned_data["lower_lid"])

    def geometry(self) -> dict[str, Any]:
        """As the API takes it."""
        said = self.cleaned_data
        outlines = {name: {number: said[f"{name}_{number}"] or 0.0 for number in _NUMBERS} for name in _OUTLINES}
        return outlines | {name: said[name] for name in _LIDS}


def _points(text: str) -> list[list[float]] | None:
    """``1,2 3,4`` -> [[1, 2], [3, 4]]; None for nothing."""
    try:
        points = [[float(x), float(y)] for x, y in (pair.split(",") for pair in text.split())]
    except ValueError:
        raise forms.ValidationError("Write points as x,y with spaces between them.") from None
    if len(points) == 1:
        raise forms.ValidationError("A lid has at least two points.")
    return points or None


class MaskForm(forms.Form):
    mask = forms.FileField(label="A mask as PNG", help_text="As large as the photo: iris white, pupil grey.")


class PictureForm(forms.Form):
    picture = forms.FileField(
        label="A photo of one eye",
        widget=forms.FileInput(attrs={"accept": "image/*,.heic,.heif,.avif", "capture": "environment"}),
        error_messages={"required": "Take or choose a photo first."},
    )


class WhoseForm(forms.Form):
    whose = forms.ChoiceField(label="Whose eye is it?", choices=Artwork.Whose.choices, widget=forms.RadioSelect)
    email = forms.EmailField(label="Their email address", required=False, help_text="Only for another member.")


class WordsForm(forms.Form):
    title = forms.CharField(label="Title", max_length=200, required=False)
    caption = forms.CharField(label="Caption", max_length=4000, required=False, widget=forms.Textarea)
