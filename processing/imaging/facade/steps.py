"""Steps of a long work: each is reported, timed, and may be given so many seconds."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

Report = Callable[[str, float], None]


class PipelineError(Exception):
    """A step did not end in its time. The name is that of the engine's own class, which is made of this one."""

    code = "pipeline_error"

    def __init__(self, detail: str, suggestion: str) -> None:
        super().__init__(detail, suggestion)
        self.detail = detail
        self.suggestion = suggestion

    def __str__(self) -> str:
        return self.detail


class Steps:
    """Reports and times steps; ``limit`` is how many seconds each may take, None for no limit.

    A timer of the process interrupts the step between two instructions of Python: one call into a native library ends
    first, all of which take a second or so here. Whatever hangs inside one is killed with its process by the engine,
    which knows the same limit. Outside the main thread there are no timers: there a step that took too long is found at
    its end.
    """

    def __init__(self, report: Report, limit: float | None = None) -> None:
        if limit is not None and not limit > 0:
            raise ValueError(f"A time limit is more than 0 seconds, not {limit}.")
        self.report = report
        self.limit = limit
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Callable[[float], None]]:
        """Yields what is told how much of the step is done (0..1). Raises PipelineError when it takes too long."""
        self.report(name, 0.0)
        began = time.perf_counter()
        with self._within(name):
            yield lambda share: self.report(name, share)
        self.seconds[name] = round(time.perf_counter() - began, 3)
        if self.limit is not None and self.seconds[name] > self.limit:
            raise self._too_long(name)

    @contextlib.contextmanager
    def _within(self, name: str) -> Iterator[None]:
        if self.limit is None or threading.current_thread() is not threading.main_thread():
            yield
            return

        def interrupt(*_: Any) -> None:
            raise self._too_long(name)

        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, self.limit)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _too_long(self, name: str) -> PipelineError:
        return PipelineError(
            f"The step “{name}” took longer than the {self.limit:g} seconds that a step may take.",
            "Allow more seconds in stage_timeout_seconds, or send a smaller photo.",
        )
