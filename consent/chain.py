"""The chain: each line of a record names the hash of the line before, so that none can be changed unnoticed."""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from consent.models import CLOSED, Consent, ConsentEvent

SCHEMA_VERSION: Final = "aureole-consent-1"


@dataclass(frozen=True)
class Break:
    """Where a chain is broken, and how."""

    record_id: uuid.UUID
    sequence: int
    event_id: uuid.UUID | None
    reason: str

    def __str__(self) -> str:
        line = f", line {self.sequence} ({self.event_id})" if self.event_id else ""
        return f"Record {self.record_id}{line}: {self.reason}"


def content_of(line: ConsentEvent) -> dict[str, Any]:
    """Everything a line says but its own hash, as JSON takes it."""
    return {field.attname: _plain(getattr(line, field.attname)) for field in line._meta.fields if field.name != "hash"}


def canonical(content: Any) -> bytes:
    """The one way to write it: keys sorted, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(line: ConsentEvent) -> str:
    """SHA-256 in hexadecimal of the previous hash and the line's content."""
    return hashlib.sha256(line.previous_hash.encode() + b"\n" + canonical(content_of(line))).hexdigest()


def breaks() -> Iterator[Break]:
    """Every place where the ledger does not hold together, record by record; nothing when it is whole."""
    rows = Consent.objects.values("pk", "state", "epoch", "sequence", "head_hash")
    states: dict[uuid.UUID, Mapping[str, Any]] = {row["pk"]: row for row in rows}
    record: list[ConsentEvent] = []
    for line in ConsentEvent.objects.order_by("record_id", "sequence").iterator(chunk_size=2000):
        if record and record[-1].record_id != line.record_id:
            yield from _breaks_of(record, states.pop(record[-1].record_id, None))
            record = []
        record.append(line)
    if record:
        yield from _breaks_of(record, states.pop(record[-1].record_id, None))
    for pk in states:
        yield Break(pk, 0, None, "the ledger has no line about it.")


def _breaks_of(record: list[ConsentEvent], state: Mapping[str, Any] | None) -> Iterator[Break]:
    previous = ""
    for number, line in enumerate(record, start=1):
        reason = _wrong(line, number, previous)
        if reason:
            yield Break(line.record_id, line.sequence, line.pk, reason)
            return
        previous = line.hash
    yield from _wrong_end(record[-1], state)


def _wrong(line: ConsentEvent, number: int, previous: str) -> str:
    if line.sequence != number:
        return "the lines before it are missing."
    if line.previous_hash != previous:
        return "it does not follow the line before it."
    return "" if line.hash == hash_of(line) else "it is not what was written."


def _wrong_end(last: ConsentEvent, state: Mapping[str, Any] | None) -> Iterator[Break]:
    """A record goes with its people's accounts, and only after it was closed."""
    if state is None:
        if last.event not in CLOSED:
            yield Break(last.record_id, last.sequence, last.pk, "its current state is gone, though it was not closed.")
        return
    told = {"state": last.event, "epoch": last.epoch, "sequence": last.sequence, "head_hash": last.hash}
    if any(state[name] != value for name, value in told.items()):
        yield Break(last.record_id, last.sequence, last.pk, "its current state is not what the last line says.")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, uuid.UUID) else value
