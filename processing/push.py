"""The only sender to sockets.

Pushing never blocks the caller and never fails it: messages are handed to one loop thread per process, which owns the
channel layer. A Redis that is away costs the message (one log line), never the work: whoever listens catches up from
the database, where the row is the truth.
"""

import asyncio
import atexit
import json
import os
import threading
import uuid
from collections import deque
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Final

import structlog
from channels.layers import get_channel_layer
from django.core.serializers.json import DjangoJSONEncoder

from processing.models import Job
from processing.presenting import sentence
from processing.states import ENDS

PROGRESS_INTERVAL: Final = 0.25
SEND_TIMEOUT: Final = 1.0
WAITING_LIMIT: Final = 2000
MESSAGE_LIMIT: Final = 60 * 1024

log = structlog.get_logger(__name__)


def job_group(job_id: uuid.UUID | str) -> str:
    """The group of everybody who watches one job."""
    return f"job.{job_id}"


def person_group(user_id: uuid.UUID | str) -> str:
    """The group of one person's devices."""
    return f"person.{user_id}"


def job_message(job: Job) -> dict[str, Any]:
    """What sockets say about a job; ``progress`` is 0-100, ``message`` a sentence for people."""
    return {
        "type": "job",
        "job_id": str(job.pk),
        "sequence": job.sequence,
        "status": str(job.state),
        "step": job.step,
        "progress": job.progress,
        "message": sentence(job),
        "kind": job.kind,
        "subject_id": str(job.subject_id) if job.subject_id else None,
    }


def order_of(job: Job) -> tuple[int, int, bool]:
    """Sequence, progress, whether it ended: of two messages about one job the larger is the newer."""
    return job.sequence, job.progress, job.state in ENDS


def job_changed(job: Job) -> None:
    """Tell those who watch ``job`` and its owner that it moved; call it after the commit."""
    _sender().hand_over(_job_parcel(job), is_progress=False)


def job_progress(job: Job) -> None:
    """The same for a step or a percentage: at most four a second for each job, the last one always arrives."""
    _sender().hand_over(_job_parcel(job), is_progress=True)


def to_person(user_id: uuid.UUID | str, message: dict[str, Any]) -> None:
    """Send ``message`` (it needs a ``type``) to all sockets of one person; ValueError when it is over 60 KiB."""
    text = json.dumps(message, cls=DjangoJSONEncoder)
    if len(text) > MESSAGE_LIMIT:
        raise ValueError(f"A message of {len(text)} bytes is too large for a socket.")
    _sender().hand_over(_Parcel(None, (person_group(user_id),), {"text": text}), is_progress=False)


def flush(timeout: float = SEND_TIMEOUT) -> bool:
    """Wait until everything handed over so far is sent or dropped; False when ``timeout`` seconds were not enough."""
    return _current is None or _current.flush(timeout)


class _Parcel:
    """One message, already serialised, for several groups; ``key`` is the job it tells about."""

    __slots__ = ("groups", "key", "payload")

    def __init__(self, key: str | None, groups: tuple[str, ...], payload: dict[str, Any]) -> None:
        self.key = key
        self.groups = groups
        self.payload = payload | {"type": "push.message"}


def _job_parcel(job: Job) -> _Parcel:
    message = job_message(job)
    payload = {
        "text": json.dumps(message),
        "job_id": message["job_id"],
        "told": order_of(job),
    }
    return _Parcel(str(job.pk), (job_group(job.pk), person_group(job.owner_id)), payload)


class _Sender:
    """The loop thread. Everything but ``hand_over`` and ``flush`` runs on it, so nothing needs a lock."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.waiting: deque[_Parcel] = deque(maxlen=WAITING_LIMIT)
        self.held: dict[str, _Parcel | None] = {}
        self.dropped = 0
        self.is_sending = False
        threading.Thread(target=self.loop.run_forever, name="push", daemon=True).start()

    def hand_over(self, parcel: _Parcel, *, is_progress: bool) -> None:
        self.loop.call_soon_threadsafe(self._take_progress if is_progress else self._take, parcel)

    def flush(self, timeout: float) -> bool:
        try:
            asyncio.run_coroutine_threadsafe(self._drained(), self.loop).result(timeout)
        except FutureTimeoutError:
            return False
        return True

    def _take(self, parcel: _Parcel) -> None:
        if parcel.key in self.held:
            self.held[parcel.key] = None
        self._enqueue(parcel)

    def _take_progress(self, parcel: _Parcel) -> None:
        """Send at once when the job was quiet; else hold it, replacing what was held."""
        assert parcel.key is not None
        if parcel.key in self.held:
            self.held[parcel.key] = parcel
            return
        self.held[parcel.key] = None
        self.loop.call_later(PROGRESS_INTERVAL, self._release, parcel.key)
        self._enqueue(parcel)

    def _release(self, key: str) -> None:
        parcel = self.held.pop(key, None)
        if parcel is not None:
            self._take_progress(parcel)

    def _enqueue(self, parcel: _Parcel) -> None:
        self.dropped += len(self.waiting) == WAITING_LIMIT
        self.waiting.append(parcel)
        if not self.is_sending:
            self.is_sending = True
            self.loop.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self.waiting:
                await self._send(self.waiting.popleft())
        finally:
            self.is_sending = False

    async def _send(self, parcel: _Parcel) -> None:
        layer = get_channel_layer()
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                for group in parcel.groups:
                    await layer.group_send(group, parcel.payload)
        except Exception as error:
            lost = 1 + len(self.waiting) + self.dropped
            self.waiting.clear()
            self.dropped = 0
            log.warning("push.dropped", messages=lost, reason=type(error).__name__)

    async def _drained(self) -> None:
        while self.waiting or self.is_sending or any(self.held.values()):
            await asyncio.sleep(0.005)


_current: _Sender | None = None
_starting = threading.Lock()


def _sender() -> _Sender:
    """This process's loop thread, started on first use and again after a fork."""
    global _current  # noqa: PLW0603 - one per process is the point
    with _starting:
        if _current is None:
            _current = _Sender()
        return _current


def _forget() -> None:
    """A forked child has no loop thread, and may have inherited a lock that nobody will open."""
    global _current, _starting
    _current, _starting = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
atexit.register(flush)
