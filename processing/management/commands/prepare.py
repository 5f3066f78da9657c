"""Bring this instance up to date: back up, migrate, make the first administrator."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from processing.upkeep.bring_up import DatabaseBusy, bring_up_database, ensure_admin
from processing.upkeep.dumps import DumpFailed
from processing.upkeep.programs import ProgramMissing
from processing.upkeep.vectors import VectorsMissing


class Command(BaseCommand):
    help = "Back up and migrate the database, and make the first administrator (password printed once)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-backup", action="store_true", help="Migrate without a backup before.")

    def handle(self, **options: Any) -> None:
        folder = None if options["no_backup"] else Path(settings.DATA_DIR) / "backups"
        try:
            backup = bring_up_database(backups=folder)
        except (DumpFailed, ProgramMissing) as error:
            raise CommandError(
                f"{error} Nothing was changed. To migrate without a backup: prepare --no-backup."
            ) from None
        except (VectorsMissing, DatabaseBusy) as error:
            raise CommandError(str(error)) from None
        if backup is not None:
            self.stdout.write(f"The database was backed up to {backup} before it was brought up to date.")
        self._make_admin()

    def _make_admin(self) -> None:
        email = os.environ.get("ADMIN_EMAIL") or "admin@localhost"
        given = os.environ.get("ADMIN_PASSWORD")
        password = given or secrets.token_urlsafe(12)
        if ensure_admin(email=email, password=password):
            shown = "the one in ADMIN_PASSWORD" if given else password
            self.stdout.write(f"Administrator: {email}   Password: {shown}\nIt is shown only this once.")
