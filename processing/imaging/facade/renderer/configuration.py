"""What a drawn facade may look like: frozen ranges, out of which a seed picks one house."""

from dataclasses import dataclass
from typing import TypeAlias

Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Configuration:
    """Ranges are (least, most), chances lie in 0..1, angles are degrees."""

    name: str
    """Part of the seed: two configurations never share a house."""
    height: int = 384
    width: int = 512
    fill: Range = (0.6, 1.15)
    """Length of the house in the picture over the picture's own, on the tighter side; above 1 it is cut."""
    yaw: Range = (-38.0, 38.0)
    pitch: Range = (-2.0, 16.0)
    """Positive looks up."""
    roll: Range = (-2.0, 2.0)
    storeys: tuple[int, int] = (2, 6)
    columns: tuple[int, int] = (2, 11)
    neighbours: float = 0.55
    occluders: tuple[int, int] = (0, 4)
    wedges: float = 0.0
    """Chance of the empty corners that a rectified photo has."""
    exposure: Range = (0.6, 1.35)
    noise: Range = (0.0, 0.035)
    jpeg: tuple[int, int] = (35, 97)
    cast: float = 0.1


STREET = Configuration("street")
FRONTAL = Configuration("frontal", yaw=(-8, 8), pitch=(-1, 6), fill=(0.75, 1.3))
RECTIFIED = Configuration(
    "rectified", yaw=(0, 0), pitch=(0, 0), roll=(-0.6, 0.6), fill=(0.85, 1.3), wedges=0.5, neighbours=0.45,
    occluders=(0, 3),
)  # fmt: skip
CLEAR = Configuration(
    "clear", yaw=(-25, 25), pitch=(0, 10), fill=(0.7, 0.95), occluders=(0, 1), noise=(0, 0.012), jpeg=(75, 97),
    exposure=(0.85, 1.15), cast=0.04,
)  # fmt: skip
