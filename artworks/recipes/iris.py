"""An iris artwork out of the photo of an eye. Biometric: only for people who agreed to it."""

from typing import Final

from artworks.recipes.parts import MakesArtworks
from processing.recipe import Step, recipe
from processing.states import Queue

RUN: Final = "processing.imaging.iris.pipeline.run"
STEPS: Final = (
    Step("load", 10),
    Step("segment", 40),
    Step("reflections", 60),
    Step("enhance", 90),
    Step("save", 100),
)


@recipe(kind="iris", queue=Queue.HIGH, steps=STEPS, run=RUN, time_limit=120, memory_mb=1536)
class Iris(MakesArtworks):
    """The five steps of seed 001."""
