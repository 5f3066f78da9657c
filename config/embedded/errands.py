"""One command with the services beside it: the tests, or one of manage.py's."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from config.embedded import commands
from config.embedded.layout import CannotStart, Layout
from config.embedded.lock import sole_owner
from config.embedded.services import Services


def test(words: list[str]) -> int:
    """pytest on every core, with services of its own in a temporary folder; DATABASE_URL and REDIS_URL replace them."""
    folder = Path(tempfile.mkdtemp(prefix="aureole-test-"))
    command = [sys.executable, "-m", "pytest", "-n", "logical", *words]
    try:
        return _beside_services(Layout(folder), command, durable=False, extra={"AUREOLE_TESTING": "1"})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def manage(layout: Layout, words: list[str]) -> int:
    """manage.py beside the running instance's services, or beside services started for as long as it takes."""
    command = [sys.executable, str(commands.BASE_DIR / "manage.py"), *words]
    layout.make()
    with ExitStack() as held:
        try:
            held.enter_context(sole_owner(layout, patience=0))
        except CannotStart:
            Services(layout).name()
            return _run(command)
        return _beside_services(layout, command, durable=True, extra={})


def _beside_services(layout: Layout, command: list[str], *, durable: bool, extra: dict[str, str]) -> int:
    services = Services(layout, durable=durable)
    try:
        services.start()
        os.environ.update(extra)
        return _run(command)
    finally:
        services.stop()


def _run(command: list[str]) -> int:
    """Pass signals on and wait: the services stop only after the command has ended."""
    process = subprocess.Popen(command)

    def pass_on(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGHUP)}
    # Ctrl-C reaches the command by itself, as part of the terminal's foreground group.
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
