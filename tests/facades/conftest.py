"""A drawn facade, a drawn brick wall, an origin that serves both, and a worker in this very process."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from circles.models import User
from photos.models import Photo
from processing import facade_job, leases, recipe, runner, sandbox
from processing.imaging.facade.texture import samples
from processing.leases import Held
from processing.states import Queue
from tests.artworks.conftest import Here
from tests.facades import stand_in
from tests.facades.stand_in import NAME, TABLE
from tests.imaging.facade.drawn import seen
from tests.photos.conftest import make_photo, media  # noqa: F401 - fixtures
from tests.processing.fetching.origin import Answer, Origin, answer, serving

HOUSE = f"http://{NAME}/house.png"
BRICK = f"http://{NAME}/brick.png"
JOBS = "/api/v1/render/jobs"


def png(pixels: np.ndarray) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


@pytest.fixture(scope="session")
def house() -> bytes:
    return png(seen(24, -10, 1, size=(270, 360)).photo)


@pytest.fixture(scope="session")
def brick() -> bytes:
    return png(samples.brick()[:96, :128])


@pytest.fixture
def origin(house: bytes, brick: bytes, tmp_path: Path) -> Iterator[Origin]:
    """Serves the house and the brick; tests add pages."""
    pages: dict[str, Answer] = {"/house.png": answer(house), "/brick.png": answer(brick)}
    with ExitStack() as stack:
        found = stack.enter_context(serving(pages))
        (tmp_path / TABLE).write_text(json.dumps({"port": found.port}), encoding="utf-8")
        yield found


@pytest.fixture(autouse=True)
def redirected(origin: Origin, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """What is fetched and sent goes to ``origin``, whatever its name; the judging of addresses is the real one."""
    settings.WORK_DIR = tmp_path / "work"
    settings.FETCH_ALLOW_HTTP = True
    monkeypatch.setattr(facade_job, "PAUSE_SECONDS", 0.01)
    changed = dict(recipe._registry)
    for kind in ("render", "webhook"):
        changed[kind] = replace(changed[kind], run=f"tests.facades.stand_in.{kind}")
    monkeypatch.setattr(recipe, "_registry", changed)


@pytest.fixture
def real_pixels() -> None:
    """For a test that wants the whole pipeline."""


@pytest.fixture
def work(request: Any, redirected: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Does every job that waits, in this process, with a stand-in for the pixels; returns how many."""
    if "real_pixels" not in request.fixturenames:
        monkeypatch.setattr(facade_job.pipeline, "run", stand_in.pixels)
    monkeypatch.setattr(sandbox, "mine", Here)
    monkeypatch.setattr(leases.keeper, "hold", lambda job: nullcontext(Held(job)))
    return lambda *queues: sum(runner.drain(queue) for queue in queues or (Queue.DEFAULT, Queue.LOW))


@pytest.fixture
def library(make_photo: Any, house: bytes, brick: bytes) -> Callable[[User], tuple[Photo, Photo]]:  # noqa: F811
    """A person's own photo of the house, and one of the brick wall."""

    def make(owner: User) -> tuple[Photo, Photo]:
        return (
            make_photo(owner, content=house, width=360, height=270, title="Our house", with_files=False),
            make_photo(owner, content=brick, width=128, height=96, title="Brick", with_files=False),
        )

    return make
