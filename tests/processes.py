"""Which processes this one has started."""

import contextlib

import psutil


def children() -> set[int]:
    """The ids of those that live, without the helper that counts what processes share."""
    alive = set()
    for child in psutil.Process().children(recursive=True):
        # One that ended meanwhile, or that nobody has buried yet, is none.
        with contextlib.suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in " ".join(child.cmdline()):
                alive.add(child.pid)
    return alive
