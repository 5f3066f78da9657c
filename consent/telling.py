"""What people hear, after the commit: on their pages at once, and by mail when they are asked or lose something."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from circles.models import User
from consent.models import Consent, State
from processing import push


def asked(consents: Sequence[Consent], actor: User) -> None:
    """Everybody who is asked hears of it; once, however many questions it is."""
    _push({consent.granter_id for consent in consents if consent.state == State.REQUESTED}, "asked")


def answered(consent: Consent) -> None:
    """Both sides hear of an answer."""
    _push(_sides([consent]), "answered")


def ended(consents: Iterable[Consent]) -> None:
    """Both sides hear that something is no longer there."""
    _push(_sides(consents), "ended")


def _sides(consents: Iterable[Consent]) -> set[uuid.UUID]:
    found = {person for each in consents for person in (each.granter_id, each.requester_id, each.recipient_id)}
    return {person for person in found if person is not None}


def _push(people: set[uuid.UUID], verb: str) -> None:
    """No more than that something changed: whoever may see what asks for it."""

    def send() -> None:
        for person_id in people:
            push.to_person(person_id, {"type": "consent", "verb": verb})

    if people:
        transaction.on_commit(send, robust=True)
