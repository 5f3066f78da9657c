"""The textures that are ours to give: drawn by this project, the same for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

NAMES: Final[Mapping[str, str]] = {
    "brick": "Red brick",
    "stone": "Grey ashlar",
    "plaster": "Warm plaster",
    "timber": "Larch boards",
}


@dataclass(frozen=True)
class Texture:
    """What a person chooses by; ``name`` is what they send."""

    name: str
    title: str
    picture_url: str


def offered() -> list[Texture]:
    return [Texture(name, title, reverse("render-texture", args=[name])) for name, title in NAMES.items()]


def is_offered(name: Any) -> bool:
    return name in NAMES
