"""Weights that we ship: nothing runs on them unless they are the ones whose SHA-256 lies beside them."""

import hashlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

_lock = threading.Lock()


class WeightsDamaged(Exception):
    """The weights are not the ones their SHA-256 was written for."""


def read(path: Path) -> bytes:
    """The whole file. Raises WeightsDamaged unless it has the SHA-256 that ``path`` with the ending .sha256 begins
    with, OSError when one of the two is missing."""
    data = path.read_bytes()
    wanted = path.with_suffix(".sha256").read_text(encoding="utf-8").split()[0]
    if hashlib.sha256(data).hexdigest() != wanted:
        raise WeightsDamaged(f"{path.name} does not have the SHA-256 that was written down for it.")
    return data


def session(path: Path) -> "onnxruntime.InferenceSession":
    """An ONNX network on one thread; one per process and file, however many threads ask first. Raises as ``read``."""
    with _lock:
        return _started(path)


@lru_cache
def _started(path: Path) -> "onnxruntime.InferenceSession":
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(read(path), settings, providers=["CPUExecutionProvider"])
