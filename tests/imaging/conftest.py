"""Pixels need no database: only where the real and the hostile files lie, and a folder to work in."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA") or ROOT.parent / "shared" / "data")


def files_of(folder: str, *endings: str) -> list[Path]:
    """The test data's files; without the data one entry remains, whose test says what is missing."""
    found = sorted(path for path in (TEST_DATA / folder).glob("*") if path.suffix in endings or not endings)
    return found or [TEST_DATA / folder / "test-data-not-here"]


def need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path} is not here: set AUREOLE_TEST_DATA to the folder that holds photos/ and bad/.")
    return path


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], Path]:
    """Bytes as a file called "original", the way the engine hands it to the sandbox."""

    def store(data: bytes) -> Path:
        path = tmp_path / "original"
        path.write_bytes(data)
        return path

    return store


@pytest.fixture
def ingested(stored: Callable[[bytes], Path]) -> Callable[..., dict[str, Any]]:
    from processing.imaging import ingest

    def run(data: bytes, **request: Any) -> dict[str, Any]:
        path = stored(data)
        return ingest.run(path.parent, {"source": path.name, "wanted": None, **request}, lambda step, fraction: None)

    return run
