"""Wake-ups through Redis. A message carries nothing: it only says "look into the table"."""

import functools
from typing import Any

import dramatiq
import structlog
from django.conf import settings
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import CurrentMessage, Retries, ShutdownNotifications, TimeLimit
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from processing.states import Queue

REDIS_SECONDS = 1.0

log = structlog.get_logger(__name__)


@functools.cache
def get() -> RedisBroker:
    """This process's broker: a dead worker's messages are back after 5 s, a dead Redis costs at most a second."""
    from processing.middleware import Presence

    client = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    broker = RedisBroker(
        client=client,
        namespace=f"{settings.REDIS_PREFIX}:dramatiq",
        heartbeat_timeout=5000,
        maintenance_chance=1_000_000,
        middleware=[TimeLimit(), ShutdownNotifications(), Retries(), CurrentMessage(), Presence()],
    )
    for queue in Queue:
        broker.declare_queue(queue.value)
    return broker


def actor_name(queue: str) -> str:
    return f"drain_{queue}"


def wake(queue: str, times: int = 1) -> bool:
    """Ring a queue; False (and a log line) when Redis is away: the reconciler rings again."""
    try:
        for _ in range(times):
            get().enqueue(_message(queue))
    except (RedisError, OSError, dramatiq.DramatiqError) as error:
        log.warning("queue.not_woken", queue=str(queue), reason=type(error).__name__)
        return False
    return True


def waiting(queue: str) -> int | None:
    """How many wake-ups lie in a queue; None when Redis is away."""
    try:
        return int(get().do_qsize(str(queue)))
    except (RedisError, OSError, dramatiq.DramatiqError):
        return None


def _message(queue: str) -> dramatiq.Message[Any]:
    return dramatiq.Message(queue_name=str(queue), actor_name=actor_name(queue), args=(), kwargs={}, options={})
