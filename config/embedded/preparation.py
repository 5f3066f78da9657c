"""Before the application starts: the database brought up to date and the static files collected, side by side."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from config.embedded import commands
from config.embedded.children import Child, Command, stop_all
from config.embedded.layout import CannotStart, Layout

_TICK_SECONDS = 0.05


def prepare(layout: Layout, *, is_asked: Callable[[], bool]) -> str:
    """Run both; returns what the person must be told. Ends early when ``is_asked`` says so."""
    fingerprint = _static_fingerprint()
    root = Path(os.environ.get("STATIC_ROOT") or layout.data / "static")
    stamp = root.with_name(f"{root.name}.stamp")
    steps = [commands.manage("prepare", "prepare")]
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != fingerprint:
        stamp.unlink(missing_ok=True)
        steps.append(commands.manage("collectstatic", "collectstatic", "--noinput", "--verbosity", "0"))
    said = _run_all(layout, steps, is_asked)
    if not is_asked():
        stamp.write_text(fingerprint, encoding="utf-8")
    return said


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


def _static_fingerprint() -> str:
    """Changes whenever a static file, a pinned package or a setting that shapes them does."""
    digest = hashlib.sha256()
    names = ("requirements.txt", "requirements-nodeps.txt", "config/settings.py", "config/staticfiles.py")
    for path in [*(commands.BASE_DIR / name for name in names), *sorted((commands.BASE_DIR / "static").rglob("*"))]:
        if path.is_file():
            digest.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
