"""Back everything up."""

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from processing import counting
from processing.upkeep.backups import BackupRefused, make_backup
from processing.upkeep.dumps import DumpFailed
from processing.upkeep.programs import ProgramMissing


class Command(BaseCommand):
    help = "Write the database and every stored file into a new folder. The instance may go on running."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help="A folder that is not there yet (default: a dated one)."
        )

    def handle(self, **options: Any) -> None:
        dated = Path(settings.DATA_DIR) / "backups" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        folder = options["folder"] or dated
        try:
            manifest = make_backup(folder)
        except (BackupRefused, DumpFailed, ProgramMissing) as error:
            raise CommandError(str(error)) from None
        # The backup before a migration is made of a database that may have no such table yet.
        with contextlib.suppress(DatabaseError):
            counting.set_reading("backup_made_at", time.time())
        rows = sum(manifest.rows.values())
        self.stdout.write(f"Backed up {len(manifest.files)} files and {rows} rows to {folder}.")
