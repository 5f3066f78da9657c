"""``manage.py verify_library``: is every file there, unchanged, and known?"""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from photos.verification import Findings, verify
from processing import counting


class Command(BaseCommand):
    help = "Compare the storage with the library: missing, changed and orphan files. Changes no file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quick", action="store_true", help="Measure originals instead of hashing them.")
        parser.add_argument("--json", action="store_true", help="One line for programs.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(with_hashes=not options["quick"])
        if not options["quick"]:
            _remember(found)
        self.stdout.write(json.dumps(asdict(found)) if options["json"] else self._told(found))
        if not found.is_sound:
            raise CommandError(
                "The library and its storage disagree. Restore what is missing or changed from a backup."
            )

    def _told(self, found: Findings) -> str:
        lines = [f"Looked at {found.originals} originals and {found.renditions} pictures."]
        for word, keys in (("Missing", found.missing), ("Changed", found.mismatched), ("Orphan", found.orphans)):
            lines += [f"{word}: {key}" for key in keys]
        return "\n".join([*lines, "Everything is there, unchanged, and known."] if found.is_sound else lines)


def _remember(found: Findings) -> None:
    """For /metrics; a quick look does not count, because it would hide what hashing found."""
    for finding, keys in (("missing", found.missing), ("mismatched", found.mismatched), ("orphan", found.orphans)):
        counting.set_reading("integrity", len(keys), finding)
    counting.set_reading("integrity_checked_at", time.time())
