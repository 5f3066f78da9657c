"""Styles that a network learnt: by the names people use, blended like the others, and missing aloud."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processing.imaging.depth.scenes import scene
from processing.imaging.modelstore import ModelMissing, Store
from processing.imaging.painterly import learnt, names
from processing.imaging.painterly.painting import painted
from processing.imaging.sessions import Sessions
from processing.upkeep.models.installing import Wish, install_file
from tests.imaging.conftest import TEST_DATA
from tests.imaging.models.conftest import entry_files, installed, no_network  # noqa: F401 - fixtures

MODELS: dict[str, Any] = {"models": {"root": "/nowhere"}}


@pytest.fixture
def styled(installed: Any, monkeypatch: pytest.MonkeyPatch) -> Sessions:  # noqa: F811
    """Two generated styles: each shows the negative."""
    sessions: Sessions = installed("fast-neural-style", "candy", "la-muse-720")[0]
    monkeypatch.setattr(learnt, "sessions_of", lambda request: sessions)
    return sessions


def test_installed_styles_have_the_names_people_use(styled: Sessions) -> None:
    assert names.installed(styled.store) == {"candy": "candy", "la_muse": "la-muse-720"}
    assert {"mosaic", "udnie"} <= set(names.known(styled.store))


@pytest.mark.parametrize("style", ["candy", "la_muse", "la-muse-720"])
@pytest.mark.usefixtures("styled")
def test_a_network_paints_and_strength_blends(style: str) -> None:
    photo = scene(3, 120, 160).photo
    engine, painter = learnt.painter_of(style, MODELS)
    assert engine.startswith("fast-neural-style@")
    made = [painted(photo, painter, strength, 42) for strength in (0, 0.25, 0.5, 0.75, 1)]
    assert np.array_equal(made[0], photo)
    assert np.abs(made[4].astype(int) - (255 - photo.astype(int))).mean() < 30
    apart = [float(np.abs(picture.astype(int) - photo).mean()) for picture in made]
    assert apart == sorted(set(apart))
    assert painted(photo, painter, 0.5, 42).tobytes() == made[2].tobytes()
    assert painted(photo, painter, 0.5, 43).tobytes() != made[2].tobytes()


@pytest.mark.usefixtures("styled")
def test_a_missing_style_says_how_to_get_it() -> None:
    with pytest.raises(ModelMissing, match="models install fast-neural-style/udnie"):
        learnt.painter_of("udnie", MODELS)
    with pytest.raises(ValueError, match="no style"):
        learnt.painter_of("fresco", MODELS)


@pytest.mark.parametrize("name", ["candy", "mosaic", "udnie", "la_muse"])
def test_the_real_ones_paint(name: str, tmp_path: Path) -> None:
    file = TEST_DATA / "models" / "style" / f"{name}.onnx"
    if not file.exists():
        pytest.skip(f"{file} is not here (set AUREOLE_TEST_DATA).")
    store = Store(tmp_path / "models")
    install_file(store, file, Wish())
    photo = scene(3, 240, 320).photo
    request = {"models": {"root": str(store.root)}}
    _, painter = learnt.painter_of(name, request)
    made = painted(photo, painter, 1, 42)
    assert made.shape == photo.shape
    assert np.abs(made.astype(int) - photo).mean() > 10
