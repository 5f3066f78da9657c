"""Nearness by where things stand: better than height in the picture, on places of which it is known."""

import cv2
import numpy as np
import pytest

from processing.imaging.depth import cues, regions
from processing.imaging.depth.guided import along_edges
from processing.imaging.depth.horizon import horizon
from processing.imaging.depth.scenes import scene

SEEDS = range(500, 510)


def disagreement(found: np.ndarray, true: np.ndarray) -> float:
    """The share of pairs of places put in the wrong order (WHDR, Bell, Bala & Snavely 2014); a tie counts half."""
    random = np.random.default_rng(0)
    rows, columns = (random.integers(0, side, (2, 3000)) for side in true.shape)
    wanted, said = (field[rows[0], columns[0]] - field[rows[1], columns[1]] for field in (true, found))
    told = np.abs(wanted) > 0.03
    return float(np.where(said[told] == 0, 0.5, np.sign(said[told]) != np.sign(wanted[told])).mean())


def test_things_are_as_near_as_the_ground_they_stand_on() -> None:
    by_cues, by_height = [], []
    for seed in SEEDS:
        one = scene(seed)
        by_cues.append(disagreement(cues.nearness(one.photo), one.nearness))
        height = np.linspace(0, 1, one.nearness.shape[0])[:, None] * np.ones((1, one.nearness.shape[1]))
        by_height.append(disagreement(height, one.nearness))
    assert np.mean(by_cues) < 0.5 * np.mean(by_height)
    assert np.mean(by_cues) < 0.05


def test_the_horizon_is_where_lines_that_lead_away_meet() -> None:
    missed = []
    for seed in SEEDS:
        one = scene(seed)
        level = float((one.nearness.min(axis=1) > 0).argmax()) / one.nearness.shape[0]
        missed.append(abs(horizon(cv2.cvtColor(one.photo, cv2.COLOR_RGB2GRAY)) - level))
    assert np.median(missed) < 0.02


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 3), (40, 30)])
def test_any_picture_has_nearness(shape: tuple[int, int]) -> None:
    for value in (0, 128, 255):
        near = cues.nearness(np.full((*shape, 3), value, np.uint8))
        assert near.shape == shape
        assert near.dtype == np.float32
        assert np.isfinite(near).all()
        assert 0 <= near.min() <= near.max() <= 1
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert np.array_equal(cues.nearness(noise), cues.nearness(noise)), "the same photo gives the same layers"


def test_regions_keep_to_edges_and_know_their_neighbours() -> None:
    picture = np.zeros((96, 96, 3), np.uint8)
    picture[:, 50:] = (200, 60, 60)
    found = regions.waterpixels(picture)
    left, right = set(np.unique(found.labels[:, :46])), set(np.unique(found.labels[:, 54:]))
    assert not left & right
    ways = found.neighbours()
    assert (ways != ways.T).nnz == 0
    across = [ways[one, other] for one in left for other in right if ways[one, other]]
    within = [ways[one, other] for one in left for other in left if ways[one, other]]
    assert min(across) > 10 * max(within)


def test_a_rough_map_follows_the_edges_of_its_picture() -> None:
    guide = np.zeros((60, 60), np.float32)
    guide[:, 30:] = 1
    rough = cv2.GaussianBlur(guide, (0, 0), 4)
    fine = along_edges(rough, guide, 8)
    jump = float((fine[:, 30] - fine[:, 29]).mean())
    assert jump > 4 * float((rough[:, 30] - rough[:, 29]).mean())
    assert jump > 0.4
