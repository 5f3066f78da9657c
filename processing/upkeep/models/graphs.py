"""Looks into an ONNX file without running it, and once with running it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx.external_data_helper import uses_external_data

from processing.imaging.catalog import Part, Tensor
from processing.imaging.modelstore import ModelProblem

_TYPES: Final[dict[int, str]] = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.FLOAT16: "float16",
    onnx.TensorProto.UINT8: "uint8",
    onnx.TensorProto.INT64: "int64",
}
_SIDE: Final = 64


def tensors(path: Path) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Inputs and outputs of the graph. Raises ModelProblem for what is no complete ONNX file."""
    try:
        model = onnx.load(str(path), load_external_data=False)
    except (DecodeError, ValueError, OSError) as error:
        raise ModelProblem(f"{path.name} is not an ONNX file.") from error
    if not model.graph.node:
        raise ModelProblem(f"{path.name} is not an ONNX file.")
    if any(uses_external_data(tensor) for tensor in _weights(model.graph)):
        raise ModelProblem(f"{path.name} keeps its weights in other files, which is not taken.")
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    return tuple(map(_tensor, inputs)), tuple(map(_tensor, model.graph.output))


def probe(path: Path, part: Part) -> None:
    """Run it once on a small grey picture: what comes out must be as large as the part says. Raises ModelProblem."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        feeds = {one.name: np.full(_lengths(one.shape), 0.5, np.float32) for one in session.get_inputs()}
        found = session.run(None, feeds)
    except Exception as error:
        raise ModelProblem(f"{path.name} does not run: {str(error).splitlines()[0][:200]}") from error
    given = next(iter(feeds.values())).shape
    wanted = tuple(length * part.enlarges for length in given[-2:])
    if found[0].ndim >= 2 and found[0].shape[-2:] != wanted:
        raise ModelProblem(f"{path.name} makes {found[0].shape[-2:]} of {given[-2:]}, not {wanted}.")


def _lengths(shape: list[Any]) -> tuple[int, ...]:
    first, *rest = (length if isinstance(length, int) else None for length in shape)
    return (first or 1, *(length or _SIDE for length in rest))


def _tensor(value: onnx.ValueInfoProto) -> Tensor:
    kind = value.type.tensor_type
    lengths = tuple(
        one.dim_value if one.HasField("dim_value") and one.dim_value > 0 else None for one in kind.shape.dim
    )
    return Tensor(value.name, lengths, _TYPES.get(kind.elem_type, f"type {kind.elem_type}"))


def _weights(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                if inner.node or inner.initializer:
                    yield from _weights(inner)
