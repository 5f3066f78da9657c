"""Small ONNX graphs with the tensors of each catalogue entry, which do something a test can see.

The detectors find bright cells, the embedders look at a 4 x 4 thumbnail, depth is brightness, holes are filled red, a
style is the negative, enlarging repeats each pixel, and going over details makes grain of the noise.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from processing.imaging.catalog import Entry, Part, Publication, Tensor
from processing.imaging.modelstore import sha256

Nodes = list[onnx.NodeProto]
Weights = dict[str, np.ndarray]
node = helper.make_node


def _value(tensor: Tensor, name: str, fixed: dict[int, int]) -> onnx.ValueInfoProto:
    lengths = [fixed.get(axis, length) or f"{name}_{axis}" for axis, length in enumerate(tensor.shape)]
    return helper.make_tensor_value_info(tensor.name or name, TensorProto.FLOAT, lengths)


def _save(path: Path, part: Part, nodes: Nodes, weights: Weights, fixed: dict[int, int] | None = None) -> Path:
    inputs = [_value(tensor, f"in{index}", fixed or {}) for index, tensor in enumerate(part.inputs)]
    outputs = [_value(tensor, f"out{index}", {}) for index, tensor in enumerate(part.outputs)]
    stored = [numpy_helper.from_array(np.asarray(array), name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, part.name, inputs, outputs, stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def upscaler(path: Path, part: Part, **fixed: Any) -> Path:
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    nodes = [node("Resize", ["in0", "", "scales"], ["out0"], **how)]
    return _save(path, part, nodes, {"scales": np.array([1, 1, 4, 4], np.float32)}, **fixed)


def _cells(source: str, stride: int, shape: str) -> Nodes:
    return [
        node("AveragePool", [source], [f"pool{stride}"], kernel_shape=[stride, stride], strides=[stride, stride]),
        node("ReduceMean", [f"pool{stride}"], [f"grey{stride}"], axes=[1]),
        node("Reshape", [f"grey{stride}", shape], [f"cell{stride}"]),
    ]


def yunet(path: Path, part: Part, **fixed: Any) -> Path:
    """Certainty is the brightness of an 8 px cell; coarser strides see nothing; boxes and marks stay at the cell."""
    nodes: Nodes = []
    weights: Weights = {"rows": np.array([0, -1, 1]), "scale8": np.float32(1 / 255)}
    weights |= {"scale16": np.float32(0), "scale32": np.float32(0), "no4": np.zeros(4, np.float32)}
    weights["no10"] = np.zeros(10, np.float32)
    for stride in (8, 16, 32):
        nodes += _cells("input", stride, "rows")
        nodes += [node("Mul", [f"cell{stride}", f"scale{stride}"], [f"{kind}_{stride}"]) for kind in ("cls", "obj")]
        nodes += [
            node("Mul", [f"cell{stride}", f"no{width}"], [f"{kind}_{stride}"])
            for kind, width in (("bbox", 4), ("kps", 10))
        ]
    return _save(path, part, nodes, weights, **fixed)


def scrfd(path: Path, part: Part, **fixed: Any) -> Path:
    """As yunet; the two anchors of a cell say the same, and each side is one stride away."""
    nodes: Nodes = []
    weights: Weights = {"rows": np.array([-1, 1]), "one": np.float32(1), "half": np.float32(0.5)}
    weights |= {"twice": np.ones((1, 2), np.float32), "column": np.array([-1, 1])}
    weights |= {"no1": np.zeros(1, np.float32), "no4": np.zeros(4, np.float32), "no10": np.zeros(10, np.float32)}
    names = [tensor.name for tensor in part.outputs]
    for index, stride in enumerate((8, 16, 32)):
        nodes += _cells("input.1", stride, "rows")
        nodes += [
            node("Add", [f"cell{stride}", "one"], [f"lifted{stride}"]),
            node("Mul", [f"lifted{stride}", "half"], [f"bright{stride}"]),
            node("Mul", [f"bright{stride}", "twice"], [f"both{stride}"]),
            node("Reshape", [f"both{stride}", "column"], [f"anchors{stride}"]),
            node("Mul", [f"anchors{stride}", "one" if stride == 8 else "no1"], [names[index]]),
            node("Mul", [f"anchors{stride}", "no4"], [f"flat{stride}"]),
            node("Add", [f"flat{stride}", "one"], [names[index + 3]]),
            node("Mul", [f"anchors{stride}", "no10"], [names[index + 6]]),
        ]
    return _save(path, part, nodes, weights, **fixed)


def embedder(path: Path, part: Part, **fixed: Any) -> Path:
    source, target = part.inputs[0].name or "in0", part.outputs[0].name or "out0"
    width = part.outputs[0].shape[1]
    mixed = np.random.default_rng(7).standard_normal((48, width)).astype(np.float32)
    nodes = [
        node("AveragePool", [source], ["thumb"], kernel_shape=[28, 28], strides=[28, 28]),
        node("Flatten", ["thumb"], ["flat"]),
        node("MatMul", ["flat", "mixed"], [target]),
    ]
    return _save(path, part, nodes, {"mixed": mixed}, **fixed)


def depth(path: Path, part: Part, **fixed: Any) -> Path:
    nodes = [node("ReduceMean", ["pixel_values"], ["predicted_depth"], axes=[1], keepdims=0)]
    return _save(path, part, nodes, {}, **fixed)


def inpainter(path: Path, part: Part, **fixed: Any) -> Path:
    nodes = [
        node("Mul", ["image", "full"], ["bytes"]),
        node("Sub", ["one", "mask"], ["kept"]),
        node("Mul", ["bytes", "kept"], ["outside"]),
        node("Mul", ["red", "mask"], ["inside"]),
        node("Add", ["outside", "inside"], ["output"]),
    ]
    red = np.array([200, 10, 20], np.float32).reshape(1, 3, 1, 1)
    return _save(path, part, nodes, {"full": np.float32(255), "one": np.float32(1), "red": red}, **fixed)


def style(path: Path, part: Part, **fixed: Any) -> Path:
    nodes = [node("Sub", ["full", part.inputs[0].name], [part.outputs[0].name])]
    return _save(path, part, nodes, {"full": np.float32(255)}, **fixed)


def refiner(path: Path, part: Part, **fixed: Any) -> Path:
    """The noise as squares of 8 pixels on the picture."""
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    nodes = [
        node("ReduceMean", ["noise"], ["grey"], axes=[1]),
        node("Resize", ["grey", "", "scales"], ["large"], **how),
        node("Mul", ["large", "faint"], ["grain"]),
        node("Add", ["image", "grain"], ["refined"]),
    ]
    weights = {"scales": np.array([1, 1, 8, 8], np.float32), "faint": np.float32(0.1)}
    return _save(path, part, nodes, weights, **fixed)


MAKERS: dict[str, Callable[..., Path]] = {
    "upscaler": upscaler,
    "detector": yunet,
    "embedder": embedder,
    "det_10g": scrfd,
    "w600k_r50": embedder,
    "depth": depth,
    "inpainter": inpainter,
    "refiner": refiner,
}


def make(folder: Path, part: Part, **fixed: Any) -> Path:
    """The graph of a part under a file name of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return MAKERS.get(part.name, style)(folder / f"{part.name}.onnx", part, **fixed)


def vouching(entry: Entry, files: dict[str, Path]) -> Entry:
    """The entry as if its publisher had published these files."""
    parts = tuple(
        dataclasses.replace(part, published=(_as_published(files[part.name]),) if part.name in files else ())
        for part in entry.parts
    )
    return dataclasses.replace(entry, parts=parts)


def _as_published(path: Path) -> Publication:
    return Publication(
        path.name, sha256(path), path.stat().st_size, "the test", f"https://publisher.example/{path.name}"
    )
