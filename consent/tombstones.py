"""What must stay ended although an older backup comes back: a list in the data folder, outside database and files.

One line for each permission that ended and each account that was deleted: ids and times, no names. It is written after
the commit; ``restore`` replays it.
"""

import json
import os
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from circles.actions.accounts import delete_account
from circles.models import User
from consent.actions import ending
from consent.models import Consent, State
from processing.errors import Conflict

FILE: Final = "tombstones.jsonl"
log = structlog.get_logger(__name__)


def path() -> Path:
    return Path(settings.DATA_DIR) / FILE


def remember_ended(consents: Iterable[Consent]) -> None:
    """Called inside the transaction that ends them."""
    _remember([{"consent": str(each.pk), "epoch": each.epoch, "state": each.state} for each in consents])


def remember_erased(user: User) -> None:
    """Called inside the transaction that deletes the account."""
    _remember([{"account": str(user.pk)}])


def replay() -> str:
    """End again what had ended, delete again who had gone; a sentence about it when there was something to do."""
    ended = erased = 0
    for stone in _stones():
        if "consent" in stone:
            ended += _end_again(uuid.UUID(stone["consent"]), int(stone["epoch"]))
        elif "account" in stone:
            erased += _erase_again(uuid.UUID(stone["account"]), stone["at"])
    if not ended and not erased:
        return ""
    return f"Since that backup {ended} permissions had ended and {erased} accounts had gone: they are gone again."


def _end_again(consent_id: uuid.UUID, epoch: int) -> int:
    with transaction.atomic():
        rows = list(Consent.objects.open().locked().filter(pk=consent_id, epoch__lt=epoch))
        live = [row for row in rows if row.state in (State.GRANTED, State.REQUESTED)]
        ending.end_rows(live, State.INVALIDATED, reason="ended before a restore")
    return len(live)


def _erase_again(user_id: uuid.UUID, at: str) -> int:
    user = User.objects.filter(pk=user_id, date_joined__lt=datetime.fromisoformat(at)).first()
    if user is None:
        return 0
    try:
        delete_account(actor=user)
    except Conflict as refused:
        log.error("tombstone.not_replayed", reason=refused.error_code)
        return 0
    return 1


def _remember(stones: list[dict[str, Any]]) -> None:
    at = timezone.now().isoformat()
    lines = "".join(json.dumps(stone | {"at": at}) + "\n" for stone in stones)

    def write() -> None:
        # One write in append mode: lines of several processes never mix.
        with path().open("ab", buffering=0) as target:
            target.write(lines.encode())
            os.fsync(target.fileno())

    if stones:
        transaction.on_commit(write, robust=True)


def _stones() -> Iterator[dict[str, Any]]:
    try:
        lines = path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            # A machine that lost its power in the middle of a line.
            log.warning("tombstone.unreadable")
