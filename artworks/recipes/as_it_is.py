"""The photo itself as an artwork."""

from artworks.recipes.parts import MakesArtworks
from processing.recipe import Step, recipe
from processing.states import Queue


@recipe(
    kind="photo",
    queue=Queue.DEFAULT,
    steps=(Step("load", 60), Step("save", 100)),
    run="processing.imaging.as_it_is.run",
    time_limit=120,
    memory_mb=1536,
)
class AsItIs(MakesArtworks):
    """Not biometric: it looks for nothing in the photo."""
