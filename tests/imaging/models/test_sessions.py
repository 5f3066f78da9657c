"""Loaded once, shared, closed when idle, halved when memory runs out, and honest about where it runs."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processing.imaging import fallbacks
from processing.imaging import sessions as module
from processing.imaging.catalog import ENTRIES, Entry
from processing.imaging.modelstore import ModelDamaged, ModelMissing, Store
from processing.imaging.sessions import Model, Policy, Sessions
from processing.upkeep.models.installing import Wish, install_file
from tests.imaging.conftest import ROOT, TEST_DATA, need
from tests.imaging.models.conftest import Install

BATCHED = [(entry.name, part.name) for entry in ENTRIES for part in entry.parts if part.name != "det_10g"]


@dataclass
class Value:
    name: str
    shape: list[Any]


@dataclass
class Fake:
    """A session that doubles its input, and runs out of memory above ``room`` rows."""

    provider: str = "CPUExecutionProvider"
    room: int = 10**6
    rows: Any = "batch"
    seen: list[int] = field(default_factory=list)

    def get_inputs(self) -> list[Value]:
        return [Value("x", [self.rows, 2])]

    def get_outputs(self) -> list[Value]:
        return [Value("y", [self.rows, 2])]

    def get_providers(self) -> list[str]:
        return [self.provider, "CPUExecutionProvider"]

    def run(self, names: Any, feeds: dict[str, np.ndarray], options: Any = None) -> list[np.ndarray]:
        self.seen.append(len(feeds["x"]))
        if len(feeds["x"]) > self.room:
            raise RuntimeError("[ONNXRuntimeError] : 6 : Failed to allocate memory for requested buffer of size 99")
        return [feeds["x"] * 2]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


Fakes = Callable[..., tuple[Sessions, list[Path]]]


@pytest.fixture
def faked(installed: Install) -> Fakes:
    """Sessions over an installed entry whose files are "loaded" as fakes; the list tells what was loaded."""

    def make(name: str = "sface", make_fake: Callable[[Policy], Any] | None = None, **how: Any) -> Any:
        real, _ = installed(name)
        loads: list[Path] = []

        def load(path: Path, policy: Policy) -> Any:
            loads.append(path)
            return make_fake(policy) if make_fake else Fake()

        return Sessions(real.store, how.pop("policy", None), load=load, **how), loads

    return make


def only(sessions: Sessions) -> tuple[Entry, str]:
    return sessions.store.entries[0], sessions.store.entries[0].parts[0].name


def rows(count: int) -> dict[str, np.ndarray]:
    return {"x": np.arange(count * 2, dtype=np.float32).reshape(count, 2)}


def test_two_threads_make_one_load(faked: Fakes) -> None:
    inside, release = threading.Event(), threading.Event()

    def slow(policy: Policy) -> Fake:
        inside.set()
        assert release.wait(10)
        return Fake()

    sessions, loads = faked(make_fake=slow)
    models: list[Model] = []

    def work() -> None:
        with sessions.use(*only(sessions)) as model:
            models.append(model)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert inside.wait(10)
    release.set()
    for thread in threads:
        thread.join(10)
    assert len(loads) == 1
    assert len(models) == 8
    assert len({id(model) for model in models}) == 1


def test_a_load_that_failed_is_tried_again_by_the_next(faked: Fakes) -> None:
    answers = [OSError("no such device"), Fake()]

    def flaky(policy: Policy) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    sessions, loads = faked(make_fake=flaky)
    with pytest.raises(ModelDamaged, match="SFace cannot be loaded"), sessions.use(*only(sessions)):
        pass
    assert sessions.loaded() == {}
    with sessions.use(*only(sessions)) as model:
        assert model.provider == "CPU"
    assert len(loads) == 2


def test_a_model_nobody_uses_is_unloaded_after_its_time(faked: Fakes) -> None:
    clock = Clock()
    sessions, loads = faked(policy=Policy(idle_seconds=300), clock=clock)
    with sessions.use(*only(sessions)):
        clock.now += 1000
        assert sessions.unload_idle() == []
    clock.now += 299
    assert sessions.unload_idle() == []
    clock.now += 2
    assert sessions.unload_idle() == ["sface/embedder"]
    assert sessions.loaded() == {}
    with sessions.use(*only(sessions)):
        assert len(loads) == 2


def test_an_idle_model_goes_by_itself(faked: Fakes) -> None:
    sessions, _ = faked(policy=Policy(idle_seconds=0.05))
    with sessions.use(*only(sessions)):
        time.sleep(0.1)
        assert sessions.loaded() == {"sface/embedder": "CPU"}
    deadline = time.monotonic() + 10
    while sessions.loaded() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sessions.loaded() == {}


def test_the_longest_unused_makes_room_for_the_next(faked: Fakes) -> None:
    sessions, loads = faked("buffalo_l", policy=Policy(budget_mb=0))
    entry = sessions.store.entries[0]
    for part in ("det_10g", "w600k_r50"):
        with sessions.use(entry, part):
            assert list(sessions.loaded()) == [f"buffalo_l/{part}"]
    with sessions.use(entry, "w600k_r50"), sessions.use(entry, "det_10g"):
        assert len(sessions.loaded()) == 2, "what is in use is never closed"
    assert len(loads) == 3


def test_the_provider_is_asked_of_the_session_not_of_the_list(faked: Fakes) -> None:
    """onnxruntime-gpu lists CUDA on machines without it; the session then runs on the CPU."""
    sessions, _ = faked(make_fake=lambda policy: Fake("CPUExecutionProvider"), policy=Policy(wants_gpu=True))
    with sessions.use(*only(sessions)) as model:
        assert model.provider == "CPU"
    assert sessions.loaded() == {"sface/embedder": "CPU"}


def test_where_cuda_runs_it_says_so(faked: Fakes) -> None:
    sessions, _ = faked(make_fake=lambda policy: Fake("CUDAExecutionProvider"), policy=Policy(wants_gpu=True))
    with sessions.use(*only(sessions)) as model:
        assert model.provider == "CUDA"


def test_asked_for_a_gpu_where_there_is_none_it_runs_on_the_cpu_and_reports_that(installed: Install) -> None:
    sessions, _ = installed("sface")
    told = in_process(
        f"sessions = Sessions(Store(Path({str(sessions.store.root)!r}), vouching_for({str(sessions.store.root)!r})),"
        " Policy(wants_gpu=True))\n"
        "embed = choose(Purpose.EMBED_FACES, sessions).use\n"
        "print(embed.embedded(np.zeros((2, 112, 112, 3), np.uint8)).shape, embed.provider, fallbacks.take())",
        CUDA_VISIBLE_DEVICES="-1",
    )
    assert told == "(2, 128) CPU [('sface', 'no_gpu', 1)]"


def test_without_the_wish_for_a_gpu_none_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    assert module._providers(Policy()) == ["CPUExecutionProvider"]


def test_a_missing_model_names_the_command_that_installs_it(tmp_path: Path) -> None:
    sessions = Sessions(Store(tmp_path))
    entry = sessions.store.find("lama")
    with (
        pytest.raises(ModelMissing, match=r"LaMa is not installed\. Run: manage\.py models install lama$"),
        sessions.use(entry, "inpainter"),
    ):
        pass


def test_a_file_that_was_changed_after_its_installation_is_not_loaded(installed: Install) -> None:
    sessions, entry = installed("sface")
    path = next((sessions.store.root / "sface").iterdir())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with (
        pytest.raises(ModelDamaged, match=r"is not the one that was installed\. Run: manage\.py models install sface"),
        sessions.use(entry, "embedder"),
    ):
        pass


def test_a_file_nobody_vouches_for_is_not_loaded_though_its_record_says_so(installed: Install) -> None:
    sessions, entry = installed("sface")
    strict = Store(sessions.store.root, ENTRIES)
    with pytest.raises(ModelDamaged, match="Nobody vouches"), Sessions(strict).use(strict.find(entry.name), "embedder"):
        pass


def test_a_removed_model_is_gone_from_the_next_use_on(faked: Fakes) -> None:
    sessions, _ = faked()
    with sessions.use(*only(sessions)):
        pass
    sessions.store.remove(sessions.store.entries[0])
    with pytest.raises(ModelMissing), sessions.use(*only(sessions)):
        pass


def test_running_out_of_memory_halves_the_batch() -> None:
    fake = Fake(room=5)
    done = Model(fake, "Model").run_batched(rows(21), batch=16)
    assert np.array_equal(done.outputs["y"], rows(21)["x"] * 2)
    assert (done.batch, done.halvings) == (4, 2)
    assert fake.seen == [16, 8, 4, 4, 4, 4, 4, 1]


def test_what_does_not_fit_the_gpu_even_alone_runs_on_the_cpu(faked: Fakes) -> None:
    fakes = {True: Fake("CUDAExecutionProvider", room=0), False: Fake()}
    sessions, loads = faked(make_fake=lambda policy: fakes[policy.wants_gpu], policy=Policy(wants_gpu=True))
    fallbacks.take()
    with sessions.use(*only(sessions)) as model:
        done = model.run_batched(rows(3), batch=4)
    assert np.array_equal(done.outputs["y"], rows(3)["x"] * 2)
    assert done.provider == "CPU"
    assert len(loads) == 2
    assert fallbacks.take() == [(only(sessions)[0].name, "out_of_memory", 1)]


def test_what_fits_nowhere_is_out_of_memory() -> None:
    with pytest.raises(MemoryError, match="even for one picture"):
        Model(Fake(room=0), "LaMa").run_batched(rows(2))


def test_other_errors_are_not_taken_for_memory() -> None:
    class Broken(Fake):
        def run(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("invalid dimensions")

    with pytest.raises(RuntimeError, match="invalid dimensions"):
        Model(Broken(), "Model").run_batched(rows(2))


def test_a_model_made_for_one_at_a_time_gets_one_at_a_time() -> None:
    fake = Fake(rows=1)
    assert len(Model(fake, "Model").run_batched(rows(3)).outputs["y"]) == 3
    assert fake.seen == [1, 1, 1]


@pytest.mark.parametrize(("name", "part"), BATCHED)
def test_a_batch_gives_what_single_runs_give(name: str, part: str, installed: Install) -> None:
    several = [part] if name == "fast-neural-style" else []
    sessions, entry = installed(name, *several)
    assert_batch_equals_single(sessions, entry, part, side=96)


def test_a_batch_through_the_real_yunet_gives_what_single_runs_give(tmp_path: Path) -> None:
    store = Store(tmp_path)
    install_file(store, need(TEST_DATA / "models/yunet/yunet_n_dynamic.onnx"), Wish())
    assert_batch_equals_single(Sessions(store), store.find("yunet"), "detector", side=160)


def assert_batch_equals_single(sessions: Sessions, entry: Entry, part: str, side: int) -> None:
    random = np.random.default_rng(11)
    with sessions.use(entry, part) as model:
        feeds = {
            name: random.random((7, *(length if isinstance(length, int) else side for length in shape[1:])), np.float32)
            for name, shape in model.inputs
        }
        together = model.run_batched(feeds, batch=4).outputs
        for index in range(7):
            alone = model.run({name: values[index : index + 1] for name, values in feeds.items()})
            for name, values in alone.items():
                assert np.abs(together[name][index] - values[0]).max() <= 1e-4


def test_sessions_share_one_arena_that_is_limited_and_given_back(installed: Install) -> None:
    """Out of memory for real: an arena of 24 MB, pictures of 4.3 MB that grow by sixteen."""
    sessions, _ = installed("real-esrgan-x4v3")
    told = in_process(
        f"sessions = Sessions(Store(Path({str(sessions.store.root)!r}), vouching_for({str(sessions.store.root)!r})),"
        " Policy(arena_mb=24))\n"
        "entry = sessions.store.entries[0]\n"
        "with sessions.use(entry, 'upscaler') as model:\n"
        "    done = model.run_batched({'in0': np.ones((16, 3, 100, 100), np.float32)}, batch=16)\n"
        "print(done.batch, done.halvings, done.outputs['out0'].shape[0], done.outputs['out0'].min())",
    )
    assert told == "8 1 16 1.0"


def test_models_are_found_by_the_path_and_policy_of_the_process(tmp_path: Path) -> None:
    assert module.shared(tmp_path, Policy()) is module.shared(tmp_path, Policy())
    assert module.shared(tmp_path, Policy()) is not module.shared(tmp_path, Policy(wants_gpu=True))


def in_process(program: str, **environment: str) -> str:
    """The last line a fresh process prints; what a session does to its process stays there."""
    head = (
        "import json, sys\nfrom pathlib import Path\nimport numpy as np\n"
        "from processing.imaging import fallbacks\nfrom processing.imaging.catalog import ENTRIES, Purpose\n"
        "from processing.imaging.models.choosing import choose\n"
        "from processing.imaging.modelstore import Store\n"
        "from processing.imaging.sessions import Policy, Sessions\n"
        "from tests.imaging.models import generated\n"
        "def vouching_for(root):\n"
        "    record = next(Path(root).glob('*.json'))\n"
        "    entry = next(entry for entry in ENTRIES if entry.name == record.stem)\n"
        "    parts = json.loads(record.read_text())['parts']\n"
        "    files = {part['part']: Path(root) / entry.name / part['file'] for part in parts}\n"
        "    return (generated.vouching(entry, files),)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", head + program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip().splitlines()[-1]
