"""Several artworks beside each other in one picture."""

from typing import Final

from fusion.recipes.parts import STEPS, MakesFusions
from processing.recipe import recipe
from processing.states import Queue

RUN: Final = "processing.imaging.fusion.making.run_composition"


@recipe(kind="composition", queue=Queue.DEFAULT, steps=STEPS, run=RUN, time_limit=60, memory_mb=1024)
class Composition(MakesFusions):
    """Nothing is blended: a minute is plenty."""
