"""``manage.py examples``: drawn photos for a library that has none yet, or away with them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from circles.models import User
from photos.actions.library import bin_photos
from photos.examples import add_examples, examples_of
from photos.models import Photo


class Command(BaseCommand):
    help = "Put drawn example photos into a library, through the same pipeline as any photo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="Whose library; the first administrator's when left out.")
        parser.add_argument("--if-new", action="store_true", help="Do nothing unless nobody has any photo yet.")
        parser.add_argument("--remove", action="store_true", help="Put the examples into the bin instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_new"] and Photo.objects.exists():
            return
        owner = self._owner(options["email"])
        if options["remove"]:
            gone = bin_photos(actor=owner, ids=[photo.pk for photo in examples_of(owner)])
            self.stdout.write(f"{len(gone)} examples are in the bin of {owner.email}.")
            return
        taken = [outcome for outcome in add_examples(owner) if not outcome.is_error]
        self.stdout.write(
            f"{len(taken)} drawn examples are in the library of {owner.email}. "
            "Away with them: manage.py examples --remove"
        )

    def _owner(self, email: str | None) -> User:
        people = User.objects.filter(email__iexact=email) if email else User.objects.filter(is_superuser=True)
        owner = people.order_by("date_joined").first()
        if owner is None:
            raise CommandError("There is nobody with this address." if email else "There is no administrator yet.")
        return owner
