"""The default engine on rendered eyes: found, outlined, or honestly not found."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processing.imaging.iris import network
from processing.imaging.iris.geometry import draw_mask, ring_iou
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import CLOSED, EVERYDAY, INFRARED, MACRO, NOISE

CLEAR = replace(
    MACRO, name="clear", iris_share=(0.3, 0.6), above=(0.7, 1.3), below=(0.8, 1.3), defocus=(0, 0.015), grey=0.0,
    framed=0.0, cropped=0.0, mirrored_room=(0, 0.15), catch_lights=(0, 2), gaze=(0, 8), lid_shadow=(0, 0.3),
)  # fmt: skip
SMALL = replace(CLEAR, name="small", iris_share=(0.07, 0.09), off_centre=0.6)
GOOD_INFRARED = replace(
    INFRARED, name="good-infrared", above=(0.7, 1.3), below=(0.8, 1.3), defocus=(0, 0.02), gaze=(0, 8)
)


def iou_of(eye):
    found = network.segment(eye.photo)
    return ring_iou(eye.mask, found.mask) if found else 0.0


@pytest.mark.parametrize("seed", range(4))
def test_a_clear_eye_is_found_and_outlined(seed):
    eye = render(seed, CLEAR)
    found = network.segment(eye.photo)
    assert ring_iou(eye.mask, found.mask) >= 0.9
    assert found.engine == network.NAME
    assert 0.4 < found.confidence <= 1
    limbus = eye.geometry.limbus
    assert found.geometry.limbus.cx == pytest.approx(limbus.cx, abs=0.06 * limbus.a)
    assert found.geometry.limbus.radius == pytest.approx(limbus.radius, rel=0.06)
    assert found.geometry.pupil.radius == pytest.approx(eye.geometry.pupil.radius, rel=0.2)


@pytest.mark.parametrize("seed", range(3))
def test_near_infrared_eyes_are_found(seed):
    assert iou_of(render(seed, GOOD_INFRARED)) >= 0.9


@pytest.mark.parametrize("seed", range(3))
def test_a_small_iris_is_looked_at_again_close_up(seed):
    assert iou_of(render(seed, replace(SMALL, height=720, width=960))) >= 0.85


def test_a_grey_photo_is_found_like_a_coloured_one():
    eye = render(1, CLEAR)
    grey = cv2.cvtColor(cv2.cvtColor(eye.photo, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert ring_iou(eye.mask, network.segment(grey).mask) >= 0.85


def test_an_upright_photo_is_found_at_the_same_place_in_more_pixels():
    eye = render(2, CLEAR)
    small, large = network.segment(eye.photo), network.segment(cv2.resize(eye.photo, None, fx=3, fy=3))
    assert large.mask.shape == (3 * eye.photo.shape[0], 3 * eye.photo.shape[1])
    assert ring_iou(small.mask, large.mask[1::3, 1::3]) >= 0.95


def test_a_photo_of_twelve_megapixels_gets_its_mask_in_its_own_pixels():
    eye = render(2, CLEAR)
    large = cv2.resize(eye.photo, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    truth = cv2.resize(eye.mask, (4000, 3000), interpolation=cv2.INTER_NEAREST)
    found = network.segment(large)
    assert ring_iou(truth, found.mask) >= 0.9
    factor = 4000 / eye.photo.shape[1]
    assert found.geometry.limbus.a == pytest.approx(eye.geometry.limbus.a * factor, rel=0.06)


@pytest.mark.parametrize("shape", [(48, 64), (200, 50), (1, 1), (3, 900)])
def test_photos_of_odd_shapes_are_no_trouble(shape):
    photo = np.random.default_rng(1).integers(0, 255, (*shape, 3), np.uint8)
    found = network.segment(photo)
    assert found is None or found.mask.shape == shape


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_has_no_eye(level):
    assert network.segment(np.full((240, 320, 3), level, np.uint8)) is None


def test_noise_and_closed_eyes_are_no_iris():
    found = [network.segment(render(seed, kind).photo) for kind in (NOISE, CLOSED) for seed in range(6)]
    assert sum(one is not None for one in found) <= 1


def test_the_same_photo_gives_the_same_outlines():
    photo = render(3, EVERYDAY).photo
    one, again = network.segment(photo), network.segment(photo)
    assert np.array_equal(one.mask, again.mask)
    assert one.geometry == again.geometry


def test_the_photo_is_not_written_to():
    photo = render(3, CLEAR).photo
    before = photo.copy()
    photo.flags.writeable = False
    assert network.segment(photo)
    assert np.array_equal(photo, before)


def test_lids_that_cut_the_iris_are_reported_and_cut_the_mask():
    eye = render(6, replace(CLEAR, name="narrow", above=(0.55, 0.6), below=(0.7, 0.75), gaze=(0, 0)))
    found = network.segment(eye.photo)
    whole = draw_mask(replace(found.geometry, upper_lid=None, lower_lid=None), *eye.mask.shape)
    assert np.count_nonzero(found.mask) < 0.9 * np.count_nonzero(whole)
    assert found.geometry.upper_lid
    assert found.geometry.lower_lid


def test_the_shipped_weights_are_small_and_run_on_one_thread():
    assert network.WEIGHTS.stat().st_size <= 2_000_000
    assert network.session().get_session_options().intra_op_num_threads == 1
    assert network.session() is network.session()
