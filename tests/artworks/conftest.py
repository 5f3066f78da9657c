"""Photos of eyes, people who agreed, and a worker in this very process with a stand-in for the pixels."""

import importlib
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from artworks.models import Artwork
from circles.actions.opt_ins import opt_in
from circles.models import User
from circles.notices import NOTICES
from photos.models import Photo
from processing import child, leases, recipe, runner, sandbox
from processing.leases import Held
from processing.models import Job
from processing.states import Queue
from tests.photos.conftest import make_photo, media  # noqa: F401 - fixtures

STAND_INS = {
    "preview": "tests.artworks.stand_in.iris",
    "iris": "tests.artworks.stand_in.iris",
    "enhance": "tests.artworks.stand_in.enhance",
}


def agree(user: User) -> User:
    opt_in(actor=user, purpose="iris", version=NOTICES["iris"].version)
    return user


class Here:
    """The sandbox without its process."""

    def run(self, found: Any, work: Path, request: dict[str, Any], *, on_progress: Any, look: Any) -> dict[str, Any]:
        module, _, name = found.run.rpartition(".")
        try:
            told = getattr(importlib.import_module(module), name)(work, json.loads(json.dumps(request)), on_progress)
        except Exception as error:
            raise sandbox._rebuilt(found, child.described(error)) from error
        look()
        return json.loads(json.dumps(told))


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.WORK_DIR = tmp_path / "work"
    changed = {kind: replace(found, run=STAND_INS.get(kind, found.run)) for kind, found in recipe._registry.items()}
    monkeypatch.setattr(recipe, "_registry", changed)
    monkeypatch.setattr(sandbox, "mine", Here)
    # Its renewals come over a connection of their own, which cannot see this test's transaction.
    monkeypatch.setattr(leases.keeper, "hold", lambda job: nullcontext(Held(job)))


@pytest.fixture
def work(stand_in: None) -> Callable[[], int]:
    """Does every job that waits; returns how many."""
    return lambda: sum(runner.drain(queue) for queue in (Queue.HIGH, Queue.DEFAULT))


@pytest.fixture
def anna(alice: User) -> User:
    """Alice, who agreed to iris work."""
    return agree(alice)


@pytest.fixture
def submit(api_as: Any) -> Callable[..., Any]:
    def ask(owner: User, photo: Photo, *, pipeline: str = "iris", headers: Any = None, **options: Any) -> Any:
        body = {"photo_id": str(photo.pk), "pipeline": pipeline, "options": options}
        return api_as(owner).post("/api/v1/processing/submit", body, headers=headers)

    return ask


@pytest.fixture
def make_artwork(make_photo: Any, submit: Any, work: Any) -> Callable[..., Artwork]:  # noqa: F811 - the fixture
    """A finished artwork of a new photo (or of ``photo``), made through the API and the engine."""

    def make(owner: User, photo: Photo | None = None, **options: Any) -> Artwork:
        answer = submit(agree(owner), photo or make_photo(owner, width=640, height=480), **options)
        assert answer.status_code == 201, answer.json()
        work()
        return Artwork.objects.get(pk=Job.objects.get(pk=answer.json()["id"]).result["artwork_id"])

    return make
