"""What rooms above put right after a backup took the place of what was there; see ``processing.reconciler.every``."""

from collections.abc import Callable

Task = Callable[[], str]
_tasks: list[Task] = []


def after_restore(task: Task) -> Task:
    """Have ``task`` called once the restored database is up to date; it returns a sentence, or nothing to say."""
    if task not in _tasks:
        _tasks.append(task)
    return task


def put_right() -> list[str]:
    """Everything that was registered, in that order; what they said."""
    return [said for task in _tasks if (said := task())]
