"""Restore a backup."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from processing.upkeep import afterwards
from processing.upkeep.backups import BackupRefused, count_rows, restore_backup
from processing.upkeep.dumps import DumpFailed
from processing.upkeep.programs import ProgramMissing


class Command(BaseCommand):
    help = "Put a backup in place of this instance's database and files. Stop the instance first."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder that backup wrote.")
        parser.add_argument("--replace", action="store_true", help="Also where files are kept already.")

    def handle(self, **options: Any) -> None:
        try:
            manifest = restore_backup(options["folder"], replace=options["replace"])
        except (BackupRefused, DumpFailed, ProgramMissing) as error:
            raise CommandError(str(error)) from None
        if count_rows() != manifest.rows:
            raise CommandError(
                "The rows are not those of the backup: something else is writing. Stop it, restore again."
            )
        # A backup may be older than this Aureole.
        call_command("migrate", interactive=False, verbosity=0)
        for said in afterwards.put_right():
            self.stdout.write(said)
        self.stdout.write(f"Restored {len(manifest.files)} files and {sum(manifest.rows.values())} rows.")
