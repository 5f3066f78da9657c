"""What must happen in the rooms above when photos go for good; see ``circles.consequences``."""

import uuid

from circles.consequences import Consequence

photos_purging: Consequence[[list[uuid.UUID]]] = Consequence("photos_purging")
