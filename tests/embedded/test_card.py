"""The packages that Aureole is built on are installed, and each kind of engine once."""

import importlib
import subprocess
import sys
from importlib import metadata

import pytest

from tests.embedded.conftest import ROOT

CARD = [
    "django",
    "rest_framework",
    "storages",
    "dramatiq",
    "redis",
    "psycopg2",
    "channels",
    "daphne",
    "PIL",
    "pyvips",
    "cv2",
    "onnxruntime",
    "imagehash",
    "insightface",
]


def distributions(word: str) -> list[str]:
    return sorted(
        {found.metadata["Name"].lower() for found in metadata.distributions() if word in found.metadata["Name"].lower()}
    )


@pytest.mark.parametrize("name", CARD)
def test_every_package_of_the_card_can_be_imported(name: str) -> None:
    """In a process of its own: some of them warn, or may not be loaded beside others."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {name}"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


def test_insightface_finds_what_its_face_analysis_needs() -> None:
    words = "from insightface.app import FaceAnalysis; print(FaceAnalysis.__name__)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "FaceAnalysis", done.stderr


def test_there_is_one_opencv_and_it_is_the_headless_one() -> None:
    assert distributions("opencv") == ["opencv-python-headless"]
    assert hasattr(importlib.import_module("cv2"), "CascadeClassifier")


def test_there_is_one_onnxruntime() -> None:
    assert len(distributions("onnxruntime")) == 1
    assert "CPUExecutionProvider" in importlib.import_module("onnxruntime").get_available_providers()
