"""``manage.py contact_sheet iris`` (or what rooms above bring): would a person hang it on a wall?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from artworks import sheets
from artworks.sheets import rows_of_library, rows_rendered
from processing.imaging import contact_sheet


class Command(BaseCommand):
    help = "Originals, masks and artworks side by side in one picture, to look at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["iris", *sheets.OTHERS])
        parser.add_argument("--out", type=Path, default=Path("contact-sheet.jpg"), help="A .jpg or .png file.")
        parser.add_argument("--limit", type=int, default=24, help="At most so many artworks.")
        parser.add_argument("--rendered", type=int, default=0, metavar="N", help="N rendered eyes instead.")
        parser.add_argument("--seed", type=int, default=0, help="The first rendered eye.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kind"] in sheets.OTHERS:
            sheet, words = sheets.OTHERS[options["kind"]](options["seed"])
            self._save(sheet, options["out"])
            self.stdout.write(f"{words} on {options['out']}.")
            return
        if options["rendered"]:
            rows = list(rows_rendered(number=options["rendered"], first=options["seed"]))
        else:
            rows = rows_of_library(limit=options["limit"])
        if not rows:
            raise CommandError("There are no iris artworks yet. Make one, or ask for --rendered 12.")
        self._save(contact_sheet.drawn(rows), options["out"])
        self.stdout.write(f"{len(rows)} eye{'' if len(rows) == 1 else 's'} on {options['out']}.")

    @staticmethod
    def _save(sheet: Image.Image, out: Path) -> None:
        try:
            sheet.save(out, quality=90)
        except (OSError, ValueError) as error:
            raise CommandError(f"{out} cannot be written: {error}") from None
