"""Who loses a deadlock begins again; neither of both has to know."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from circles.models import User
from processing.deadlocks import TRIES, again_after_deadlock

pytestmark = pytest.mark.django_db(transaction=True)


class Pair:
    """Renames two people, the one first that is named first; the first time only when the other has its first too."""

    def __init__(self, *people: User) -> None:
        self.people = people
        self.both_hold_one = threading.Barrier(2)
        self.begun: list[str] = []

    def rename(self, order: int, name: str) -> None:
        self.begun.append(name)
        with transaction.atomic():
            first, second = self.people[::order]
            User.objects.filter(pk=first.pk).update(name=name)
            if self.begun.count(name) == 1:
                self.both_hold_one.wait(20)
            User.objects.filter(pk=second.pk).update(name=name)

    def at_once(self, rename: Callable[[int, str], None]) -> None:
        def one(order: int, name: str) -> None:
            try:
                rename(order, name)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, (1, -1), ("Forth", "Back")))


def test_who_loses_begins_again_and_both_are_done(alice: User, bob: User) -> None:
    pair = Pair(alice, bob)
    pair.at_once(again_after_deadlock(pair.rename))
    assert len(pair.begun) == 3
    assert User.objects.filter(name=pair.begun[-1]).count() == 2


def test_without_it_one_of_both_fails(alice: User, bob: User) -> None:
    pair = Pair(alice, bob)
    with pytest.raises(OperationalError, match="deadlock"):
        pair.at_once(pair.rename)


def _deadlocked() -> OperationalError:
    cause = Exception()
    cause.pgcode = "40P01"  # type: ignore[attr-defined]
    error = OperationalError("deadlock detected")
    error.__cause__ = cause
    return error


def test_it_gives_up_after_a_few_tries() -> None:
    tries = []

    @again_after_deadlock
    def act() -> None:
        tries.append(1)
        raise _deadlocked()

    with pytest.raises(OperationalError):
        act()
    assert len(tries) == TRIES


def test_other_errors_and_other_transactions_are_left_alone() -> None:
    tries = []

    @again_after_deadlock
    def act(error: Exception) -> None:
        tries.append(1)
        raise error

    with pytest.raises(OperationalError):
        act(OperationalError("the server is away"))
    with pytest.raises(OperationalError), transaction.atomic():
        act(_deadlocked())
    assert len(tries) == 2
