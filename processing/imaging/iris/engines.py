"""Which engine finds the iris: by name, checked by the other one, replaced by it when it cannot run."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from processing.imaging import fallbacks
from processing.imaging.iris.geometry import Engine, Segmentation, ring_iou
from processing.imaging.types import Pixels
from processing.imaging.weights import WeightsDamaged


class Name(StrEnum):
    """What a person may choose; the values are part of the API."""

    NETWORK = "network"
    CLASSICAL = "classical"


DEFAULT = Name.NETWORK
DISAGREE_BELOW = 0.6
"""IoU of the two engines' rings under which a person is asked to look at the circles."""


class EngineUnavailable(Exception):
    """The engine's weights or code are missing or damaged."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found, by whom (``segmentation.engine``), and whether the other engine agrees.

    ``segmentation`` None: no eye. ``agreement`` 0..1, None when nobody checked or the checker saw no eye either.
    ``instead_of`` names the wanted engine when another had to stand in, ``reason`` says why.
    """

    segmentation: Segmentation | None
    checked_by: Name | None = None
    agreement: float | None = None
    instead_of: Name | None = None
    reason: str = ""

    @property
    def disputed(self) -> bool:
        """The engines disagree widely: show the circles and let the person drag them."""
        return self.agreement is not None and self.agreement < DISAGREE_BELOW


def engine(name: Name | str) -> Engine:
    """Raises ValueError for a name that is none and EngineUnavailable when it cannot be used here."""
    found: Engine = _loaded(Name(name))
    return found


def _loaded(name: Name) -> Callable[[Pixels], Segmentation | None]:
    try:
        module = import_module(f"processing.imaging.iris.{name}")
    except ImportError as error:
        raise EngineUnavailable(f"The {name} engine is not installed.") from error
    try:
        if name is Name.NETWORK:
            module.session()
    except (OSError, WeightsDamaged) as error:
        raise EngineUnavailable(f"The weights of the {name} engine are missing or damaged.") from error
    segment: Callable[[Pixels], Segmentation | None] = module.segment
    return segment


def find_iris(photo: Pixels, name: Name | str = DEFAULT, check: bool = True) -> Finding:
    """The iris of ``photo`` (H x W x 3 RGB uint8, upright) by the named engine; with ``check`` the other engine looks
    too and says how far it agrees. When the named one cannot run, the other stands in and the finding says so.

    Raises ValueError for an unknown name, EngineUnavailable when neither engine can run.
    """
    wanted = Name(name)
    other = Name.CLASSICAL if wanted is Name.NETWORK else Name.NETWORK
    try:
        segment = engine(wanted)
    except EngineUnavailable as error:
        fallbacks.note(f"iris-{wanted}", "not_usable")
        return Finding(engine(other)(photo), instead_of=wanted, reason=str(error))
    found = segment(photo)
    if found is None or not check:
        return Finding(found)
    try:
        second = engine(other)(photo)
    except EngineUnavailable as error:
        return Finding(found, reason=str(error))
    return Finding(found, other, ring_iou(found.mask, second.mask) if second else 0.0)
