"""``manage.py contact_sheet iris``, ``painterly --photos FOLDER`` or what rooms above bring: good enough for a wall?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from artworks import sheets
from artworks.sheets import rows_of_library, rows_painted, rows_rendered
from processing.imaging import contact_sheet


class Command(BaseCommand):
    help = "Originals, masks and artworks side by side in one picture, to look at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["iris", "painterly", *sheets.OTHERS])
        parser.add_argument("--out", type=Path, default=Path("contact-sheet.jpg"), help="A .jpg or .png file.")
        parser.add_argument("--limit", type=int, default=24, help="At most so many artworks.")
        parser.add_argument("--rendered", type=int, default=0, metavar="N", help="N rendered eyes instead.")
        parser.add_argument("--seed", type=int, default=0, help="The first rendered eye; of paintings theirs.")
        parser.add_argument("--photos", type=Path, default=None, metavar="FOLDER", help="Photos to paint.")
        parser.add_argument("--strength", type=float, default=0.75, help="How strongly, 0 to 1.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kind"] == "painterly":
            self._paint(options)
            return
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

    def _paint(self, options: dict[str, Any]) -> None:
        if options["photos"] is None or not options["photos"].is_dir():
            raise CommandError("Say which photos: --photos FOLDER.")
        rows = rows_painted(options["photos"], options["strength"], options["seed"], options["limit"])
        if not rows:
            raise CommandError(f"{options['photos']} holds no photo that can be read.")
        self._save(contact_sheet.compared(rows), options["out"])
        self.stdout.write(f"{len(rows)} photo{'' if len(rows) == 1 else 's'} on {options['out']}.")

    @staticmethod
    def _save(sheet: Image.Image, out: Path) -> None:
        try:
            sheet.save(out, quality=90)
        except (OSError, ValueError) as error:
            raise CommandError(f"{out} cannot be written: {error}") from None
