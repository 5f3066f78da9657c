"""What must happen in the rooms above when people come and go.

A lower room cannot import an upper one, so the upper room says in its ``AppConfig.ready``::

    consequences.account_deleting.then(actions.forget_owner)

The functions run in the order they were added, inside the caller's transaction: if one fails, nothing happened.
"""

from collections.abc import Callable
from typing import Generic, ParamSpec

from circles.models import Circle, User

Args = ParamSpec("Args")


class Consequence(Generic[Args]):
    """An event of this room and the functions that follow it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._functions: list[Callable[Args, None]] = []

    def then(self, function: Callable[Args, None]) -> Callable[Args, None]:
        """Add a function; adding it twice changes nothing. Usable as a decorator."""
        if function not in self._functions:
            self._functions.append(function)
        return function

    def happen(self, *args: Args.args, **kwargs: Args.kwargs) -> None:
        for function in self._functions:
            function(*args, **kwargs)

    def forget(self, function: Callable[Args, None]) -> None:
        self._functions.remove(function)


account_deleting: Consequence[[User]] = Consequence("account_deleting")
opted_out: Consequence[[User, str]] = Consequence("opted_out")
"""A person took an opt-in back (its purpose is given): whatever was made under it goes now."""
member_left: Consequence[[Circle, User]] = Consequence("member_left")
"""Somebody is no longer in a circle: they left, were removed, or it was deleted. Their things go with them now."""
blocked: Consequence[[User, User]] = Consequence("blocked")
"""The first person blocked the second: whatever each lets the other do or see ends now, in both directions."""
