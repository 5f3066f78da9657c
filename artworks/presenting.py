"""How artworks are shown: what was measured in words, where the photo lies beneath the artwork, what can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from artworks import options as choices
from artworks.actions.making import ADDRESS
from artworks.forms import OptionsForm, OutlinesForm, WhoseForm, WordsForm
from artworks.models import Artwork
from artworks.styles import label
from circles.models import User
from photos.models import Photo
from photos.presenting import picture_url
from processing.imaging.facade.names import LOOK
from processing.imaging.iris.artwork import FILL
from processing.imaging.layers.names import shown_name
from processing.models import Job
from processing.presenting import show
from processing.states import State

TABS: Final = ("result", "circles", "brush")
_MEASURED: Final = (
    ("diameter", "Iris across", "{:.0f} px"),
    ("usable_pct", "Usable area", "{:.0f} %"),
    ("coverage_pct", "Of the photo", "{:.0f} %"),
    ("pupil_ratio", "Pupil ratio", "{:.0f} %"),
    ("sharpness", "Sharpness", "{:.1f}"),
    ("sclera_contrast", "Contrast to the white", "{:.0f}"),
    ("pupil_contrast", "Contrast to the pupil", "{:.0f}"),
    ("concentricity", "Concentricity", "{:.0f} %"),
)
_FACTS: Final = (
    ("removed_area_pct", "Reflections filled", "{:.1f} %"),
    ("tiles_across", "Tiles across the wall", "{:.1f}"),
    ("wall_metres", "The wall is", "{:.1f} m wide"),
    ("wall_share", "Wall in the photo", "{:.0%}"),
    ("completed_area_pct", "Completed beneath lids", "{:.0f} %"),
)
_ENGINES: Final = {
    "network": "The network",
    "classical": "Classical method",
    "by-hand": "Your hand",
    "by hand": "Your hand",
    "wall-network": "The wall network, taught on drawn houses only",
    "colour-modes": "The commonest colours in the middle, grown (classical)",
    "everything": "Nothing: everything counts as wall",
    "none": "Nothing was laid: the texture is the photo itself",
    "as-it-is": "Nothing: the photo as it is",
    "depth-anything": "Depth Anything V2, an installed model",
    "anisotropic-kuwahara": "Patches that follow the picture's flow (Kyprianidis 2009)",
    "watercolour-pigment": "Washes and pigment on paper (Bousseau 2006)",
    "curved-strokes": "Curved strokes in layers (Hertzmann 1998)",
    "pencil-hatching": "Hatching and contours (Lu 2012)",
    "coloured-pencil-hatching": "Coloured hatching and contours (Lu 2012)",
    "edge-aware-detail": "The photo's own relief and grain",
    "one-step-diffusion": "An installed diffusion model, which invents detail (Parmar 2024)",
    "fast-neural-style": "An installed network (Johnson 2016)",
    "geometric-cues": "Geometric cues: horizon, ground and what stands on it",
}


@dataclass(frozen=True)
class Beneath:
    """Where the photo lies so that its iris covers the artwork's: lengths in the artwork's sides."""

    url: str
    width: float
    left: float
    top: float


@dataclass(frozen=True)
class ShownLayer:
    """One layer on its page: ``place`` 0 is the farthest."""

    name: str
    label: str
    place: int
    covers: str
    url: str

    @classmethod
    def of(cls, artwork: Artwork, line: dict[str, Any]) -> "ShownLayer":
        name = str(line["name"])
        number, _, place = name.removesuffix(".png").removeprefix("Layer_").partition("_")
        address = reverse("artworks-file", args=[artwork.pk, shown_name(name)])
        return cls(name, f"{number}, {place}", int(line["order"]), f"{line['coverage']:.0%}", address)


@dataclass(frozen=True)
class Work:
    """One artwork with everything its page says about it."""

    artwork: Artwork
    tab: str = "result"

    @property
    def photo(self) -> Photo | None:
        found = self.artwork.photo
        return found if found and found.state == Photo.State.READY and not found.deleted_at else None

    @cached_property
    def is_iris(self) -> bool:
        return self.artwork.kind == Artwork.Kind.IRIS

    @cached_property
    def is_render(self) -> bool:
        return self.artwork.kind == Artwork.Kind.RENDER

    @cached_property
    def geometry(self) -> dict[str, Any] | None:
        return choices.shown_geometry(self.artwork.geometry)

    @cached_property
    def kept(self) -> str:
        """The address of the photo that it keeps itself, because that lies in nobody's library; else empty."""
        is_kept = self.artwork.photo_id is None and self.artwork.keeps(LOOK)
        return reverse("artworks-file", args=[self.artwork.pk, LOOK]) if is_kept else ""

    @property
    def goes_at(self) -> datetime | None:
        """When it is deleted, because its photo came from an address; None for what stays."""
        if self.artwork.photo_id or ADDRESS not in self.artwork.options:
            return None
        return self.artwork.created_at + timedelta(hours=settings.RENDER_RETENTION_HOURS)

    @property
    def is_paintable(self) -> bool:
        """The photo is there to paint a mask on."""
        return bool(self.photo or self.kept)

    @property
    def canvas(self) -> Photo | Artwork:
        """What is as large as its masks are."""
        return self.photo or self.artwork

    @property
    def beneath(self) -> Beneath | None:
        """The photo for the slider; None when it is gone."""
        if not self.photo and not self.kept:
            return None
        url = picture_url(self.photo, 1024, "webp") if self.photo else self.kept
        if not self.photo or not self.geometry:
            # The artwork stands in a square, as wide or as tall as that.
            longest = max(self.artwork.width, self.artwork.height)
            width, height = self.artwork.width / longest, self.artwork.height / longest
            return Beneath(url, round(width, 5), round((1 - width) / 2, 5), round((1 - height) / 2, 5))
        limbus = self.geometry["limbus"]
        scale = FILL / 2 / ((limbus["a"] + limbus["b"]) / 2)
        return Beneath(
            url,
            round(self.photo.width * scale, 5),
            round(0.5 - limbus["cx"] * scale, 5),
            round(0.5 - limbus["cy"] * scale, 5),
        )

    @property
    def measured(self) -> list[tuple[str, str]]:
        """Only what is known, in words."""
        known = {**self.artwork.facts, **self.artwork.gate}
        return [
            (label, form.format(known[name]))
            for name, label, form in (*_MEASURED, *_FACTS)
            if isinstance(known.get(name), int | float)
        ]

    @property
    def method(self) -> str:
        return _in_words(self.artwork.engine)

    @property
    def refined_by(self) -> str:
        """Who went over the details last; nobody is no words."""
        return _in_words(self.artwork.facts.get("refinement") or "")

    @property
    def told(self) -> list[tuple[str, str]]:
        """How a painting was asked for; of other kinds nothing."""
        if self.artwork.kind != Artwork.Kind.PAINTERLY:
            return []
        asked, facts = self.artwork.options, self.artwork.facts
        lines = [
            ("Style", label(asked["style"])),
            ("Strength", f"{asked['strength']:.0%}"),
            ("Seed", str(asked["seed"])),
        ]
        smaller = f"{facts['photo_width']} × {facts['photo_height']} px, painted smaller"
        return [*lines, ("The photo", smaller)] if facts.get("is_smaller") else lines

    @property
    def paint_again(self) -> str:
        """The address at which it can be painted otherwise; empty where it cannot."""
        if self.artwork.kind != Artwork.Kind.PAINTERLY or not self.photo:
            return ""
        return f"{reverse('artworks:painterly', args=[self.photo.pk])}?{urlencode(self.artwork.options)}"

    @property
    def seconds(self) -> str:
        return f"{sum(self.artwork.seconds.values()):.1f}"

    @property
    def doubt(self) -> str:
        """What to say when the two engines saw different eyes."""
        return str(self.artwork.facts.get("engine_note") or "") if self.artwork.facts.get("is_disputed") else ""

    @property
    def files(self) -> list[tuple[str, str]]:
        """(label, address) of what can be downloaded."""
        names = {file.name for file in self.artwork.files.all()}
        known = (
            ("result.jpg", "Picture, full size"),
            ("result.png", "Picture without a ground"),
            ("polar.png", "Unrolled strip"),
            ("mask.png", "Mask"),
            ("texture_tile.png", "Texture as a tile that repeats"),
            ("geometry.json", "Outlines and numbers"),
            ("layers.zip", "All layers, depth and list in one archive"),
            *((line.name, f"Layer: {line.label}") for line in self.layers),
            ("parallax.webp", "Moving picture"),
            ("depth.png", "How near everything is, 16 bit"),
            ("layer_manifest.json", "List of the layers"),
        )
        return [
            (label, reverse("artworks-file", args=[self.artwork.pk, name])) for name, label in known if name in names
        ]

    @property
    def layers(self) -> list[ShownLayer]:
        """Back to front; of other kinds none."""
        lines = (self.artwork.facts.get("manifest") or {}).get("layers") or []
        return [ShownLayer.of(self.artwork, line) for line in lines]

    @property
    def moving(self) -> str:
        """The address of the picture that moves; of other kinds none."""
        return next((address for _, address in self.files if address.endswith("/parallax.webp")), "")

    @property
    def outlines(self) -> OutlinesForm | None:
        return OutlinesForm.of(self.geometry) if self.geometry else None

    @property
    def options(self) -> OptionsForm:
        return OptionsForm(initial=self.artwork.options)

    @property
    def whose(self) -> WhoseForm:
        form = WhoseForm(initial={"whose": self.artwork.whose, "email": self.artwork.subject_email})
        if not self.is_iris:
            form.fields["whose"].label = "Whose picture is it?"
        return form

    @property
    def words(self) -> WordsForm:
        return WordsForm(initial={"title": self.artwork.title, "caption": self.artwork.caption})

    @property
    def others(self) -> Sequence[Artwork]:
        """What else was made of the same photo, newest first."""
        if not self.artwork.photo_id:
            return []
        same = Artwork.objects.owned_by(self.artwork.owner).of_photo(self.artwork.photo_id)
        return list(same.exclude(pk=self.artwork.pk).newest_first()[:12])


def _in_words(engine: str) -> str:
    return next((words for start, words in _ENGINES.items() if engine.startswith(start)), engine)


def middle_of(photo: Photo) -> dict[str, Any]:
    """Circles to begin with where none were found: in the middle, as wide as in most photos of an eye."""
    middle = {"cx": photo.width / 2, "cy": photo.height / 2, "angle": 0.0}
    radius = min(photo.width, photo.height) / 4
    return {
        name: middle | {"a": radius * share, "b": radius * share} for name, share in (("pupil", 0.4), ("limbus", 1))
    }


def outlines_of(user: User, photo: Photo) -> dict[str, Any] | None:
    """What was found in this photo when it was refused last."""
    refused = Job.objects.visible_to(user).about(photo.pk).filter(kind=Artwork.Kind.IRIS, state=State.FAILED)
    last = refused.order_by("-created_at").first()
    details = show(last).description.details if last else None
    geometry = (details or {}).get("geometry")
    return geometry if geometry and geometry.get("limbus") else None


def work_of(user: User, artwork_id: Any, tab: str = "") -> Work | None:
    """An artwork this person may see; None for hidden and absent alike."""
    found = Artwork.objects.owned_by(user).select_related("photo", "owner", "job")
    artwork = found.prefetch_related("files").filter(pk=artwork_id).first()
    return Work(artwork, tab if tab in TABS else TABS[0]) if artwork else None
