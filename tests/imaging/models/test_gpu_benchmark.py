"""The benchmark says what it could not measure."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.imaging.conftest import ROOT


def test_without_a_gpu_the_benchmark_says_not_measured(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "benchmarks/gpu.py", "--models", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
        check=True,
    )
    first, said, line = answer.stdout.strip().splitlines()
    assert first == "provider CPU"
    assert said == "not measured: no GPU runs here"
    assert json.loads(line)["value"] == "not measured"
    assert json.loads(line)["holds"] is None
