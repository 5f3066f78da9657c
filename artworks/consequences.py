"""What must happen in the rooms above when artworks are no longer to be had; see ``circles.consequences``."""

import uuid

from circles.consequences import Consequence

artworks_unshared: Consequence[[uuid.UUID, list[uuid.UUID]]] = Consequence("artworks_unshared")
"""These artworks are no longer shared in that circle (its id first): taken back by their owner, or taken out."""
