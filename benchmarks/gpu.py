"""Faces a second on the GPU, embedded one at a time and 32 at a time, and the memory that took.

    python benchmarks/gpu.py [--models FOLDER] [--seconds 3] [--limit-mb 4096]

With sface or buffalo_l installed in FOLDER (default DATA_DIR/models) that model is measured; without, a network of the
same cost as a small face embedder is made for the occasion and named so. The peer is the CPU in the same run, one
thread, the two taking turns. Memory is what the whole card reports beyond what it had before (nvidia-smi).

Where CUDA does not really run, however loudly it is listed, this prints "not measured" and holds nothing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
# Python put this folder first, where queue.py would stand before the standard library's.
sys.path = [str(ROOT), *(path for path in sys.path if Path(path).resolve() != ROOT / "benchmarks")]

from processing.imaging.catalog import Purpose  # noqa: E402
from processing.imaging.models.choosing import choose  # noqa: E402
from processing.imaging.models.faces import CROP, Embedder  # noqa: E402
from processing.imaging.modelstore import Store  # noqa: E402
from processing.imaging.sessions import Policy, Sessions  # noqa: E402

BATCHES = (1, 32)


@dataclass
class CardMemory:
    """Watches the memory in use on a card from a thread of its own; in MiB."""

    gpu: int
    highest: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def read(self) -> int:
        words = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", f"--id={self.gpu}"]
        return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[0])

    def __enter__(self) -> "CardMemory":
        self.highest = self.read()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self.highest = max(self.highest, self.read())


def faces_a_second(embed: Embedder, batch: int, seconds: float) -> float:
    crops = np.random.default_rng(0).integers(0, 256, (batch, CROP, CROP, 3), dtype=np.uint8)
    embed.embedded(crops, batch)
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        embed.embedded(crops, batch)
        done += batch
    return done / (time.perf_counter() - start)


def measured(store: Store, seconds: float, limit_mb: int, gpu: int) -> tuple[str, dict[str, dict[int, float]], int]:
    """Engine, faces a second by provider and batch, and the peak of the card's memory in MiB beyond the start."""
    rates: dict[str, dict[int, float]] = {"CUDA": dict.fromkeys(BATCHES, 0.0), "CPU": dict.fromkeys(BATCHES, 0.0)}
    with CardMemory(gpu) as memory:
        before = memory.highest
        on_gpu, on_cpu = (
            choose(Purpose.EMBED_FACES, Sessions(store, Policy(wants_gpu=wish, gpu_id=gpu, gpu_memory_mb=limit_mb))).use
            for wish in (True, False)
        )
        for batch in BATCHES:
            for embed in (on_gpu, on_cpu):
                rate = faces_a_second(embed, batch, seconds)
                rates[embed.provider][batch] = max(rate, rates[embed.provider][batch])
    if on_gpu.batch < BATCHES[-1]:
        print(f"this model takes {on_gpu.batch} at a time: the larger batch is run so")
    return on_gpu.engine, rates, memory.highest - before


def provider(store: Store, gpu: int) -> str:
    embed = choose(Purpose.EMBED_FACES, Sessions(store, Policy(wants_gpu=True, gpu_id=gpu))).use
    embed.embedded(np.zeros((1, CROP, CROP, 3), np.uint8))
    return str(embed.provider)


def stand_in(folder: Path) -> Store:
    """A store with a made-up network of about 0.2 GFLOP a face in the place of SFace. It knows nobody."""
    from benchmarks.gpu_stand_in import install

    return install(folder)


def report(engine: str, rates: dict[str, dict[int, float]], peak: int, limit_mb: int) -> bool:
    print(f"engine {engine}\n\n| faces a second | batch 1 | batch 32 |\n|---|---|---|")
    for name, found in rates.items():
        print(f"| {name} | {found[1]:.0f} | {found[32]:.0f} |")
    holds = peak <= limit_mb and rates["CUDA"][32] > rates["CUDA"][1]
    print(f"\npeak memory of the card {peak} MiB, limit {limit_mb} MiB")
    line = {"benchmark": "gpu", "figure": "peak memory in MiB", "value": peak, "target": limit_mb}
    peer = {
        "faces_per_second": {
            name: {str(key): round(value, 1) for key, value in found.items()} for name, found in rates.items()
        }
    }
    print(json.dumps(line | {"peer": peer, "holds": holds}))
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path(os.environ.get("DATA_DIR", ROOT / ".data")) / "models")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--limit-mb", type=int, default=4096)
    parser.add_argument("--gpu", type=int, default=0)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(words.models)
        if store.serving(Purpose.EMBED_FACES) is None:
            store = stand_in(Path(folder))
        found = provider(store, words.gpu)
        print(f"provider {found}")
        if found != "CUDA" or shutil.which("nvidia-smi") is None:
            print("not measured: no GPU runs here")
            print(
                json.dumps({"benchmark": "gpu", "figure": "peak memory in MiB", "value": "not measured", "holds": None})
            )
            return 0
        return 0 if report(*measured(store, words.seconds, words.limit_mb, words.gpu), words.limit_mb) else 1


if __name__ == "__main__":
    sys.exit(main())
