"""A parent with a sleeping child, to be killed: ``python -m tests.processing.orphan_maker WORK TELL``."""

import sys
from pathlib import Path

import django

if __name__ == "__main__":
    django.setup()
    from processing.recipe import Registration
    from processing.sandbox import Sandbox
    from processing.states import Queue

    sleeping = Registration(
        "sleep",
        Queue.HIGH,
        (),
        "tests.processing.child_work.sleep",
        60,
        512,
        1,
        object,  # type: ignore[arg-type]
    )
    Sandbox().run(
        sleeping, Path(sys.argv[1]), {"tell": sys.argv[2]}, on_progress=lambda step, fraction: None, look=lambda: None
    )
