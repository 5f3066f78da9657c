"""What the network learns from: only rendered eyes, none of the evaluation's, seen many ways. PyTorch is not needed."""

import numpy as np
import pytest

from processing.imaging.iris.network import INPUT_SIZE
from processing.imaging.iris.renderer.evaluation import EVALUATION, FIRST_SEED, NEGATIVE_EVALUATION, PHONE_EVALUATION
from training.iris import dataset, views


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return dataset.load(dataset.render_part(tmp_path_factory.mktemp("pictures"), part=1, parts=2, seed=7, count=24))


def test_the_mixture_has_a_hundred_parts_and_none_of_the_evaluation_s():
    configurations = dataset.configurations()
    assert len(configurations) == 100
    theirs = {one.name for one in (EVALUATION, PHONE_EVALUATION, *NEGATIVE_EVALUATION)}
    assert not theirs & {one.name for one in configurations}


def test_seeds_of_a_training_stay_below_the_evaluation_s():
    assert dataset.first_seed(7, 1_000_000) + 1_000_000 < FIRST_SEED
    with pytest.raises(ValueError, match="0 to 7"):
        dataset.first_seed(9, 6000)


def test_pictures_are_rendered_once_and_read_again(pictures, tmp_path):
    path = dataset.render_part(tmp_path, part=0, parts=2, seed=7, count=4)
    before = path.with_suffix(".photos.npy").stat().st_mtime_ns
    assert dataset.render_part(tmp_path, part=0, parts=2, seed=7, count=4) == path
    assert path.with_suffix(".photos.npy").stat().st_mtime_ns == before
    assert pictures.photos.shape == (12, dataset.HEIGHT, dataset.WIDTH, 3)


def test_views_are_what_the_network_takes_and_the_same_for_the_same_seed(pictures):
    for row in range(12):
        seen, labels = views.view(np.random.default_rng(row), pictures, row)
        again, _ = views.view(np.random.default_rng(row), pictures, row)
        assert seen.shape == (INPUT_SIZE, INPUT_SIZE, 3)
        assert seen.dtype == np.uint8
        assert set(np.unique(labels)) <= {0, 1, 2}
        assert np.array_equal(seen, again)


def test_close_ups_show_the_iris_large(pictures):
    shown = []
    for row in np.flatnonzero(pictures.boxes[:, 2]):
        for seed in range(6):
            _, labels = views.view(np.random.default_rng([seed, row]), pictures, int(row))
            shown.append(np.mean(labels > 0))
    assert max(shown) > 0.15
    assert min(shown) < 0.06
