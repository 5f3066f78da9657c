"""The two sockets: one job, or everything that is one person's. They speak; what a client sends is not listened to."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from processing import admission, push, room
from processing.admission import Pass
from processing.models import Job

SIGNED_OUT: Final = 4401
HIDDEN: Final = 4404
TOO_MANY: Final = 4429
TOO_LARGE: Final = 1009
FRAME_LIMIT: Final = 64 * 1024
JOIN_SECONDS: Final = 1.0
TOLD_MOST: Final = 2000

log = structlog.get_logger(__name__)


class _Told(NamedTuple):
    """How far a client knows a job: larger is newer."""

    sequence: int
    progress: int
    is_end: bool


class _Socket(AsyncWebsocketConsumer):
    admitted: Pass
    place: uuid.UUID | None = None
    group = ""
    is_joined = False

    async def connect(self) -> None:
        """A stranger is refused before the handshake; whoever is let in hears why when it ends there."""
        self.told: dict[uuid.UUID, _Told] = {}
        admitted = await database_sync_to_async(admission.admit)(self.scope)
        if admitted is None:
            await self.close()
            return
        self.admitted = admitted
        await self.accept()
        self.place = await database_sync_to_async(admission.take_place)(admitted.user_id)
        if self.place is None:
            await self.close(TOO_MANY)
            return
        if not await self.may_listen():
            await self.close(HIDDEN)
            return
        await self.join()
        await self.greet()
        room.here().enter(self)

    async def disconnect(self, code: int) -> None:
        room.here().leave(self)
        if self.place:
            await database_sync_to_async(admission.leave_place)(self.place)
        if self.is_joined:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(JOIN_SECONDS):
                    await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if len(text_data or "") > FRAME_LIMIT or len(bytes_data or b"") > FRAME_LIMIT:
            await self.close(TOO_LARGE)

    async def join(self) -> None:
        """Listen to the group; while Redis is away the rounds of the room try again and tell from the database."""
        if self.is_joined:
            return
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await self.channel_layer.group_add(self.group, self.channel_name)
            self.is_joined = True
        except Exception as error:
            log.warning("sockets.not_joined", reason=type(error).__name__)

    async def show_out(self) -> None:
        await self.close(SIGNED_OUT)

    async def push_message(self, event: dict[str, Any]) -> None:
        """A message of push.py: sent on as it is, unless something newer about the same job was told already."""
        if "job_id" not in event or self._is_news(uuid.UUID(event["job_id"]), _Told(*event["told"])):
            await self.send(event["text"])

    async def tell(self, job: Job) -> None:
        if self._is_news(job.pk, _Told(*push.order_of(job))):
            await self.send(json.dumps(push.job_message(job)))

    def _is_news(self, job_id: uuid.UUID, said: "_Told") -> bool:
        if (before := self.told.get(job_id)) and before >= said:
            return False
        self.told.pop(job_id, None)
        self.told[job_id] = said
        if len(self.told) > TOLD_MOST:
            self.told.pop(next(iter(self.told)))
        return True

    async def may_listen(self) -> bool:
        """Set ``group``; False when there is nothing to see here. Asked before anything can be heard."""
        raise NotImplementedError

    async def greet(self) -> None:
        """Tell how things stand now; nothing is lost in between, for the group is joined already."""
        raise NotImplementedError


class JobSocket(_Socket):
    """``/ws/jobs/<job_id>``: one job of the person's own. Another's and an absent one look alike."""

    async def may_listen(self) -> bool:
        self.group = push.job_group(self._job_id())
        return await database_sync_to_async(self._find)() is not None

    async def greet(self) -> None:
        if found := await database_sync_to_async(self._find)():
            await self.tell(found)

    def watched(self) -> Iterable[uuid.UUID]:
        return (self._job_id(),)

    async def catch_up(self, jobs: dict[uuid.UUID, Job]) -> None:
        job = jobs.get(self._job_id())
        if job is None:
            await self.close(HIDDEN)
        else:
            await self.tell(job)

    def _find(self) -> Job | None:
        return Job.objects.filter(pk=self._job_id(), owner_id=self.admitted.user_id).first()

    def _job_id(self) -> uuid.UUID:
        return self.scope["url_route"]["kwargs"]["job_id"]


class PersonSocket(_Socket):
    """``/ws/me``: all of a person's jobs, and later their consents and feeds."""

    async def may_listen(self) -> bool:
        self.group = push.person_group(self.admitted.user_id)
        return True

    async def greet(self) -> None:
        for job in await database_sync_to_async(self._unfinished)():
            await self.tell(job)

    def watched(self) -> Iterable[uuid.UUID]:
        return [job_id for job_id, said in self.told.items() if not said.is_end]

    async def catch_up(self, jobs: dict[uuid.UUID, Job]) -> None:
        for job in sorted(jobs.values(), key=lambda job: job.created_at):
            if job.owner_id == self.admitted.user_id:
                await self.tell(job)

    def _unfinished(self) -> list[Job]:
        mine = Job.objects.filter(owner_id=self.admitted.user_id)
        return list(mine.unfinished().order_by("created_at")[:TOLD_MOST])


class Nowhere(AsyncWebsocketConsumer):
    """Any other address: refused before the handshake."""

    async def connect(self) -> None:
        await self.close()
