"""Who goes over the details at the end: an installed model where it fits, and else the photo's own relief, by name."""

from typing import Any

import numpy as np
import pytest

from processing.imaging import fallbacks
from processing.imaging.catalog import ONE_STEP_DIFFUSION
from processing.imaging.facade import refinement
from processing.imaging.models.pictures import OneStepDiffusion
from processing.imaging.modelstore import ModelProblem, Store, sha256
from processing.imaging.sessions import Sessions
from processing.upkeep.models.installing import Wish, install_file
from processing.upkeep.models.telling import describe
from tests.imaging.facade.drawn import seen
from tests.imaging.models import generated

HEIGHT, WIDTH = 540, 720


@pytest.fixture
def exported(tmp_path: Any) -> Any:
    """A graph as a person might export it: it lays the noise over the picture in squares of 8 pixels."""
    return generated.make(tmp_path / "given", ONE_STEP_DIFFUSION.parts[0])


@pytest.fixture
def sessions(tmp_path: Any, exported: Any, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    store = Store(tmp_path / "models")
    install_file(store, exported, Wish(ONE_STEP_DIFFUSION, trusted=sha256(exported)))
    found = Sessions(store)
    monkeypatch.setattr(refinement, "sessions_of", lambda request: found)
    return found


@pytest.fixture
def wall() -> np.ndarray:
    return seen(0, 0, 1, size=(HEIGHT, WIDTH)).wall


def gone_over(wall: np.ndarray, seed: int = 1) -> tuple[np.ndarray, str]:
    made = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    return refinement.refined(made, made, wall, {"models": {"root": ""}, "refinement_seed": seed})


@pytest.mark.usefixtures("sessions")
def test_an_installed_model_takes_over_and_is_named(wall: np.ndarray) -> None:
    picture, engine = gone_over(wall)
    assert engine.startswith("one-step-diffusion@")
    differs = (picture != 120).any(axis=2)
    assert not differs[wall == 0].any()
    assert differs[wall == 1].mean() > 0.9
    assert abs(float(picture[wall == 1].mean()) - 120) < 0.5


@pytest.mark.usefixtures("sessions")
def test_the_seed_draws_its_noise(wall: np.ndarray) -> None:
    one, same, other = (gone_over(wall, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_pieces_fade_into_each_other() -> None:
    """Stripes in each piece, light where the other has dark ones: no column shows where a piece begins."""
    stripes = np.where(np.arange(WIDTH) % 2, 20, -20)
    signs = iter((1, -1, 1, -1))

    def model(piece: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return np.asarray(piece + next(signs) * stripes[None, : refinement.SIDE, None], np.uint8)

    made = np.full((refinement.SIDE, WIDTH, 3), 120, np.uint8)
    found = refinement.gone_over(model, made, np.ones((refinement.SIDE, WIDTH), np.float32), 1)
    swing = (found[256, :, 0].astype(int) - 120) * np.sign(stripes)
    assert swing[50] > 15
    assert swing[-50] < -15
    assert np.abs(np.diff(swing))[5:-5].max() <= 2


def test_colour_and_light_stay_as_they_were_laid() -> None:
    """A model that makes everything lighter and bluer changes nothing; one that draws stripes does."""

    def lighter(piece: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return np.asarray(piece + np.array([20, 20, 60], np.uint8), np.uint8)

    def striped(piece: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return np.asarray(piece + 20 * (np.arange(refinement.SIDE) % 2)[None, :, None], np.uint8)

    made = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    whole = np.ones((HEIGHT, WIDTH), np.float32)
    assert np.array_equal(refinement.gone_over(lighter, made, whole, 1), made)
    assert not np.array_equal(refinement.gone_over(striped, made, whole, 1), made)


def test_without_one_the_photos_own_relief_comes_back(wall: np.ndarray, tmp_path: Any) -> None:
    made = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    for request in ({}, {"models": {"root": str(tmp_path)}}):
        assert refinement.refined(made, made, wall, request)[1] == "edge-aware-detail-1"


@pytest.mark.usefixtures("sessions")
def test_one_that_does_not_fit_into_memory_is_noted_and_stood_in_for(
    wall: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: Any) -> Any:
        raise MemoryError("it does not fit")

    fallbacks.take()
    monkeypatch.setattr(OneStepDiffusion, "__call__", too_large)
    assert gone_over(wall)[1] == "edge-aware-detail-1"
    assert fallbacks.take() == [("one-step-diffusion", "out_of_memory", 1)]


@pytest.mark.usefixtures("sessions")
def test_small_pictures_and_pictures_without_a_wall_are_no_trouble() -> None:
    made = np.full((210, 300, 3), 90, np.uint8)
    share = np.zeros((210, 300), np.float32)
    request: dict[str, Any] = {"models": {"root": ""}}
    assert np.array_equal(refinement.refined(made, made, share, request)[0], made)
    share[50:150, 100:200] = 1
    changed = refinement.refined(made, made, share, request)[0] != made
    assert changed[50:150, 100:200].any()
    assert changed.any(axis=2).sum() == changed[50:150, 100:200].any(axis=2).sum()


def test_whoever_installs_it_states_its_hash(tmp_path: Any, exported: Any) -> None:
    store = Store(tmp_path / "others")
    told = " ".join(describe(store, ONE_STEP_DIFFUSION))
    assert "manage.py models install FILE --as one-step-diffusion --trust-hash SHA256" in told
    with pytest.raises(ModelProblem, match="--trust-hash"):
        install_file(store, exported, Wish(ONE_STEP_DIFFUSION))
    assert not store.is_usable(ONE_STEP_DIFFUSION)
