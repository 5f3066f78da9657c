"""Consent and fusion in every order: hypothesis looks for one in which something is there that must not be."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from fusion import gate
from fusion.actions import ending as fusion_ending
from fusion.models import FusionArtwork
from fusion.recipes.parts import MakesFusions
from fusion.states import State
from processing import ending, files
from tests.fusion.machine import World, prepared

pytestmark = pytest.mark.timeout(900)
STEPS = 10
HEALTHY = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": False, "database": None}
# Every run looks at a few orders anew; WORLDS=500 looks for an hour.
WORLDS = int(os.environ.get("WORLDS", "10"))
SOUND = settings(max_examples=WORLDS, stateful_step_count=STEPS, phases=[Phase.generate, Phase.shrink], **HEALTHY)
HUNT = settings(
    max_examples=150,
    derandomize=True,
    stateful_step_count=STEPS,
    phases=[Phase.generate],
    **HEALTHY,
)


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> type[World]:
    return prepared(monkeypatch, settings, tmp_path / "work")


def test_nothing_is_ever_there_without_every_word_it_needs(world: type[World]) -> None:
    run_state_machine_as_test(world, settings=SOUND)
    assert world.ready_seen > 0, "Nothing was ever there, so nothing was looked at."


def only_finished_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revocation that hides what is finished and forgets what is on its way."""
    monkeypatch.setattr(fusion_ending, "WITHDRAWABLE", (State.READY,))


def at_submit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "hold", lambda fusion: None)


def at_submit_and_start_only(monkeypatch: pytest.MonkeyPatch) -> None:
    holding = gate.hold
    asked: set[Any] = set()

    def hold(fusion: FusionArtwork) -> None:
        if fusion.job is None or (fusion.pk, fusion.job.attempt) not in asked:
            holding(fusion)
        asked.add((fusion.pk, fusion.job and fusion.job.attempt))

    monkeypatch.setattr(gate, "hold", hold)
    only_finished_ones(monkeypatch)


def staged_file_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_drop_staged", lambda job: None)
    monkeypatch.setattr(files, "chase", lambda lease, keys: None)


def finished_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion_ending, "withdraw", lambda consent_ids, **_: None)


def published_file_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "delete_later", lambda keys, *, reason: None)


def feed_item_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion_ending, "_leave_feed", lambda fusion: None)


def no_gate_and_no_row_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MakesFusions, "guard", staticmethod(lambda job: None))


@pytest.mark.parametrize(
    "bug",
    [
        at_submit_only, at_submit_and_start_only, staged_file_left, finished_ones_stay, published_file_left,
        feed_item_left, no_gate_and_no_row_looked_at,
    ],
    ids=lambda bug: bug.__name__,
)  # fmt: skip
def test_a_planted_bug_is_found(world: type[World], monkeypatch: pytest.MonkeyPatch, bug: Any) -> None:
    bug(monkeypatch)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(world, settings=HUNT)
