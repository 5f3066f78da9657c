"""Before the application starts: the database brought up to date and the static files collected, side by side.

A step whose ingredients have not changed since it last succeeded is left out: a second start takes seconds.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from config.embedded import commands
from config.embedded.children import Child, Command, stop_all
from config.embedded.layout import CannotStart, Layout

_TICK_SECONDS = 0.05
_PINS = ("requirements.txt", "requirements-nodeps.txt", "constraints.txt")


@dataclass(frozen=True)
class Step:
    """One command; its stamp lies beside what it made and goes with it. Without a stamp it always runs."""

    command: Command
    ingredients: str
    stamp: Path | None

    def is_done(self) -> bool:
        stamp = self.stamp
        return stamp is not None and stamp.exists() and stamp.read_text(encoding="utf-8") == self.ingredients

    def begin(self) -> None:
        if self.stamp:
            self.stamp.unlink(missing_ok=True)

    def finish(self) -> None:
        if self.stamp:
            self.stamp.write_text(self.ingredients, encoding="utf-8")


def prepare(layout: Layout, *, is_database_ours: bool, is_asked: Callable[[], bool]) -> str:
    """Run what is due; returns what the person must be told. Ends early when ``is_asked`` says so."""
    steps = [step for step in (_database(layout, is_database_ours), _static(layout)) if not step.is_done()]
    for step in steps:
        step.begin()
    said = _run_all(layout, [step.command for step in steps], is_asked)
    if not is_asked():
        for step in steps:
            step.finish()
    return said


def _database(layout: Layout, is_ours: bool) -> Step:
    """A database that was given may have been changed by others: look at it every time."""
    ingredients = _digest([*_named(_PINS), *commands.BASE_DIR.glob("*/migrations/*.py")])
    return Step(commands.manage("prepare", "prepare"), ingredients, layout.postgres / "prepared" if is_ours else None)


def _static(layout: Layout) -> Step:
    root = Path(os.environ.get("STATIC_ROOT") or layout.data / "static")
    shaping = _named([*_PINS, "config/settings.py", "config/staticfiles.py"])
    ingredients = _digest([*shaping, *(commands.BASE_DIR / "static").rglob("*")])
    command = commands.manage("collectstatic", "collectstatic", "--noinput", "--verbosity", "0")
    return Step(command, ingredients, root.with_name(f"{root.name}.stamp"))


def examples(layout: Layout) -> Child | None:
    """Drawn photos for the administrator of a new instance, in the background; tried once, and not when DEMO=0."""
    stamp = layout.data / "examples.stamp"
    if os.environ.get("DEMO") == "0" or stamp.exists():
        return None
    stamp.touch()
    return Child(layout, commands.manage("examples", "examples", "--if-new"))


def _named(names: Iterable[str]) -> list[Path]:
    return [commands.BASE_DIR / name for name in names]


def _digest(paths: list[Path]) -> str:
    """Of names and contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _run_all(layout: Layout, steps: list[Command], is_asked: Callable[[], bool]) -> str:
    children = [Child(layout, step, speaks=True) for step in steps]
    try:
        while any(child.exit_code() is None for child in children) and not is_asked():
            time.sleep(_TICK_SECONDS)
        for child in children:
            if child.exit_code():
                raise CannotStart(child.last_words(12) or f"{child.command.name} failed; see {child.log}.")
        return "".join(child.said() for child in children)
    finally:
        stop_all(children)
