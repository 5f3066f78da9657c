"""``python -m config.embedded run | test | manage``: what the Makefile calls."""

import argparse
import os
import sys
from pathlib import Path

from config.embedded import commands, errands
from config.embedded.layout import CannotStart, Layout
from config.embedded.supervisor import Supervisor


def main(words: list[str]) -> int:
    """The exit status; sentences go to standard error."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("what", choices=["run", "test", "manage"])
    parser.add_argument("words", nargs=argparse.REMAINDER)
    given = parser.parse_args(words)
    os.chdir(commands.BASE_DIR)
    try:
        if given.what == "test":
            return errands.test(given.words)
        layout = Layout(Path(os.environ.get("DATA_DIR") or ".data").resolve())
        if given.what == "manage":
            return errands.manage(layout, given.words)
        return _run(layout)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _run(layout: Layout) -> int:
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    os.environ.setdefault("SITE_URL", f"http://{host}:{port}")
    Supervisor(layout, host=host, port=port).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
