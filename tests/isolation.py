"""Every test process has a data folder, a Redis prefix and (by pytest-django) a database of its own.

A plugin rather than a conftest: the environment must stand before the settings are read.
"""

import os
import shutil
import tempfile
import uuid
from pathlib import Path

_FOLDER = Path(tempfile.mkdtemp(prefix="aureole-pytest-"))
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ |= {
    "AUREOLE_TESTING": "1",
    "DATA_DIR": str(_FOLDER),
    "REDIS_PREFIX": f"test-{uuid.uuid4().hex[:8]}-{_WORKER}",
    "SECRET_KEY": "only-for-tests",
    # A machine that stands still for half a minute shall not look like a worker that died.
    "JOB_LEASE_SECONDS": "120",
}
os.environ.setdefault("AUREOLE_TEST_DATA", str(Path(__file__).resolve().parent.parent.parent / "shared" / "data"))


def pytest_unconfigure() -> None:
    shutil.rmtree(_FOLDER, ignore_errors=True)
