"""A tiny recipe for every test of the engine."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from processing import recipe
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
