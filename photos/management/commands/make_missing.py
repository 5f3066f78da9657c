"""``manage.py make_missing``: have pictures made that are missing, or that an older renderer made."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from photos.actions.pictures import render_missing


class Command(BaseCommand):
    help = (
        "Start an ingest for every photo that lacks pictures or has them from an older renderer; only those are made."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=1000, help="At most so many photos now.")

    def handle(self, *args: Any, **options: Any) -> None:
        started = render_missing(limit=options["limit"])
        self.stdout.write(f"Started {started} photo{'' if started == 1 else 's'}.")
