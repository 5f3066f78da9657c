"""The workers' side of the wake-ups: ``dramatiq processing.actors --queues high --processes 1 --threads 2``."""

import os

import django
import dramatiq
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not apps.ready:
    django.setup()

from processing import broker, runner
from processing.states import Queue

dramatiq.set_broker(broker.get())
# A drain may last for days while work keeps coming; one job's time is bounded by its recipe.
NO_LIMIT = 2**52


def _declare(queue: Queue) -> None:
    @dramatiq.actor(
        broker=broker.get(),
        queue_name=queue.value,
        actor_name=broker.actor_name(queue),
        max_retries=0,
        time_limit=NO_LIMIT,
    )
    def drain() -> None:
        runner.drain(queue)


for _queue in Queue:
    _declare(_queue)
