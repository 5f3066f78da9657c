"""The doctor looks at models and at the GPU that was asked for."""

from pathlib import Path
from typing import Any

import pytest

from processing.imaging.modelstore import Store
from processing.imaging.sessions import Policy
from processing.upkeep import doctor
from processing.upkeep.models.installing import Wish, install_file
from processing.upkeep.models.running import real_provider
from tests.imaging.conftest import TEST_DATA, need

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_network() -> None:
    """In place of the fixture that forbids it: the doctor asks database and Redis."""


def finding(subject: str) -> doctor.Finding:
    return next(found for found in doctor.examine() if found.subject == subject)


def test_a_damaged_model_is_told_but_aureole_works_without_it(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    assert finding("Models").advice == ""
    install_file(Store(settings.MODELS_DIR), need(TEST_DATA / "models/yunet/yunet_n_640_640.onnx"), Wish())
    assert finding("Models").advice == ""
    next((settings.MODELS_DIR / "yunet").iterdir()).write_bytes(b"gone bad")
    found = finding("Models")
    assert "yunet_n_640_640.onnx of YuNet is not the one that was installed" in found.sentence
    assert found.advice
    assert not found.is_needed


def test_a_gpu_that_is_required_and_not_used_makes_the_doctor_fail(settings: Any) -> None:
    settings.AI_FORCE_CPU = True
    assert finding("GPU").advice == ""
    settings.GPU_REQUIRED = True
    found = finding("GPU")
    assert found.sentence == "GPU_REQUIRED is set, but models run on the CPU."
    assert found.is_needed


def test_the_provider_is_found_out_by_making_a_session() -> None:
    assert real_provider(Policy()) == "CPU"
