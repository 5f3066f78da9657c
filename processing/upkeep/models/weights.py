"""Makes an ONNX graph of weights that were published without one. Needs no PyTorch, and runs none of the file's code.

Architecture: SRVGGNetCompact (Wang et al., Real-ESRGAN, 2021): 3x3 convolutions with PReLU, a pixel shuffle, and the
picture itself enlarged by nearest neighbours added on top.
"""

import collections
import pickle
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from processing.imaging.modelstore import ModelProblem

Weights = dict[str, NDArray[np.float32]]
_SCALE: Final = 4
_OPSET: Final = 17
_IR: Final = 8
_MOST_BYTES: Final = 64 * 1024 * 1024


def convert(path: Path, architecture: str, target: Path) -> None:
    """Write the graph of that architecture with the weights of ``path`` to ``target``. Raises ModelProblem."""
    if architecture != "srvgg-compact-x4":
        raise ModelProblem(f"Weights of the kind {architecture} cannot be turned into a model here.")
    model = compact_graph(read_weights(path))
    onnx.checker.check_model(model)
    target.write_bytes(model.SerializeToString(deterministic=True))


def read_weights(path: Path) -> Weights:
    """The arrays of a PyTorch file by name. Only arrays can come out of it; anything else in it is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            with archive.open(index) as stream:
                found = _Reader(stream, archive, index.removesuffix("data.pkl")).load()
    except (zipfile.BadZipFile, StopIteration, pickle.UnpicklingError, KeyError, ValueError, TypeError) as error:
        raise ModelProblem(f"{path.name} is not a file of weights that can be read here.") from error
    weights = found.get("params_ema") or found.get("params") or found
    if not weights or not all(isinstance(value, np.ndarray) for value in weights.values()):
        raise ModelProblem(f"{path.name} holds something else than weights.")
    return dict(weights)


def compact_graph(weights: Weights) -> onnx.ModelProto:
    """SRVGGNetCompact as ONNX: ``input`` and ``output`` float32 RGB in 0..1, [batch, 3, height, width], enlarged x4."""
    layers = sorted({int(name.split(".")[1]) for name in weights})
    if layers != list(range(len(layers))) or len(layers) % 2 == 0:
        raise ModelProblem("The weights are not those of a compact Real-ESRGAN network.")
    nodes, stored, flow = [], [], "input"
    for layer in layers:
        slope = weights[f"body.{layer}.weight"]
        kind = "Conv" if slope.ndim == 4 else "PRelu"
        arrays = [slope, weights[f"body.{layer}.bias"]] if kind == "Conv" else [slope.reshape(-1, 1, 1)]
        names = [f"{kind.lower()}{layer}_{index}" for index in range(len(arrays))]
        stored += [numpy_helper.from_array(array, name) for array, name in zip(arrays, names, strict=True)]
        how: dict[str, Any] = {"pads": [1, 1, 1, 1]} if kind == "Conv" else {}
        nodes.append(helper.make_node(kind, [flow, *names], [f"flow{layer}"], **how))
        flow = f"flow{layer}"
    nodes += _ending(flow)
    stored.append(numpy_helper.from_array(np.array([1, 1, _SCALE, _SCALE], np.float32), "scales"))
    graph = helper.make_graph(nodes, "compact", [_picture("input", "")], [_picture("output", "_x4")], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)


def _ending(flow: str) -> list[onnx.NodeProto]:
    nearest = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return [
        helper.make_node("DepthToSpace", [flow], ["detail"], blocksize=_SCALE, mode="CRD"),
        helper.make_node("Resize", ["input", "", "scales"], ["base"], **nearest),
        helper.make_node("Add", ["detail", "base"], ["output"]),
    ]


def _picture(name: str, suffix: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 3, f"height{suffix}", f"width{suffix}"])


class _Reader(pickle.Unpickler):
    """Knows the three names a file of plain float tensors needs, and refuses every other."""

    def __init__(self, stream: Any, archive: zipfile.ZipFile, prefix: str) -> None:
        super().__init__(stream)
        self._archive = archive
        self._prefix = prefix

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch", "FloatStorage"): np.float32,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuilt,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"{module}.{name} has no place among weights")
        return known[module, name]

    def persistent_load(self, pid: Any) -> NDArray[np.float32]:
        _, dtype, key, _, count = pid
        info = self._archive.getinfo(f"{self._prefix}data/{key}")
        if info.file_size > _MOST_BYTES:
            raise pickle.UnpicklingError("an array of these weights is too large")
        stream: BinaryIO
        with self._archive.open(info) as stream:  # type: ignore[assignment]
            return np.frombuffer(stream.read(), dtype=dtype, count=count)


def _rebuilt(storage: NDArray[np.float32], offset: int, size: Any, stride: Any, *_: Any) -> NDArray[np.float32]:
    count = int(np.prod(size, dtype=np.int64))
    flat = storage[offset : offset + count].reshape(size)
    if tuple(stride) != tuple(length // storage.itemsize for length in flat.strides):
        raise pickle.UnpicklingError("an array of these weights is not stored in order")
    return flat
