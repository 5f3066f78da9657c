"""The facades figures are taken on: other names (so other random streams) and other seeds than training's.
Whoever trains or tunes leaves this file alone."""

from collections.abc import Iterator
from dataclasses import replace

from processing.imaging.facade.renderer import Facade, render
from processing.imaging.facade.renderer.configuration import FRONTAL, RECTIFIED, STREET, Configuration

FIRST_SEED = 9_000_000
"""Training and tuning stay below."""
FACADES = 60

EVALUATION = tuple(replace(one, name=f"{one.name}-evaluation") for one in (STREET, FRONTAL, RECTIFIED))


def facades(count: int = FACADES, configurations: tuple[Configuration, ...] = EVALUATION) -> Iterator[Facade]:
    """The first ``count`` pictures, of each configuration in turn, always the same."""
    for number in range(count):
        yield render(FIRST_SEED + number, configurations[number % len(configurations)])
