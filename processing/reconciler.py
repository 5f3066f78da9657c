"""Puts right what crashed: one leader looks every few seconds for what nobody else will finish."""

from collections.abc import Callable
from dataclasses import dataclass

Task = Callable[[], object]


@dataclass
class Chore:
    """Something done again every ``seconds``."""

    name: str
    seconds: float
    do: Task
    due_at: float = 0.0


_chores: dict[str, Chore] = {}


def every(seconds: float) -> Callable[[Task], Task]:
    """Have ``fn`` called every ``seconds`` by the leading reconciler; registered again, it replaces itself."""

    def register(fn: Task) -> Task:
        name = f"{fn.__module__}.{fn.__qualname__}"
        _chores[name] = Chore(name, seconds, fn)
        return fn

    return register
