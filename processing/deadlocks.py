"""Two transactions that each wait for what the other holds: PostgreSQL ends one of them, and that one is done again."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

TRIES = 3
CODE = "40P01"
"""PostgreSQL's ``deadlock_detected``."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


def again_after_deadlock(act: Callable[Given, Result]) -> Callable[Given, Result]:
    """``act``, a transaction of its own, done up to TRIES times. Within another transaction it is done once: what went
    before is undone too, and only who began that can begin again."""

    @functools.wraps(act)
    def done(*given: Given.args, **named: Given.kwargs) -> Result:
        for _ in range(TRIES - 1):
            try:
                return act(*given, **named)
            except OperationalError as error:
                if connection.in_atomic_block or getattr(error.__cause__, "pgcode", None) != CODE:
                    raise
        return act(*given, **named)

    return done
