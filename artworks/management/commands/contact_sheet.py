"""``manage.py contact_sheet iris``: would a person hang it on a wall?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from artworks.sheets import rows_of_library, rows_rendered
from processing.imaging import contact_sheet


class Command(BaseCommand):
    help = "Originals, masks and artworks side by side in one picture, to look at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["iris"])
        parser.add_argument("--out", type=Path, default=Path("contact-sheet.jpg"), help="A .jpg or .png file.")
        parser.add_argument("--limit", type=int, default=24, help="At most so many artworks.")
        parser.add_argument("--rendered", type=int, default=0, metavar="N", help="N rendered eyes instead.")
        parser.add_argument("--seed", type=int, default=0, help="The first rendered eye.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rendered"]:
            rows = list(rows_rendered(number=options["rendered"], first=options["seed"]))
        else:
            rows = rows_of_library(limit=options["limit"])
        if not rows:
            raise CommandError("There are no iris artworks yet. Make one, or ask for --rendered 12.")
        try:
            contact_sheet.drawn(rows).save(options["out"], quality=90)
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['out']} cannot be written: {error}") from None
        self.stdout.write(f"{len(rows)} eye{'' if len(rows) == 1 else 's'} on {options['out']}.")
