"""Several artworks blended into one picture."""

from typing import Final

from fusion.recipes.parts import STEPS, MakesFusions
from processing.recipe import recipe
from processing.states import Queue

RUN: Final = "processing.imaging.fusion.making.run_fusion"


@recipe(kind="fusion", queue=Queue.DEFAULT, steps=STEPS, run=RUN, time_limit=180, memory_mb=1536)
class Fusion(MakesFusions):
    """Seed 000's limits: three minutes, 2048 px a side."""
