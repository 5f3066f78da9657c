"""A tiny recipe for every test of the engine."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from processing import broker, leases, recipe, sandbox
from processing.models import Job, JobFile
from processing.recipe import Description, Step
from processing.states import Queue


class Plain:
    """Does nothing special; tests replace its parts."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        return dict(job.options)

    @staticmethod
    def guard(job: Job) -> None:
        return None

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        return result

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        return None

    @staticmethod
    def describe(job: Job) -> Description:
        return Description(job.label or job.kind)


MakeRecipe = Callable[..., type[Plain]]


@pytest.fixture
def make_recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeRecipe]:
    """Register a recipe for this test only: ``make_recipe("kind", run="echo", publish=function, time_limit=3)``."""
    monkeypatch.setattr(recipe, "_registry", dict(recipe._registry))

    def make(kind: str = "plain", *, run: str = "echo", **settings: Any) -> type[Plain]:
        parts = {
            name: staticmethod(settings.pop(name))
            for name in ("prepare", "guard", "publish", "failed", "describe")
            if name in settings
        }
        made = type("Made", (Plain,), parts)
        settings.setdefault("queue", Queue.HIGH)
        settings.setdefault("steps", (Step("first", 40), Step("second", 100)))
        recipe.recipe(kind=kind, run=f"tests.processing.child_work.{run}", **settings)(made)
        return made

    return make


@pytest.fixture
def plain(make_recipe: MakeRecipe) -> type[Plain]:
    return make_recipe()


@pytest.fixture
def storage(settings: Any, tmp_path: Path) -> Path:
    """Files and work folders of this test alone; gives the folder of the stored files."""
    settings.WORK_DIR = tmp_path / "work"
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "media")},
    }
    settings.STORAGES = settings.STORAGES | {"default": backend}
    (tmp_path / "media").mkdir()
    return tmp_path / "media"


@pytest.fixture
def stored(storage: Path) -> Callable[[], list[str]]:
    """The names of all files in the storage."""
    return lambda: sorted(path.name for path in storage.rglob("*") if path.is_file())


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is rung; the queues that would have been are listed."""
    rung: list[str] = []
    monkeypatch.setattr(broker, "wake", lambda queue, times=1: rung.append(str(queue)))
    return rung


@pytest.fixture(autouse=True)
def _leave_no_threads() -> Iterator[None]:
    """The keeper's connection would otherwise outlive the test that made it."""
    yield
    leases.keeper.close()


@pytest.fixture(scope="session", autouse=True)
def _leave_no_children() -> Iterator[None]:
    yield
    sandbox.close_all()
