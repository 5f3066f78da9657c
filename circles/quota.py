"""How many bytes a person keeps and may keep.

This room cannot see what counts: the rooms above register how much they hold for a person in ``AppConfig.ready``::

    quota.counts(originals_of)
"""

from collections.abc import Callable
from dataclasses import dataclass

from circles.models import User

Usage = Callable[[User], int]
_usages: list[Usage] = []


@dataclass(frozen=True)
class Quota:
    """Bytes used and allowed."""

    used: int
    allowed: int

    @property
    def left(self) -> int:
        return max(0, self.allowed - self.used)

    @property
    def percent(self) -> int:
        """0-100, for a bar; an allowance of nothing is full."""
        return min(100, round(100 * self.used / self.allowed)) if self.allowed else 100


def counts(usage: Usage) -> Usage:
    """Register how many bytes a room holds for a person; registering twice changes nothing."""
    if usage not in _usages:
        _usages.append(usage)
    return usage


def forget(usage: Usage) -> None:
    _usages.remove(usage)


def of(user: User) -> Quota:
    """What this person uses now and may use."""
    return Quota(used=sum(usage(user) for usage in _usages), allowed=user.quota_allowed)
