"""What a question's one work is, in words: the rooms above know, and say it here."""

import uuid
from collections.abc import Callable, Collection
from typing import Final

Teller = Callable[[Collection[uuid.UUID]], dict[uuid.UUID, str]]
_tellers: Final[list[Teller]] = []


def told_by(teller: Teller) -> Teller:
    """Have ``teller`` say what else is in these works, for somebody who is asked: "with their “Left eye”"."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def tell(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The words for each of them that anybody knows."""
    found: dict[uuid.UUID, str] = {}
    for teller in _tellers if ids else ():
        found |= teller(ids)
    return found
