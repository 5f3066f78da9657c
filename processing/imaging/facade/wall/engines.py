"""Who finds the wall in a photo of a facade: by name, replaced by the next one when it cannot run."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from processing.imaging import fallbacks
from processing.imaging.facade.wall import classical, network
from processing.imaging.types import Pixels
from processing.imaging.weights import WeightsDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Name(StrEnum):
    """What a person may choose; the values are part of the API."""

    NETWORK = "network"
    CLASSICAL = "classical"


DEFAULT = Name.NETWORK


@dataclass(frozen=True, eq=False)
class WallMask:
    """``share`` H x W float32, 0..1: how much of each pixel is wall; ``engine`` says who found it."""

    share: "NDArray[np.float32]"
    engine: str


def wall_mask(photo: Pixels, engine: Name | str = DEFAULT) -> WallMask:
    """The wall in ``photo`` (H x W x 3 RGB uint8), rectified or not. The classical engine stands in for a network
    whose weights are missing or damaged, and the mask names it. Raises ValueError for a name that is none."""
    if Name(engine) is Name.NETWORK:
        try:
            network.session()
            return WallMask(network.find(photo), network.NAME)
        except (OSError, WeightsDamaged):
            fallbacks.note("wall-network", "not_usable")
    return WallMask(classical.find(photo), classical.NAME)
