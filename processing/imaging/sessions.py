"""One loaded model a process: opened once, shared by its threads, closed when idle, honest about where it runs.

onnxruntime lists CUDA as available on machines without it, so the provider is asked of the session after it was made.
"""

import contextlib
import dataclasses
import functools
import io
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from processing.imaging import fallbacks
from processing.imaging.catalog import Entry
from processing.imaging.modelstore import Installed, ModelDamaged, Store, install_command

if TYPE_CHECKING:
    from numpy.typing import NDArray

Feeds = dict[str, "NDArray[Any]"]
PROVIDERS: Final = {"CUDAExecutionProvider": "CUDA", "CPUExecutionProvider": "CPU"}
EXHAUSTED: Final = (
    "failed to allocate", "out of memory", "available memory of", "bad_alloc", "alloc_failed", "bad allocation",
)  # fmt: skip
_MIB: Final = 1024 * 1024


class Session(Protocol):
    """What is used of an onnxruntime.InferenceSession."""

    def get_inputs(self) -> Any: ...
    def get_outputs(self) -> Any: ...
    def get_providers(self) -> list[str]: ...
    def run(self, names: list[str] | None, feeds: Feeds, options: Any = None) -> list[Any]: ...


@dataclass(frozen=True)
class Policy:
    """How models run here. ``wants_gpu`` asks for CUDA on ``gpu_id``; without it no CUDA context is ever made.

    ``gpu_memory_mb`` and ``arena_mb`` (CPU; 0 = unlimited) bound what running takes, ``budget_mb`` what lies loaded;
    ``idle_seconds`` is how long a model nobody uses stays; ``threads`` is per operation.
    """

    wants_gpu: bool = False
    gpu_id: int = 0
    gpu_memory_mb: int = 4096
    arena_mb: int = 0
    budget_mb: int = 1024
    idle_seconds: float = 300.0
    threads: int = 1

    def on_cpu(self) -> "Policy":
        return dataclasses.replace(self, wants_gpu=False)


Load = Callable[[Path, Policy], Session]


@dataclass(frozen=True)
class Batched:
    """Outputs by name, first axis as long as the inputs'; ``batch`` is what fitted, ``provider`` who ran the last."""

    outputs: Feeds
    provider: str
    batch: int
    halvings: int


class Model:
    """A loaded model. Safe to use from several threads at once."""

    def __init__(self, session: Session, title: str, fallback: Callable[[], "Model"] | None = None) -> None:
        self._session = session
        self._fallback = fallback
        self.title = title
        self.provider = provider_of(session)
        self.inputs = [(one.name, tuple(one.shape)) for one in session.get_inputs()]
        self.outputs = [one.name for one in session.get_outputs()]

    def run(self, feeds: Feeds, *, is_last: bool = False) -> Feeds:
        """One call; the last of several gives the arena's memory back. Raises MemoryError when memory ran out."""
        try:
            found = self._session.run(None, feeds, _shrinking() if is_last and self.provider == "CPU" else None)
        except Exception as error:
            if is_exhaustion(error):
                raise MemoryError(f"{self.title} ran out of memory.") from error
            raise
        return dict(zip(self.outputs, found, strict=True))

    def run_batched(self, feeds: Feeds, batch: int = 32) -> Batched:
        """Run the first axis in pieces of at most ``batch``; a piece that does not fit is halved, and so are the rest.

        A model made for one at a time gets one at a time. If even one does not fit a GPU, the rest runs on the CPU.
        Raises MemoryError when one does not fit there either.
        """
        count = len(next(iter(feeds.values())))
        fixed = self.inputs[0][1][0]
        size = max(1, min(batch, count, fixed if isinstance(fixed, int) else batch))
        done: list[Feeds] = []
        start = halvings = 0
        model = self
        while start < count:
            stop = min(start + size, count)
            piece = {name: np.ascontiguousarray(values[start:stop]) for name, values in feeds.items()}
            try:
                # What a session returns lies in its arena, where the next piece needs the room: hence the copies.
                found = model.run(piece, is_last=stop == count)
                done.append({name: values.copy() for name, values in found.items()})
                del found
            except MemoryError:
                if size == 1:
                    model = model.smaller()
                else:
                    size, halvings = size // 2, halvings + 1
                continue
            start = stop
        outputs = {name: np.concatenate([part[name] for part in done]) for name in done[0]} if done else {}
        return Batched(outputs, model.provider, size, halvings)

    def smaller(self) -> "Model":
        """The same model where there is more memory: from the GPU to the CPU. Raises MemoryError on the CPU."""
        if self.provider == "CPU" or self._fallback is None:
            raise MemoryError(f"{self.title} needs more memory than it may take, even for one picture at a time.")
        return self._fallback()


@dataclass
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    model: Model | None = None
    users: int = 0
    used_at: float = 0.0
    bytes: int = 0


@dataclass(frozen=True)
class _Key:
    """A file with other contents is another model, so that an installation is in force from the next use on."""

    entry: Entry
    found: Installed
    on_gpu: bool

    def __str__(self) -> str:
        return f"{self.entry.name}/{self.found.part}"


class Sessions:
    """The loaded models of one process. ``load`` and ``clock`` are injectable."""

    def __init__(
        self,
        store: Store,
        policy: Policy | None = None,
        *,
        load: Load | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.policy = policy or Policy()
        self._load = load or load_session
        self._clock = clock
        self._slots: dict[_Key, _Slot] = {}
        self._changed = threading.Condition()
        self._sweeper: threading.Thread | None = None

    @contextlib.contextmanager
    def use(self, entry: Entry, part: str) -> Iterator[Model]:
        """The loaded model for the time of the block; threads that come while it loads wait for that one load.

        Raises ModelMissing, ModelDamaged.
        """
        with self._held(_Key(entry, self.store.recorded(entry, part), self.policy.wants_gpu)) as model:
            yield model

    def loaded(self) -> dict[str, str]:
        """ "entry/part" of everything loaded, with the provider it really runs on."""
        with self._changed:
            found = {key: slot.model for key, slot in self._slots.items() if slot.model is not None}
        return {str(key): model.provider for key, model in found.items()}

    def unload_idle(self) -> list[str]:
        """Close what nobody has used for ``idle_seconds``; their names."""
        with self._changed:
            now = self._clock()
            return self._drop([key for key in self._unused() if self._due(self._slots[key]) <= now])

    def unload_all(self) -> list[str]:
        """Close everything that nobody is using at this moment; their names."""
        with self._changed:
            return self._drop(self._unused())

    @contextlib.contextmanager
    def _held(self, key: _Key) -> Iterator[Model]:
        with self._changed:
            slot = self._slots.setdefault(key, _Slot())
            slot.users += 1
        try:
            with slot.lock:
                if slot.model is None:
                    self._fill(key, slot)
                model = slot.model
            assert model is not None
            yield model
        finally:
            with self._changed:
                slot.users -= 1
                slot.used_at = self._clock()
                if slot.model is None and slot.users == 0 and self._slots.get(key) is slot:
                    del self._slots[key]
                self._watch()
                self._changed.notify_all()

    def _fill(self, key: _Key, slot: _Slot) -> None:
        path = self.store.verified(key.entry, key.found)
        self._make_room(key.found.bytes)
        title = key.entry.title
        try:
            session = self._load(path, self.policy if key.on_gpu else self.policy.on_cpu())
        except Exception as error:
            if is_exhaustion(error):
                raise MemoryError(f"{title} does not fit into memory.") from error
            raise ModelDamaged(f"{title} cannot be loaded.", f"Run: {install_command(key.entry.name)}") from error
        fallback = functools.partial(self._on_cpu, key) if key.on_gpu else None
        slot.model, slot.bytes = Model(session, title, fallback), key.found.bytes
        if key.on_gpu and slot.model.provider == "CPU":
            fallbacks.note(key.entry.name, "no_gpu")

    def _on_cpu(self, key: _Key) -> Model:
        fallbacks.note(key.entry.name, "out_of_memory")
        with self._held(dataclasses.replace(key, on_gpu=False)) as model:
            return model

    def _make_room(self, needed: int) -> None:
        """Close the longest unused until the budget holds what is to come."""
        with self._changed:
            budget = self.policy.budget_mb * _MIB
            for key in sorted(self._unused(), key=lambda one: self._slots[one].used_at):
                if sum(slot.bytes for slot in self._slots.values()) + needed <= budget:
                    return
                self._drop([key])

    def _unused(self) -> list[_Key]:
        return [key for key, slot in self._slots.items() if slot.users == 0]

    def _due(self, slot: _Slot) -> float:
        return slot.used_at + self.policy.idle_seconds

    def _drop(self, keys: list[_Key]) -> list[str]:
        for key in keys:
            del self._slots[key]
        return [str(key) for key in keys]

    def _watch(self) -> None:
        """A thread that sleeps until something may be idle long enough, and ends when nothing is loaded."""
        if self._slots and (self._sweeper is None or not self._sweeper.is_alive()):
            self._sweeper = threading.Thread(target=self._sweep, name="idle-models", daemon=True)
            self._sweeper.start()

    def _sweep(self) -> None:
        while True:
            with self._changed:
                if not self._slots:
                    self._sweeper = None
                    return
                waiting = [self._due(self._slots[key]) - self._clock() for key in self._unused()]
                self._changed.wait(max(0.01, min(waiting, default=60.0)))
            self.unload_idle()


@functools.cache
def shared(root: Path, policy: Policy) -> Sessions:
    """The process's own sessions over the models in ``root``."""
    return Sessions(Store(root), policy)


def sessions_of(request: dict[str, Any]) -> Sessions:
    """The process's sessions as ``request["models"]`` describes them (processing.model_settings writes it)."""
    told = dict(request["models"])
    return shared(Path(told.pop("root")), Policy(**told))


def provider_of(session: Session) -> str:
    """ "CUDA" or "CPU": what the session runs on, whatever was asked for or is said to be available."""
    first = (session.get_providers() or ["CPUExecutionProvider"])[0]
    return PROVIDERS.get(first, first.removesuffix("ExecutionProvider"))


def is_exhaustion(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on the CPU or the GPU."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(hint in said for hint in EXHAUSTED)


def load_session(path: Path, policy: Policy) -> Session:
    """An onnxruntime session on one arena that all sessions of the process share."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = policy.threads
    options.log_severity_level = 4
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    _share_arena(policy.arena_mb)
    session: Session = ort.InferenceSession(str(path), options, providers=_providers(policy))
    return session


def _providers(policy: Policy) -> list[Any]:
    import onnxruntime as ort

    if not policy.wants_gpu or "CUDAExecutionProvider" not in ort.get_available_providers():
        return ["CPUExecutionProvider"]
    # Without the libraries it says so in two loud lines and goes on with the CPU: what counts is asked afterwards.
    ort.set_default_logger_severity(4)
    with contextlib.redirect_stdout(io.StringIO()):
        ort.preload_dlls()
    limits = {
        "device_id": policy.gpu_id,
        "gpu_mem_limit": policy.gpu_memory_mb * _MIB,
        "arena_extend_strategy": "kSameAsRequested",
    }
    return [("CUDAExecutionProvider", limits), "CPUExecutionProvider"]


_arena = threading.Lock()
_has_arena = False


def _share_arena(limit_mb: int) -> None:
    """Once a process: whoever comes later, with whatever limit, finds the arena made."""
    import onnxruntime as ort

    global _has_arena  # noqa: PLW0603 - the arena is the process's, not an object's
    with _arena:
        if _has_arena:
            return
        memory = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
        limits = ort.OrtArenaCfg({"max_mem": limit_mb * _MIB, "arena_extend_strategy": 1})
        ort.create_and_register_allocator(memory, limits)
        _has_arena = True


@functools.cache
def _shrinking() -> Any:
    import onnxruntime as ort

    options = ort.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
