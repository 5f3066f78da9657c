"""Typed readers of the environment: a wrong value stops the start and says which one."""

import math
import os
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable as it stands, stripped; ``default`` when it is not set."""
    return os.environ.get(name, default).strip()


def folder(name: str, default: Path) -> Path:
    """A folder's path; an empty variable means the default, never the current folder."""
    return Path(text(name) or default)


def flag(name: str, default: bool = False) -> bool:
    """1/true/yes/on or 0/false/no/off; anything else raises ImproperlyConfigured."""
    value = text(name, "1" if default else "0").lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither on (1) nor off (0).")


def number(name: str, default: int, *, minimum: int = 0) -> int:
    """A whole number, at least ``minimum``."""
    value = text(name, str(default))
    try:
        found = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None
    if found < minimum:
        raise ImproperlyConfigured(f"{name}={found} is below {minimum}.")
    return found


def decimal(name: str, default: float, *, minimum: float = 0, maximum: float = math.inf) -> float:
    """A number with a fraction, from ``minimum`` to ``maximum``."""
    value = text(name, str(default))
    try:
        found = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a number.") from None
    if not minimum <= found <= maximum:
        raise ImproperlyConfigured(f"{name}={value} does not lie between {minimum:g} and {maximum:g}.")
    return found


def listing(name: str, default: Sequence[str] = ()) -> list[str]:
    """Comma-separated words."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)


def secret(name: str, default: str = "") -> str:
    """A secret from ``NAME`` or, for containers, from the file that ``NAME_FILE`` names."""
    path = text(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error.strerror}.") from None
