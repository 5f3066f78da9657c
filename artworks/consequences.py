"""What must happen in the rooms above when artworks go or change hands; see ``circles.consequences``."""

import uuid

from circles.consequences import Consequence

artworks_unshared: Consequence[[uuid.UUID, list[uuid.UUID]]] = Consequence("artworks_unshared")
"""These artworks are no longer shared in that circle (its id first): taken back by their owner, or taken out."""
going: Consequence[[list[uuid.UUID], set[uuid.UUID]]] = Consequence("going")
"""Before anything is locked: whoever will be told that these are gone is added to the set, and waited for first."""
artworks_deleting: Consequence[[list[uuid.UUID]]] = Consequence("artworks_deleting")
"""Called while their rows are locked and still there."""
offers_ended: Consequence[[list[uuid.UUID]]] = Consequence("offers_ended")
"""Their owner wants no questions about them any more. Called while their rows are locked."""
subject_changed: Consequence[[list[uuid.UUID]]] = Consequence("subject_changed")
"""It was said that these show another member than was said before, or one more, or none any more."""
