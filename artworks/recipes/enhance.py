"""Any photo, two or four times as large."""

from artworks.recipes.parts import MakesArtworks
from processing.recipe import Step, recipe
from processing.states import Queue


@recipe(
    kind="enhance",
    queue=Queue.DEFAULT,
    steps=(Step("load", 10), Step("enhance", 90), Step("save", 100)),
    run="processing.imaging.enlarging.run",
    time_limit=600,
    memory_mb=1536,
)
class Enhance(MakesArtworks):
    """Not biometric: it looks for nothing in the photo."""
