"""The child: apart from Django, warm, limited, and gone when it must be."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from processing import recipe
from processing.errors import (
    AureoleError,
    Cancelled,
    JobDied,
    ModelMissing,
    PipelineError,
    QualityIssue,
    ServerError,
    TooDemanding,
    TooSlow,
    TransientError,
)
from processing.imaging.modelstore import Store
from processing.model_settings import model_request
from processing.sandbox import Sandbox
from processing.upkeep.models.installing import Wish, install_file
from tests.imaging.conftest import TEST_DATA, need

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def run(sandbox: Sandbox, make_recipe: Any, tmp_path: Path) -> Run:
    counter = iter(range(100))

    def go(
        name: str, request: dict[str, Any] | None = None, *, on_progress: Any = None, look: Any = None, **limits: Any
    ) -> dict[str, Any]:
        number = next(counter)
        make_recipe(f"{name}{number}", run=name, **limits)
        work = tmp_path / str(number)
        (work / "out").mkdir(parents=True)
        return sandbox.run(
            recipe.find(f"{name}{number}"),
            work,
            request or {},
            on_progress=on_progress or (lambda step, fraction: None),
            look=look or (lambda: None),
        )

    return go


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _gone(pid: int, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while _is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not _is_alive(pid)


def test_results_come_back_and_progress_on_the_way(run: Run) -> None:
    seen: list[tuple[str, float]] = []
    assert run("echo", {"a": [1]}, on_progress=lambda step, fraction: seen.append((step, fraction))) == {"a": [1]}
    assert seen == [("first", 1.0), ("second", 0.5)]


def test_the_child_knows_no_django_no_secrets_and_one_thread(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    child = run("whoami")
    assert child["modules"] == []
    assert child["parent"] == os.getpid()
    assert child["session"] == child["pid"]
    assert not {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"} & set(child["environment"])
    assert child["environment"]["OMP_NUM_THREADS"] == child["environment"]["VIPS_CONCURRENCY"] == "1"


def test_the_child_stays_warm(run: Run) -> None:
    assert run("whoami")["pid"] == run("whoami")["pid"]


def test_chatter_is_thinned_out_and_its_end_arrives(run: Run) -> None:
    seen: list[tuple[str, float]] = []
    run("chatter", on_progress=lambda step, fraction: seen.append((step, fraction)))
    assert seen[-1] == ("second", 1.0)
    assert len(seen) < 200


@pytest.mark.parametrize(("reads_pictures", "error"), [(True, TooDemanding), (False, TooSlow)])
def test_too_long_is_stopped(run: Run, tmp_path: Path, reads_pictures: bool, error: type[AureoleError]) -> None:
    tell = tmp_path / "pid"
    began = time.monotonic()
    with pytest.raises(error):
        run("sleep", {"tell": str(tell)}, time_limit=1, reads_pictures=reads_pictures)
    assert time.monotonic() - began < 10
    assert _gone(int(tell.read_text()))


def test_a_step_with_too_little_time_ends_the_work_and_not_the_child(run: Run) -> None:
    child, began = run("whoami")["pid"], time.monotonic()
    with pytest.raises(PipelineError, match="The step “texture” took longer than the 0"):
        run("slow_step", {"stage_timeout_seconds": 0.3})
    assert time.monotonic() - began < 10
    assert run("whoami")["pid"] == child


def test_a_step_that_hangs_in_a_native_call_is_killed_at_its_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.sandbox.STEP_GRACE_SECONDS", 0.2)
    child, began = run("whoami")["pid"], time.monotonic()
    told = {"stage_timeout_seconds": 0.3, "step_seconds": {"load": 0.1, "texture": 0.3}}
    with pytest.raises(PipelineError, match=r"The step “texture” took longer than the 0\.3 seconds"):
        run("hang", told)
    assert time.monotonic() - began < 10
    assert _gone(child)
    assert run("whoami")["pid"] != child


def test_a_step_without_a_limit_may_take_its_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.sandbox.STEP_GRACE_SECONDS", 0.0)
    heard: list[str] = []
    told = {"seconds": 0.4, "step_seconds": {"another": 0.05}}
    run("nap", told, on_progress=lambda step, fraction: heard.append(step))
    assert heard[-1] == "nap"


def test_too_much_memory_is_stopped(run: Run) -> None:
    with pytest.raises(TooDemanding):
        run("eat", {"mib": 4000}, memory_mb=200)


def test_absurd_allocations_fail_inside_the_child(run: Run) -> None:
    with pytest.raises(TooDemanding):
        run("gulp")


def test_a_child_that_dies_is_replaced(run: Run) -> None:
    for _ in range(2):
        with pytest.raises(JobDied):
            run("die")
        assert run("echo", {"a": 1}) == {"a": 1}


def test_a_child_killed_between_two_jobs_is_replaced(run: Run) -> None:
    pid = run("whoami")["pid"]
    os.kill(pid, signal.SIGKILL)
    assert _gone(pid)
    time.sleep(0.3)
    assert run("whoami")["pid"] != pid


def test_whoever_looks_may_stop_the_work_and_the_child_is_gone(run: Run, tmp_path: Path) -> None:
    tell = tmp_path / "pid"

    def look() -> None:
        if tell.exists() and tell.read_text():
            raise Cancelled()

    began = time.monotonic()
    with pytest.raises(Cancelled):
        run("sleep", {"tell": str(tell)}, look=look)
    assert _gone(int(tell.read_text()), seconds=2)
    assert time.monotonic() - began < 10


def test_a_refused_picture_keeps_its_words(run: Run) -> None:
    with pytest.raises(QualityIssue) as raised:
        run("blame_the_picture")
    error = raised.value
    assert (error.error_code, error.message, error.advice) == (
        "nothing_there",
        "It is a picture of nothing.",
        "Take another one.",
    )


def test_a_picture_refused_by_the_imaging_room_is_a_quality_issue(run: Run) -> None:
    with pytest.raises(QualityIssue) as raised:
        run("refuse")
    assert raised.value.error_code == "corrupt_image"
    assert raised.value.message == "The picture is damaged and cannot be read."
    assert raised.value.advice.startswith("Copy it again")


def test_transient_errors_stay_transient(run: Run) -> None:
    with pytest.raises(TransientError):
        run("be_busy")


@pytest.mark.parametrize("name", ["stumble", "give_nonsense", "no_such_function"])
def test_anything_else_is_our_fault(run: Run, name: str) -> None:
    with pytest.raises(ServerError) as raised:
        run(name)
    assert type(raised.value) is ServerError


def test_a_child_whose_parent_was_killed_ends_itself(tmp_path: Path) -> None:
    """A parent of our own starts a child that sleeps, then is killed."""
    tell = tmp_path / "pid"
    (tmp_path / "work" / "out").mkdir(parents=True)
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.processing.orphan_maker", str(tmp_path / "work"), str(tell)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    until = time.monotonic() + 30
    while not (tell.exists() and tell.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    child = int(tell.read_text())
    assert _is_alive(child)
    parent.kill()
    parent.wait()
    assert _gone(child)


def test_a_missing_model_reaches_the_job_with_the_command_that_installs_it(
    run: Run, settings: Any, tmp_path: Path
) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    with pytest.raises(ModelMissing) as caught:
        run("depth", {"models": model_request()})
    assert caught.value.error_code == "model_missing"
    assert str(caught.value) == "The model Depth Anything V2 Small is not installed."
    assert caught.value.advice == "Run: manage.py models install depth-anything-v2-small"
    assert not caught.value.retries


def test_an_installed_model_works_in_the_child_and_stays_loaded_for_the_next_job(
    run: Run, settings: Any, tmp_path: Path
) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    install_file(Store(settings.MODELS_DIR), need(TEST_DATA / "models/yunet/yunet_n_640_640.onnx"), Wish())
    first = run("faces", {"models": model_request()})
    assert first == {"engine": "yunet@25a606a1", "faces": 1, "before": {}, "after": {"yunet/detector": "CPU"}}
    assert run("faces", {"models": model_request()})["before"] == {"yunet/detector": "CPU"}


def test_what_a_child_did_without_a_model_is_counted_once_also_when_it_failed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[tuple[str, str, float]] = []
    monkeypatch.setattr("processing.counting.add", lambda name, label="", by=1: counted.append((name, label, by)))
    run("fall_back")
    with pytest.raises(TransientError):
        run("fall_back", {"fail": True})
    run("echo")
    assert counted == [("model_fallbacks", '["lama", "not_usable"]', 1)] * 2
