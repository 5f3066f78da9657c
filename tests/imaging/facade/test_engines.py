"""Who finds the wall: the network of ours, the classical way when it cannot run, and both on awkward pictures."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processing.imaging import fallbacks
from processing.imaging.facade.renderer import evaluation, render
from processing.imaging.facade.renderer.configuration import CLEAR
from processing.imaging.facade.wall import classical, engines, network

PLAIN = replace(CLEAR, name="plain-test", height=288, width=384, neighbours=0.0, occluders=(0, 0))


def iou(found, truth):
    return np.count_nonzero(found & truth) / max(np.count_nonzero(found | truth), 1)


def test_the_classical_engine_beats_everything_is_wall_on_a_clear_facade_and_sees_its_windows():
    scores, leaks = [], []
    for seed in range(4):
        facade = render(seed, PLAIN)
        mask = engines.wall_mask(facade.photo, "classical")
        assert mask.engine == classical.NAME
        scores.append(iou(mask.share > 0.5, facade.wall) - facade.wall.mean())
        leaks.append(np.mean(mask.share[facade.windows > 0] > 0.5))
    assert np.mean(scores) > 0.08
    assert np.mean(leaks) < 0.6


@pytest.mark.parametrize("engine", engines.Name)
@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (200, 50), (47, 61)])
def test_photos_of_odd_shapes_are_no_trouble(engine, shape):
    photo = np.random.default_rng(1).integers(0, 255, (*shape, 3), np.uint8)
    share = engines.wall_mask(photo, engine).share
    assert share.shape == shape
    assert share.dtype == np.float32
    assert 0 <= share.min() <= share.max() <= 1


@pytest.mark.parametrize("engine", engines.Name)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_plain_pictures_are_answered(engine, level):
    share = engines.wall_mask(np.full((60, 80, 3), level, np.uint8), engine).share
    assert np.isfinite(share).all()


@pytest.mark.parametrize("engine", engines.Name)
def test_the_same_photo_gives_the_same_mask_and_is_not_written_to(engine):
    photo = render(2, PLAIN).photo
    photo.flags.writeable = False
    one, again = (engines.wall_mask(photo, engine) for _ in range(2))
    assert np.array_equal(one.share, again.share)


def test_an_engine_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="magic"):
        engines.wall_mask(np.zeros((9, 9, 3), np.uint8), "magic")


def test_without_its_weights_the_classical_engine_stands_in_and_says_so(monkeypatch):
    def missing():
        raise FileNotFoundError

    monkeypatch.setattr(network, "session", missing)
    fallbacks.take()
    mask = engines.wall_mask(render(1, PLAIN).photo, "network")
    assert mask.engine == classical.NAME
    assert fallbacks.take() == [("wall-network", "not_usable", 1)]


def test_the_shipped_weights_are_small_and_run_on_one_thread():
    assert network.WEIGHTS.stat().st_size <= 2_000_000
    assert network.session().get_session_options().intra_op_num_threads == 1


def test_a_grey_photo_is_answered_like_a_coloured_one():
    facade = render(1, PLAIN)
    grey = cv2.cvtColor(cv2.cvtColor(facade.photo, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    coloured, plain = (engines.wall_mask(one, "network").share > 0.5 for one in (facade.photo, grey))
    assert iou(coloured, plain) > 0.9


def test_the_network_finds_the_walls_of_facades_it_never_saw_and_leaves_their_windows():
    scores, leaks, spilt = [], [], []
    for facade in evaluation.facades(6, (replace(PLAIN, name="never-seen"),)):
        found = engines.wall_mask(facade.photo, engines.DEFAULT)
        assert found.engine == network.NAME
        wall = found.share > 0.5
        scores.append(iou(wall, facade.wall))
        leaks.append(wall[facade.windows > 0].mean())
        spilt += [wall[facade.windows == one].mean() for one in np.unique(facade.windows)[1:]]
    assert np.mean(scores) >= 0.9
    assert np.mean(leaks) <= 0.01
    assert max(spilt) <= 0.1


def test_walls_of_photos_taken_from_the_side_are_found_before_they_are_rectified():
    turned = replace(PLAIN, name="turned", yaw=(25, 30), pitch=(4, 8))
    scores = [
        iou(engines.wall_mask(one.photo).share > 0.5, one.wall) for one in (render(seed, turned) for seed in range(4))
    ]
    assert np.mean(scores) >= 0.85


@pytest.mark.parametrize(
    ("house", "opening", "is_wall"),
    [(0.9, 0.02, True), (0.9, 0.2, False), (0.45, 0.02, False)],
    ids=["surely house", "perhaps a window", "perhaps the neighbour"],
)
def test_what_may_be_a_window_or_a_neighbour_is_left_as_it_is(monkeypatch, house, opening, is_wall):
    shares = tuple(np.full((40, 60), share, np.float32) for share in (house, opening))
    monkeypatch.setattr(network, "looked", lambda photo: shares)
    found = network.find(np.full((40, 60, 3), 120, np.uint8))
    assert np.all((found > 0.5) == is_wall)
    assert np.all((found == 1) == is_wall)
