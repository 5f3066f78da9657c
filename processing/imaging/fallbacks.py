"""Notes of every time something weaker stood in for an installed model, so that an administrator sees it in figures.

A run that falls back succeeds, hence nobody would hear of it otherwise. The sandbox takes the notes after each.
"""

import threading
from collections import Counter

_noted: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()


def note(model: str, reason: str) -> None:
    """``model`` by its catalogue name did not do it; ``reason``: not_usable, no_gpu or out_of_memory."""
    with _lock:
        _noted[model, reason] += 1


def take() -> list[tuple[str, str, int]]:
    """Model, reason and how often, since the last call."""
    with _lock:
        found = [(model, reason, count) for (model, reason), count in sorted(_noted.items())]
        _noted.clear()
    return found
