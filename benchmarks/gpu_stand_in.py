"""A network with the tensors and about the cost of a small face embedder, for benchmarks/gpu.py. It knows nobody."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from processing.imaging.catalog import ENTRIES, Publication
from processing.imaging.modelstore import Store, sha256
from processing.upkeep.models.installing import Wish, install_file

CHANNELS = (3, 32, 64, 128, 256)


def install(folder: Path) -> Store:
    """A store whose catalogue vouches for it in the place of SFace; named "stand-in"."""
    path = folder / "stand-in.onnx"
    path.write_bytes(_network().SerializeToString())
    entry = next(entry for entry in ENTRIES if entry.name == "sface")
    publication = Publication(path.name, sha256(path), path.stat().st_size, "made here")
    part = dataclasses.replace(entry.parts[0], published=(publication,))
    store = Store(folder / "models", (dataclasses.replace(entry, parts=(part,), title="a stand-in for SFace"),))
    install_file(store, path, Wish())
    return store


def _network() -> onnx.ModelProto:
    """Four 3 x 3 convolutions that halve the picture and double its channels, a mean, a projection."""
    random = np.random.default_rng(0)
    nodes, weights, flow = [], [], "data"
    for index, (into, out) in enumerate(itertools.pairwise(CHANNELS)):
        kernel = random.normal(0, 0.05, (out, into, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(kernel, f"kernel{index}"))
        nodes.append(helper.make_node("Conv", [flow, f"kernel{index}"], [f"conv{index}"], pads=[1] * 4, strides=[2, 2]))
        nodes.append(helper.make_node("Relu", [f"conv{index}"], [f"relu{index}"]))
        flow = f"relu{index}"
    weights.append(numpy_helper.from_array(random.normal(0, 0.05, (CHANNELS[-1], 128)).astype(np.float32), "mixed"))
    nodes += [
        helper.make_node("GlobalAveragePool", [flow], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("MatMul", ["flat", "mixed"], ["fc1"]),
    ]
    inputs = [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["batch", 3, 112, 112])]
    outputs = [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, ["batch", 128])]
    graph = helper.make_graph(nodes, "stand-in", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
