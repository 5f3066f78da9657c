"""Drawn facades: the same for the same seed, true to their own truth, and different from each other."""

from dataclasses import replace

import numpy as np
import pytest

from processing.imaging.facade.renderer import (
    DOOR,
    OTHER,
    WALL,
    WINDOW,
    camera,
    evaluation,
    house,
    openings,
    ornament,
    render,
)
from processing.imaging.facade.renderer import ground as ground_floor
from processing.imaging.facade.renderer.configuration import CLEAR, FRONTAL, RECTIFIED, STREET
from processing.imaging.facade.renderer.front import Front
from training.facade import dataset

SMALL = [replace(one, height=144, width=192) for one in (STREET, FRONTAL, RECTIFIED, CLEAR)]


@pytest.mark.parametrize("configuration", SMALL, ids=lambda one: one.name)
def test_the_same_seed_draws_the_same_facade_and_another_seed_another(configuration):
    one, again, other = (render(seed, configuration) for seed in (5, 5, 6))
    assert np.array_equal(one.photo, again.photo)
    assert np.array_equal(one.labels, again.labels)
    assert not np.array_equal(one.photo, other.photo)
    assert one.photo.shape == (144, 192, 3)
    assert one.photo.dtype == np.uint8


@pytest.mark.parametrize("seed", range(6))
def test_truth_agrees_with_itself(seed):
    facade = render(seed, SMALL[seed % 4])
    assert set(np.unique(facade.labels)) <= {OTHER, WALL, WINDOW, DOOR}
    assert facade.wall.mean() > 0.03
    assert np.all(facade.labels[facade.windows > 0] == WINDOW)
    assert facade.windows.max() >= 1
    assert facade.shading.shape == facade.labels.shape
    assert 0.3 < facade.shading.mean() < 1.3


def test_nothing_of_the_house_lies_outside_its_outline_in_the_plane():
    for seed in range(4):
        facade = render(seed, SMALL[0])
        rows, columns = np.nonzero(facade.labels != OTHER)
        there = camera.mapped(np.linalg.inv(facade.plane), np.column_stack([columns, rows]).astype(float))
        left, top, right, bottom = facade.box
        near = 0.4
        assert there[:, 0].min() > left - near
        assert there[:, 0].max() < right + near
        assert there[:, 1].min() > top - near
        assert there[:, 1].max() < bottom + near


def test_a_house_seen_straight_on_has_level_storeys_and_a_turned_one_has_not():
    straight = render(3, replace(SMALL[0], name="straight", yaw=(0, 0), pitch=(0, 0), roll=(0, 0)))
    turned = render(3, replace(SMALL[0], name="turned", yaw=(30, 30), pitch=(0, 0), roll=(0, 0)))
    assert abs(straight.plane[2, 0] / straight.plane[2, 2]) < 1e-9
    assert abs(turned.plane[2, 0] / turned.plane[2, 2]) > 1e-3


def test_rectified_photos_may_have_empty_corners_and_they_are_no_wall():
    facade = render(4, replace(SMALL[2], name="wedged", wedges=1.0, exposure=(1, 1), noise=(0, 0), jpeg=(97, 97)))
    assert np.count_nonzero(facade.labels == OTHER) > 0


def test_seeds_of_a_training_stay_below_the_evaluation_s():
    assert dataset.first_seed(7, 1_000_000) + 1_000_000 < evaluation.FIRST_SEED
    with pytest.raises(ValueError, match="0 to 7"):
        dataset.first_seed(8, 10)
    assert not {one.name for one in evaluation.EVALUATION} & {one.name for one in dataset.MIXTURE}


WHOLE = (0.0, 0.0, 12.0, 9.0)
RHYTHM = (3.0, 3.0, 3.0)
STONE = np.array([0.8, 0.7, 0.6], np.float32)


def plain_wall():
    front = Front.blank(12, 9, 20)
    front.box(*WHOLE, np.array([0.6, 0.5, 0.4], np.float32), label=WALL)
    return front


CARVED = {
    "corner stones": lambda random, front: ornament.quoins(random, front, WHOLE, STONE),
    "pilasters": lambda random, front: ornament.columns(random, front, WHOLE, RHYTHM, STONE),
    "a string course": lambda random, front: ornament.moulding(random, front, (0, 12), 4, STONE),
    "brackets": lambda random, front: ornament.brackets(random, front, (0, 12), 1, STONE),
    "rusticated stone": lambda random, front: ornament.bossed(random, front, WHOLE, None),
    "carving": lambda random, front: ornament.relief(random, front, (2, 2, 6, 5), 0.6),
    "a panel": lambda random, front: ornament.panel(random, front, (2, 2, 6, 5), STONE),
    "soot": lambda random, front: [ornament.soiled(random, front, WHOLE) for _ in range(4)],
}


@pytest.mark.parametrize("carved", CARVED.values(), ids=CARVED)
def test_what_is_carved_on_a_wall_is_seen_and_is_wall(carved):
    front = plain_wall()
    carved(np.random.default_rng(4), front)
    assert np.any(front.colours != plain_wall().colours)
    assert np.all(front.labels == WALL)


def test_piers_between_shops_are_wall_and_what_opens_between_them_is_not():
    for seed in range(4):
        random, front = np.random.default_rng(seed), plain_wall()
        style = openings.style(random, STONE)
        ground_floor.floor(random, front, style, (0.0, 3.0, 4), (5.0, 9.0))
        knee = front.labels[int(8.0 * front.scale)]
        piers, middles = ([round((at + 3 * bay) * front.scale) for bay in range(4)] for at in (0.05, 1.5))
        assert np.all(knee[piers] == WALL)
        assert np.all(knee[middles] != WALL)


def test_the_corners_beside_a_gable_are_sky():
    front = plain_wall()
    house._gabled(np.random.default_rng(1), front, WHOLE, 3.0)
    assert front.labels[0, 0] == front.labels[0, -1] == OTHER
    assert front.covered[0, 0] == 0
    assert front.labels[0, front.labels.shape[1] // 2] == WALL
    assert np.all(front.labels[-1] == WALL)


def test_a_roof_that_leans_in_has_sky_to_either_side_and_leaves_the_wall():
    front = plain_wall()
    house._hipped(front, (0.0, 12.0), (0.0, 3.0), 1.0)
    assert front.covered[0, 0] == front.covered[0, -1] == 0
    assert front.covered[0, front.labels.shape[1] // 2] == 1
    assert np.all(front.labels[int(3.1 * front.scale) :] == WALL)


@pytest.mark.parametrize("exposure", [0.05, 1.0, 8.0])
def test_half_of_a_photo_is_neither_black_nor_burnt(exposure):
    taken = [replace(one, name="taken", exposure=(exposure, exposure)) for one in SMALL]
    halves = [np.median(render(seed, taken[seed % 4]).photo) for seed in range(4)]
    assert min(halves) > 20
    assert max(halves) < 235


def test_several_processes_draw_what_one_draws(tmp_path):
    one, two = (dataset.draw(tmp_path / str(workers), 5, 3, workers) for workers in (1, 2))
    assert np.array_equal(one.photos, two.photos)
    assert np.array_equal(one.labels, two.labels)
    assert np.array_equal(one.boxes, two.boxes)
    assert one.photos[2].any()
