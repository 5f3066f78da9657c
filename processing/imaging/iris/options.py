"""What a person may ask of the iris pipeline, checked before any pixel is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processing.imaging.iris.artwork import Background
from processing.imaging.iris.engines import DEFAULT, Name
from processing.imaging.iris.geometry import IrisGeometry

ENLARGEMENTS = (1, 2, 4)
SIZES = (256, 8192)
DEFAULT_SIZE = 4096
PREVIEW_SIZE = 640


@dataclass(frozen=True)
class Options:
    """``enhance``: how many times larger than in the photo the iris may become; ``size``: the artwork's longest side
    in pixels. ``circles``: outlines placed by hand, in pixels of the upright photo. ``mask``: name of a PNG in the
    work folder (255 iris, 128 pupil, 0 else) brushed by hand. ``preview``: small and quick, nothing kept."""

    engine: Name = DEFAULT
    reflections: bool = True
    enhance: int = 4
    background: Background = Background.BLACK
    size: int = DEFAULT_SIZE
    circles: IrisGeometry | None = None
    mask: str | None = None
    complete: bool = True
    contrast: bool = True
    use_anyway: bool = False
    preview: bool = False

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "Options":
        """Out of a job's request; what is absent or None has its default. Raises ValueError naming the option."""
        asked = {name: request[name] for name in cls.__dataclass_fields__ if request.get(name) is not None}
        for name, make in (("engine", Name), ("background", Background), ("circles", IrisGeometry.from_json)):
            if name in asked:
                asked[name] = make(asked[name])
        options = cls(**asked)
        if options.enhance not in ENLARGEMENTS:
            raise ValueError(f"enhance is one of {ENLARGEMENTS}, not {options.enhance}.")
        if not SIZES[0] <= options.size <= SIZES[1]:
            raise ValueError(f"size lies between {SIZES[0]} and {SIZES[1]} pixels.")
        return options
