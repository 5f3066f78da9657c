"""Who may use what, for which purpose, since when, until when; and how it came to be."""

from consent.models.consents import CLOSED, Consent, ConsentQuerySet, Purpose, Scope, State
from consent.models.ledger import ConsentEvent, ConsentEvidence, Pseudonym

__all__ = [
    "CLOSED",
    "Consent",
    "ConsentEvent",
    "ConsentEvidence",
    "ConsentQuerySet",
    "Pseudonym",
    "Purpose",
    "Scope",
    "State",
]
