"""What must happen in the rooms above when permissions come and go; see ``circles.consequences``.

The functions run inside the caller's transaction, which holds the locks of the consents they are given.
"""

import uuid

from circles.consequences import Consequence
from circles.models import User
from consent.models import Consent

granted: Consequence[[Consent]] = Consequence("granted")
"""Somebody agreed. Work that waits asks ``policy.missing`` again: one grant may cover several artworks."""
refused: Consequence[[Consent]] = Consequence("refused")
"""Somebody said no, or a question ended without an answer: what waits for it waits in vain."""
narrowed: Consequence[[list[Consent], User | None, list[uuid.UUID]]] = Consequence("narrowed")
"""Permissions that stand, but no longer for this person (when there is one), or for these artworks (when any)."""
withdrawn: Consequence[[list[Consent]]] = Consequence("withdrawn")
"""Permissions that were given are there no longer, for whatever reason. Hide and stop what was made under them now."""
