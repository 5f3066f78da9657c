"""Any photo as a painting or a drawing."""

from typing import Final

from artworks.recipes.parts import MakesArtworks
from processing.recipe import Step, recipe
from processing.states import Queue

RUN: Final = "processing.imaging.painterly.pipeline.run"
STEPS: Final = (Step("load", 5), Step("paint", 90), Step("save", 100))


@recipe(kind="painterly", queue=Queue.DEFAULT, steps=STEPS, run=RUN, time_limit=600, memory_mb=1536)
class Painterly(MakesArtworks):
    """Not biometric: it looks for nothing in the photo."""
