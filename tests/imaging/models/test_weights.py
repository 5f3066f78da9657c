"""Real-ESRGAN is published as weights; the graph made of them computes what its authors wrote down."""

import collections
import dataclasses
import pickle
import sys
import types
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from processing.imaging.catalog import ENTRIES, Entry, Publication, Purpose
from processing.imaging.catalog.pictures import REAL_ESRGAN
from processing.imaging.models.choosing import choose
from processing.imaging.modelstore import ModelProblem, Store, sha256
from processing.imaging.sessions import Sessions
from processing.upkeep.models import weights
from processing.upkeep.models.installing import Wish, install_file

Weights = dict[str, NDArray[np.float32]]


def compact(features: int = 6, layers: int = 2) -> Weights:
    """Random weights of a small network of the published shape."""
    random = np.random.default_rng(5)
    found: Weights = {}
    sizes = [(features, 3), *[(features, features)] * layers, (48, features)]
    for index, (out, into) in enumerate(sizes):
        found[f"body.{2 * index}.weight"] = random.normal(0, 0.1, (out, into, 3, 3)).astype(np.float32)
        found[f"body.{2 * index}.bias"] = random.normal(0, 0.1, out).astype(np.float32)
        if index < len(sizes) - 1:
            found[f"body.{2 * index + 1}.weight"] = random.uniform(0, 0.3, out).astype(np.float32)
    return found


def convolved(flow: NDArray[np.float32], kernels: NDArray[np.float32], bias: np.float32) -> NDArray[np.float32]:
    """One channel out of all: each filtered by its 3 x 3 kernel, black beyond the border, and added up."""
    pairs = zip(flow, kernels, strict=True)
    return np.sum([cv2.filter2D(p, -1, k, borderType=cv2.BORDER_CONSTANT) for p, k in pairs], axis=0) + bias


def forward(found: Weights, photo: NDArray[np.float32]) -> NDArray[np.float32]:
    """SRVGGNetCompact in the words of its authors, by loops and OpenCV: 3 x h x w in, 3 x 4h x 4w out."""
    flow = photo
    for layer in range(max(int(name.split(".")[1]) for name in found) + 1):
        weight = found[f"body.{layer}.weight"]
        if weight.ndim == 1:
            flow = np.where(flow > 0, flow, flow * weight[:, None, None])
        else:
            biases = found[f"body.{layer}.bias"]
            flow = np.stack([convolved(flow, *pair) for pair in zip(weight, biases, strict=True)])
    height, width = photo.shape[1:]
    shuffled = flow.reshape(3, 4, 4, height, width).transpose(0, 3, 1, 4, 2).reshape(3, 4 * height, 4 * width)
    return np.asarray(shuffled + photo.repeat(4, axis=1).repeat(4, axis=2), dtype=np.float32)


class FloatStorage:
    """Stands for torch.FloatStorage in the files written here."""


def _rebuild_tensor_v2(*_: Any) -> None:
    """Stands for torch._utils._rebuild_tensor_v2; only its name is written."""


class _Stored:
    def __init__(self, key: str, array: NDArray[np.float32]) -> None:
        self.key, self.array = key, array


class _Tensor:
    def __init__(self, stored: _Stored) -> None:
        self.stored = stored

    def __reduce__(self) -> Any:
        array = self.stored.array
        stride = tuple(length // array.itemsize for length in array.strides)
        return _rebuild_tensor_v2, (self.stored, 0, array.shape, stride, False, collections.OrderedDict())


class _Writer(pickle.Pickler):
    def persistent_id(self, found: Any) -> Any:
        return ("storage", FloatStorage, found.key, "cpu", found.array.size) if isinstance(found, _Stored) else None


def write_pth(path: Path, found: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file as torch.save writes it, without torch."""
    torch, inner = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage, inner._rebuild_tensor_v2 = FloatStorage, _rebuild_tensor_v2  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch._utils", inner)
        patch.setattr(FloatStorage, "__module__", "torch")
        patch.setattr(_rebuild_tensor_v2, "__module__", "torch._utils")
        stored = {name: _Stored(str(index), array) for index, (name, array) in enumerate(found.items())}
        with zipfile.ZipFile(path, "w") as archive:
            with archive.open("archive/data.pkl", "w") as stream:
                _Writer(stream, protocol=2).dump({"params": {name: _Tensor(one) for name, one in stored.items()}})
            for one in stored.values():
                archive.writestr(f"archive/data/{one.key}", one.array.tobytes())
    return path


def test_the_graph_computes_what_the_authors_wrote_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    found = compact()
    path = write_pth(tmp_path / "small.pth", found, monkeypatch)
    weights.convert(path, "srvgg-compact-x4", tmp_path / "small.onnx")
    photo = np.random.default_rng(1).random((3, 13, 17), np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "small.onnx"), providers=["CPUExecutionProvider"])
    made = session.run(None, {"input": photo[None]})[0][0]
    assert np.abs(made - forward(found, photo)).max() < 1e-5


def test_weights_are_read_back_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compact()
    back = weights.read_weights(write_pth(tmp_path / "small.pth", found, monkeypatch))
    assert back.keys() == found.keys()
    assert all(np.array_equal(back[name], found[name]) for name in found)


def test_published_weights_install_as_a_working_upscaler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pth(tmp_path / "realesr-general-x4v3.pth", compact(), monkeypatch)
    publication = Publication(path.name, sha256(path), path.stat().st_size, "the test", weights_of="srvgg-compact-x4")
    entry: Entry = dataclasses.replace(
        REAL_ESRGAN, parts=(dataclasses.replace(REAL_ESRGAN.parts[0], published=(publication,), takes_unlisted=False),)
    )
    store = Store(tmp_path / "models", (entry,))
    done = install_file(store, path, Wish())
    assert done.parts[0].made_from == sha256(path)
    assert store.check(entry) == []
    tile = np.full((20, 30, 3), 90, np.uint8)
    assert choose(Purpose.UPSCALE, Sessions(store)).use(tile).shape == (80, 120, 3)


def test_a_file_that_wants_to_run_something_is_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "was-here",)

    path = tmp_path / "evil.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"params": Evil()}, protocol=2))
    with pytest.raises(ModelProblem, match="not a file of weights"):
        weights.read_weights(path)
    assert not (tmp_path / "was-here").exists()


@pytest.mark.parametrize("data", [b"", b"not a zip"])
def test_what_holds_no_weights_is_told_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "thing.pth"
    path.write_bytes(data)
    with pytest.raises(ModelProblem, match="not a file of weights"):
        weights.read_weights(path)


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ModelProblem, match="not those of a compact"):
        weights.compact_graph({"body.0.weight": np.zeros((4, 3, 3, 3), np.float32), "body.2.weight": np.zeros(4)})


def test_the_published_weights_are_of_the_published_size() -> None:
    """1,213,296 numbers of four bytes, and the wrapping of 101 arrays, are the published 4.9 MB."""
    numbers = sum(array.size for array in compact(features=64, layers=32).values())
    assert numbers == 1_213_296
    publication = next(one for entry in ENTRIES for _, one in entry.published() if one.weights_of)
    assert 0 < publication.bytes - 4 * numbers < 40_000
