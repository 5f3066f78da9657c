"""File names as people see them. They are shown and offered for downloads, and never become part of a path."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\\/]+")
_LONGEST = 255


def shown_name(raw: str) -> str:
    """``raw`` without folders, control and direction-changing characters, at most 255 long, its ending kept.

    >>> shown_name("../../etc/cron.d/x")
    'x'
    """
    last = _SEPARATORS.split(raw.strip())[-1]
    kept = "".join(
        letter for letter in last if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    )
    kept = kept.strip().lstrip(".").strip()
    if len(kept) > _LONGEST:
        stem, dot, ending = kept.rpartition(".")
        ending = dot + ending if len(ending) <= 10 else ""
        kept = (stem or kept)[: _LONGEST - len(ending)] + ending
    return kept or "photo"
