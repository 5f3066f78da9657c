"""Verify the ledger of consents, or a receipt somebody holds."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent import chain
from consent.models import ConsentEvent
from consent.receipts import ReceiptInvalid, check_receipt


class Command(BaseCommand):
    help = "Check every line of the ledger of consents against the one before it, and say which does not fit."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--receipt", type=Path, help="Check this downloaded receipt instead.")

    def handle(self, **options: Any) -> None:
        if options["receipt"]:
            return self._check(options["receipt"])
        found = list(chain.breaks())
        for each in found:
            self.stdout.write(str(each))
        if found:
            raise CommandError(f"The ledger is broken in {len(found)} record{'' if len(found) == 1 else 's'}.")
        self.stdout.write(f"The ledger is whole: {ConsentEvent.objects.count()} lines.")
        return None

    def _check(self, path: Path) -> None:
        try:
            receipt = check_receipt(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read: {error}.") from None
        except ReceiptInvalid as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"The receipt is this server's, and its ledger agrees: {receipt['state']}.")
