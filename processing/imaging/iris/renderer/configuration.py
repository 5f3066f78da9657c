"""What a rendered eye may look like: frozen ranges, out of which a seed picks one eye."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Range: TypeAlias = tuple[float, float]


class Kind(StrEnum):
    """What is in the picture. Only EYE has a truth; the others are what a person may photograph by mistake."""

    EYE = "eye"
    CLOSED = "closed"
    FACE = "face"
    OBJECT = "object"
    NOISE = "noise"


@dataclass(frozen=True)
class Configuration:
    """Ranges are (least, most). Lengths named "in radii" count the iris' own radius, chances lie in 0..1."""

    name: str
    """Part of the seed: two configurations never share an eye."""
    kind: Kind = Kind.EYE
    height: int = 360
    width: int = 480
    iris_share: Range = (0.10, 0.60)
    """Diameter of the limbus over the photo's width; drawn so that small ones are as frequent as large ones."""
    off_centre: float = 0.6
    """0: the iris lies in the middle; 1: anywhere where it is still whole."""
    cropped: float = 0.03
    """Chance that the frame may cut the iris."""
    pupil_ratio: Range = (0.16, 0.62)
    gaze: Range = (0.0, 18.0)
    """Degrees between the eye's axis and the lens."""
    tilt: float = 15.0
    """Degrees the head leans at most, to either side."""
    above: Range = (0.35, 1.35)
    """Where the upper lid crosses above the middle of the iris, in radii; beyond 1 the iris is whole."""
    below: Range = (0.6, 1.4)
    melanin: Range = (0.0, 1.0)
    """0 is pale blue, 0.5 hazel, 1 an iris nearly as dark as its pupil."""
    skin: Range = (0.0, 1.0)
    """0 pale, 1 very dark."""
    lashes: Range = (0.0, 1.0)
    catch_lights: tuple[int, int] = (0, 4)
    mirrored_room: Range = (0.0, 0.35)
    """How strongly surroundings show on the cornea."""
    lid_shadow: Range = (0.0, 0.6)
    infrared: float = 0.2
    """Chance of a near-infrared camera: grey, bright skin, dark lashes, one or two lamps in the pupil."""
    grey: float = 0.06
    exposure: Range = (0.55, 1.35)
    cast: float = 0.14
    """How far the colour of the light may be off."""
    defocus: Range = (0.0, 0.05)
    """Blur (sigma) in radii."""
    noise: Range = (0.0, 0.04)
    """Standard deviation of the sensor's noise, of full scale."""
    jpeg: tuple[int, int] = (30, 98)
    framed: float = 0.06
    """Chance of a plain border or caption bar."""


EVERYDAY = Configuration("everyday")
MACRO = Configuration(
    "macro", iris_share=(0.28, 0.75), off_centre=0.35, gaze=(0, 12), tilt=10, above=(0.55, 1.4), below=(0.75, 1.4),
    melanin=(0, 0.75), infrared=0.0, grey=0.03, noise=(0, 0.015), jpeg=(60, 98), exposure=(0.7, 1.25),
)  # fmt: skip
INFRARED = Configuration(
    "infrared", iris_share=(0.25, 0.5), off_centre=0.45, infrared=1.0, gaze=(0, 15), above=(0.4, 1.3),
    below=(0.6, 1.3), catch_lights=(1, 3), mirrored_room=(0, 0.1), defocus=(0, 0.05), framed=0.0,
)  # fmt: skip
PHONE = Configuration(
    "phone", iris_share=(0.10, 0.30), off_centre=0.7, melanin=(0.82, 1.0), gaze=(12, 34), tilt=20, infrared=0.0,
    grey=0.0, mirrored_room=(0.1, 0.5), exposure=(0.5, 1.1), noise=(0.005, 0.04), jpeg=(35, 90),
    defocus=(0.01, 0.07), lid_shadow=(0.2, 0.7), cast=0.3, above=(0.3, 1.1), below=(0.6, 1.2), framed=0.0,
)  # fmt: skip
CLOSED = Configuration("closed", kind=Kind.CLOSED, iris_share=(0.12, 0.6))
FACE = Configuration("face", kind=Kind.FACE, iris_share=(0.018, 0.04), infrared=0.05, defocus=(0, 0.2))
OBJECT = Configuration("object", kind=Kind.OBJECT)
NOISE = Configuration("noise", kind=Kind.NOISE)
