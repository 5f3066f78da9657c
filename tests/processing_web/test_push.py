"""What is pushed arrives in milliseconds, in order, at most four times a second, and never holds anybody up."""

import asyncio
import json
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings

from processing import push
from processing.models import Job
from processing.states import State


def a_job(**fields) -> Job:
    return Job(owner_id=uuid.uuid4(), kind="ingest", **({"state": State.PROCESSING, "sequence": 1} | fields))


@pytest.fixture
async def layer() -> AsyncIterator[object]:
    found = get_channel_layer()
    yield found
    await found.flush()


async def listen(layer, group: str) -> str:
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


async def next_message(layer, channel: str, timeout: float = 2) -> dict:
    async with asyncio.timeout(timeout):
        return json.loads((await layer.receive(channel))["text"])


async def test_a_change_reaches_those_who_watch_the_job_and_its_owner(layer):
    job = a_job(step="decode", progress=12, sequence=7)
    watching = await listen(layer, push.job_group(job.pk))
    owning = await listen(layer, push.person_group(job.owner_id))
    push.job_changed(job)
    for channel in (watching, owning):
        said = await next_message(layer, channel)
        assert said["job_id"] == str(job.pk)
        assert (said["type"], said["sequence"], said["status"], said["step"], said["progress"]) == (
            "job", 7, "processing", "decode", 12,
        )  # fmt: skip
        assert said["message"] == "Reading the picture"


async def test_progress_comes_at_most_four_times_a_second_and_the_last_value_arrives(layer):
    job = a_job()
    channel = await listen(layer, push.job_group(job.pk))
    started = time.monotonic()
    for value in range(1, 101):
        job.progress = value
        job.sequence = value
        push.job_progress(job)
        await asyncio.sleep(0.006)
    seen = [await next_message(layer, channel)]
    while seen[-1]["progress"] < 100:
        seen.append(await next_message(layer, channel))
    took = time.monotonic() - started
    assert seen[0]["progress"] == 1
    assert len(seen) <= took / push.PROGRESS_INTERVAL + 2
    assert [m["sequence"] for m in seen] == sorted(m["sequence"] for m in seen)


async def test_an_end_overtakes_held_progress_which_is_not_sent_afterwards(layer):
    job = a_job()
    channel = await listen(layer, push.job_group(job.pk))
    for value in (1, 2, 3):
        job.progress = job.sequence = value
        push.job_progress(job)
    job.state, job.progress, job.sequence = State.COMPLETED, 100, 4
    push.job_changed(job)
    first, second = await next_message(layer, channel), await next_message(layer, channel)
    assert (first["progress"], second["status"]) == (1, "completed")
    with pytest.raises(TimeoutError):
        await next_message(layer, channel, timeout=0.6)


async def test_a_person_gets_other_messages_and_oversized_ones_are_refused(layer):
    person = uuid.uuid4()
    channel = await listen(layer, push.person_group(person))
    push.to_person(person, {"type": "notice", "at": uuid.UUID(int=1)})
    assert (await next_message(layer, channel)) == {"type": "notice", "at": str(uuid.UUID(int=1))}
    with pytest.raises(ValueError, match="too large"):
        push.to_person(person, {"type": "notice", "text": "x" * 70_000})


async def test_another_process_is_heard_within_milliseconds(layer):
    job = a_job()
    channel = await listen(layer, push.job_group(job.pk))
    script = f"""
import os, sys, time, uuid
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.conf import settings
settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = {layer.prefix!r}
from processing import push
from processing.models import Job
for number in range(10):
    push.job_changed(Job(id={str(job.pk)!r}, owner_id=uuid.uuid4(), kind="ingest", sequence=number,
                         result={{}}, label=""))
    push.flush()
    print(time.time(), flush=True)
    time.sleep(0.05)
"""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=settings.BASE_DIR, stdout=subprocess.PIPE
    )
    delays = []
    for number in range(10):
        said = await next_message(layer, channel, timeout=20)
        arrived = time.time()
        assert child.stdout is not None
        delays.append(arrived - float(await child.stdout.readline()))
        assert said["sequence"] == number
    assert await child.wait() == 0
    assert sorted(delays)[5] < 0.02


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Something that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("redis", ["silent", "absent"])
def test_a_dead_redis_never_holds_the_caller_up(monkeypatch, silent_port, redis):
    address = f"redis://127.0.0.1:{silent_port if redis == 'silent' else 1}/0"
    dead = RedisPubSubChannelLayer(hosts=[{"address": address, "socket_timeout": None}], prefix="nowhere")
    monkeypatch.setattr(push, "get_channel_layer", lambda: dead)
    started = time.monotonic()
    for number in range(200):
        push.job_changed(a_job(sequence=number))
    assert time.monotonic() - started < 0.2
    assert push.flush(timeout=6)
