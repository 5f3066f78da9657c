"""``manage.py reconcile``: the process that puts right what crashed."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from processing import reconciler


class Command(BaseCommand):
    help = "Take back lost jobs, ring queues that wait, delete files that must go. One of several leads, the rest wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do every chore once and leave.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            reconciler.run_everything_once()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        reconciler.run_forever(stop)
