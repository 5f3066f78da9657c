"""No encoder may put itself before everything else on the machine."""

import subprocess
import sys

import pytest

ENCODE = """
import os
from PIL import Image
from processing.imaging import renditions
renditions.encode(Image.new("RGB", (300, 200), "red"), "avif")
print(max(os.sched_getscheduler(int(task)) for task in os.listdir("/proc/self/task")), os.sched_getscheduler(0))
"""


def policies() -> str:
    """The policies of a fresh process after one AVIF: 0 is ordinary, 1 is SCHED_FIFO."""
    return subprocess.run([sys.executable, "-c", ENCODE], check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux has these policies by these numbers.")
def test_an_encoder_leaves_its_process_ordinary() -> None:
    assert policies() == "0 0"
