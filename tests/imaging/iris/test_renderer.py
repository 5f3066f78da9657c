"""Rendered eyes: the same for the same seed, true to their own truth, and different from each other."""

from dataclasses import replace

import numpy as np
import pytest

from processing.imaging.iris.geometry import draw_mask, ring_iou
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import (
    CLOSED,
    EVERYDAY,
    FACE,
    INFRARED,
    MACRO,
    NOISE,
    OBJECT,
    PHONE,
)
from processing.imaging.iris.renderer.evaluation import EVALUATION, FIRST_SEED, NEGATIVE_EVALUATION, PHONE_EVALUATION

EYES = [EVERYDAY, MACRO, INFRARED, PHONE]
NEGATIVES = [CLOSED, FACE, OBJECT, NOISE]


def named(configuration):
    return configuration.name


@pytest.mark.parametrize("configuration", [*EYES, *NEGATIVES], ids=named)
def test_the_same_seed_gives_the_same_picture_and_another_seed_another(configuration):
    one, again, other = render(5, configuration), render(5, configuration), render(6, configuration)
    assert np.array_equal(one.photo, again.photo)
    assert np.array_equal(one.mask, again.mask)
    assert one.geometry == again.geometry
    assert not np.array_equal(one.photo, other.photo)


@pytest.mark.parametrize("configuration", EYES, ids=named)
def test_a_rendered_eye_is_a_photo_with_its_mask_and_outlines(configuration):
    eye = render(1, replace(configuration, height=200, width=260))
    assert eye.photo.shape == (200, 260, 3)
    assert eye.photo.dtype == eye.mask.dtype == np.uint8
    assert set(np.unique(eye.mask)) <= {0, 128, 255}
    assert np.count_nonzero(eye.mask == 255) > 100
    assert ring_iou(eye.mask, draw_mask(eye.geometry, 200, 260)) > 0.97


@pytest.mark.parametrize("configuration", NEGATIVES, ids=named)
def test_a_picture_without_an_iris_has_an_empty_truth(configuration):
    picture = render(2, configuration)
    assert picture.geometry is None
    assert not picture.mask.any()


def test_irises_are_of_every_size_asked_for():
    shares = [2 * render(seed, replace(EVERYDAY, height=90, width=120)).geometry.limbus.a / 120 for seed in range(40)]
    assert min(shares) < 0.16
    assert max(shares) > 0.45
    assert all(0.099 < share < 0.61 for share in shares)


def test_near_infrared_is_grey_and_bright_eyed_people_look_like_everybody():
    eye = render(3, INFRARED)
    assert np.ptp(eye.photo.astype(int), axis=2).max() <= 12
    assert eye.photo[eye.mask == 255].mean() > eye.photo[eye.mask == 128].mean()


def test_a_phone_s_dark_eyes_hardly_differ_from_their_pupils():
    gaps = []
    for seed in range(8):
        eye = render(seed, replace(PHONE, mirrored_room=(0, 0), catch_lights=(0, 0)))
        gaps.append(eye.photo[eye.mask == 255].mean() - eye.photo[eye.mask == 128].mean())
    assert np.mean(gaps) < 30


def test_lids_cut_the_iris_and_an_open_eye_shows_it_whole():
    wide = render(4, replace(EVERYDAY, above=(1.5, 1.5), below=(1.5, 1.5), gaze=(0, 0)))
    narrow = render(4, replace(EVERYDAY, above=(0.3, 0.3), below=(0.4, 0.4), gaze=(0, 0)))

    def seen(eye):
        return np.count_nonzero(eye.mask) / eye.geometry.limbus.area

    assert seen(wide) > 0.97
    assert seen(narrow) < 0.6


def test_the_evaluation_s_eyes_are_no_training_eyes():
    theirs = {EVALUATION.name, PHONE_EVALUATION.name, *(one.name for one in NEGATIVE_EVALUATION)}
    assert not theirs & {one.name for one in [*EYES, *NEGATIVES]}
    assert FIRST_SEED > 8_000_000
