"""Any photo as layers one behind the other."""

from artworks.recipes.parts import MakesArtworks
from processing.recipe import Step, recipe
from processing.states import Queue


@recipe(
    kind="layers",
    queue=Queue.DEFAULT,
    steps=(Step("load", 10), Step("depth", 30), Step("layers", 70), Step("save", 100)),
    run="processing.imaging.layers.pipeline.run",
    time_limit=600,
    memory_mb=1536,
)
class Layers(MakesArtworks):
    """Not biometric: it looks for nothing in the photo but how near things are."""
