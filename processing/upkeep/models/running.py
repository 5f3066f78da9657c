"""Where models really run on this machine."""

import tempfile
from pathlib import Path
from typing import Final

import onnx
from onnx import TensorProto, helper

from processing.imaging.sessions import Policy, load_session, provider_of

_OPSET: Final = 17
_IR: Final = 8


def real_provider(policy: Policy) -> str:
    """ "CUDA" or "CPU": what a session made under this policy runs on, found out by making one."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("given", "taken")]
    graph = helper.make_graph([helper.make_node("Identity", ["given"], ["taken"])], "nothing", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nothing.onnx"
        onnx.save(model, str(path))
        return provider_of(load_session(path, policy))
