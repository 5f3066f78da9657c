"""The iris room stands alone: no Django, and training's packages stay in training."""

import subprocess
import sys

from tests.imaging.conftest import ROOT

FOREIGN = {"django", "dramatiq", "channels", "rest_framework", "redis", "psycopg2", "torch", "onnx", "scipy"}


def test_nothing_in_the_iris_room_imports_django_or_torch():
    room = ROOT / "processing" / "imaging" / "iris"
    files = [path.relative_to(ROOT).with_suffix("") for path in sorted(room.rglob("*.py"))]
    names = [".".join(path.parts).removesuffix(".__init__") for path in files]
    assert "processing.imaging.iris.network" in names
    imports = "\n".join(f"import {name}" for name in names)
    program = f"import sys\n{imports}\nprint('\\n'.join(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not {module.split(".")[0] for module in answer.stdout.split()} & FOREIGN
