"""The pixel room stands alone: in a child without Django, its light parts in a web process without libvips."""

import subprocess
import sys

import pytest

from tests.imaging.conftest import ROOT

FOREIGN = ("django", "dramatiq", "channels", "rest_framework", "redis", "psycopg2")
HEAVY = ("pyvips", "cv2", "onnxruntime", "scipy", "numpy")


def modules_after(importing: str) -> set[str]:
    program = f"import sys\n{importing}\nprint('\\n'.join(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(answer.stdout.split())


def test_nothing_in_the_pixel_room_imports_django() -> None:
    names = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "processing/imaging").rglob("*.py")
        if path.stem != "__init__"
    )
    assert "processing.imaging.ingest" in names
    loaded = modules_after("\n".join(f"import {name}" for name in names))
    assert not {name for name in loaded if name.split(".")[0] in FOREIGN}


@pytest.mark.parametrize("name", ["errors", "sniff", "headers", "catalog", "modelstore"])
def test_what_a_web_process_needs_loads_no_decoder(name: str) -> None:
    loaded = modules_after(f"import processing.imaging.{name}")
    assert not {module for module in loaded if module.startswith(HEAVY) or module == "PIL.Image"}
