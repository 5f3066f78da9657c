"""The sockets of one web process: every two seconds those whose permission ended are shown out, and what a lost
message did not tell is told from the database.

The work does not grow with the sockets: a handful of queries a round for all of them.
"""

import asyncio
import uuid
from collections.abc import Iterable
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from django.db.models import Q

from processing import admission
from processing.admission import Pass
from processing.models import Job
from processing.states import State

ROUND_SECONDS: Final = 2.0
BEAT_ROUNDS: Final = 7

log = structlog.get_logger(__name__)


class Guest(Protocol):
    """A socket, as the room sees it."""

    admitted: Pass
    place: uuid.UUID

    async def show_out(self) -> None: ...

    async def join(self) -> None: ...

    def watched(self) -> Iterable[uuid.UUID]: ...

    async def catch_up(self, jobs: dict[uuid.UUID, Job]) -> None: ...


class Room:
    def __init__(self) -> None:
        self.guests: set[Guest] = set()
        self.rounds: asyncio.Task[None] | None = None

    def enter(self, guest: Guest) -> None:
        self.guests.add(guest)
        if self.rounds is None or self.rounds.done():
            self.rounds = asyncio.get_running_loop().create_task(self._make_rounds())

    def leave(self, guest: Guest) -> None:
        self.guests.discard(guest)
        if not self.guests and self.rounds:
            self.rounds.cancel()
            self.rounds = None

    async def _make_rounds(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            number += 1
            try:
                await self._look(set(self.guests), beats=number % BEAT_ROUNDS == 0)
            except Exception as error:
                log.warning("sockets.round_failed", reason=type(error).__name__)

    async def _look(self, guests: set[Guest], *, beats: bool) -> None:
        valid, jobs = await database_sync_to_async(_ask)(guests, beats)
        for guest in guests & self.guests:
            if guest.admitted not in valid:
                await guest.show_out()
                continue
            await guest.join()
            await guest.catch_up(jobs)


def _ask(guests: set[Guest], beats: bool) -> tuple[set[Pass], dict[uuid.UUID, Job]]:
    if beats:
        admission.keep_places([guest.place for guest in guests])
    valid = admission.still_valid({guest.admitted for guest in guests})
    watched = {job_id for guest in guests for job_id in guest.watched()}
    owners = {admitted.user_id for admitted in valid}
    moving = Q(state=State.PENDING, owner__in=owners) | Q(state=State.PROCESSING, owner__in=owners)
    return valid, {job.pk: job for job in Job.objects.filter(moving | Q(pk__in=watched))}


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, Room] = WeakKeyDictionary()


def here() -> Room:
    """The room of the running loop: one for each web process."""
    return _rooms.setdefault(asyncio.get_running_loop(), Room())
