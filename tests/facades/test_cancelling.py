"""A render given up in the middle, in a sandbox of its own: stopped within two seconds, child gone, nothing left."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from artworks.models import Artwork
from circles.models import User
from processing import leases, recipe, reconciler, runner, sandbox
from processing.models import Job, JobFile
from processing.states import Queue, State
from tests.facades.conftest import BRICK, HOUSE, JOBS, png
from tests.imaging.facade.drawn import seen
from tests.processes import children
from tests.processing.fetching import origin as origins
from tests.processing.fetching.origin import Origin, answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def working() -> Iterator[Callable[[], threading.Thread]]:
    """A worker in a thread, with the real sandbox."""
    threads: list[threading.Thread] = []

    def drain() -> None:
        try:
            runner.drain(Queue.DEFAULT)
        finally:
            sandbox.close_all()
            connection.close()

    def start() -> threading.Thread:
        threads.append(threading.Thread(target=drain))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(30)
    leases.keeper.close()


def until(true: Callable[[], Any], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(true())


def given_up(api: Any, url: str) -> tuple[float, float]:
    """Seconds until the state is cancelled, and until every child is gone."""
    began = time.monotonic()
    assert api.delete(url).status_code == 204
    assert until(lambda: Job.objects.get().state == State.CANCELLED, 5)
    cancelled = time.monotonic() - began
    assert until(lambda: not children(), 10)
    return cancelled, time.monotonic() - began


def nothing_left(tmp_path: Path) -> bool:
    reconciler.run_everything_once()
    kept = [path for folder in ("media", "work") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    return not (kept or Artwork.objects.exists() or JobFile.objects.exists())


def test_a_slow_download_is_given_up_at_once(
    alice: User, api_as: Any, working: Any, origin: Origin, tmp_path: Path
) -> None:
    origin.pages["/house.png"] = origins.drip
    url = api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).json()["poll_url"]
    thread = working()
    assert until(lambda: origin.requests)
    assert until(lambda: Job.objects.get().step == "download")
    assert children()
    cancelled, gone = given_up(api_as(alice), url)
    assert cancelled < 2
    assert gone < 2
    thread.join(10)
    assert nothing_left(tmp_path)


def test_the_pixels_in_the_middle_are_given_up_at_once(
    alice: User, api_as: Any, working: Any, origin: Origin, tmp_path: Path
) -> None:
    origin.pages["/house.png"] = answer(png(seen(24, -10, 1, size=(2100, 2800)).photo))
    url = api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).json()["poll_url"]
    thread = working()
    assert until(lambda: Job.objects.get().step == "texture", 60)
    assert children()
    cancelled, gone = given_up(api_as(alice), url)
    assert cancelled < 2
    assert gone < 2
    thread.join(10)
    assert nothing_left(tmp_path)


def test_a_step_that_hangs_is_killed_at_its_limit(
    alice: User, api_as: Any, working: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = recipe.find("render")
    monkeypatch.setitem(recipe._registry, "render", replace(changed, run="tests.facades.stand_in.stuck"))
    monkeypatch.setattr(sandbox, "STEP_GRACE_SECONDS", 0.2)
    body = {"image_url": HOUSE, "texture_url": BRICK, "options": {"stage_timeout_seconds": 1}}
    url = api_as(alice).post(JOBS, body).json()["poll_url"]
    thread = working()
    assert until(lambda: Job.objects.get().step == "segment", 60)
    began = time.monotonic()
    assert until(lambda: Job.objects.get().state == State.FAILED, 20)
    assert time.monotonic() - began < 10
    assert until(lambda: not children(), 10)
    told = api_as(alice).get(url).json()
    assert (told["status"], told["error_code"]) == ("failed", "pipeline_error")
    assert told["error_message"].startswith("The step “segment” took longer than the 1 seconds")
    thread.join(10)
    assert nothing_left(tmp_path)


def test_the_whole_way_in_a_sandbox_of_its_own(alice: User, api_as: Any, working: Any, media: Path) -> None:
    url = api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).json()["poll_url"]
    working().join(60)
    told = api_as(alice).get(url).json()
    assert told["status"] == "completed", told
    assert Artwork.objects.get().files.filter(name="result.jpg").exists()


def test_each_of_the_three_arts_has_ten_minutes() -> None:
    assert {kind: recipe.find(kind).time_limit for kind in ("layers", "painterly", "render")} == {
        "layers": 600,
        "painterly": 600,
        "render": 600,
    }
