"""The classical engine on rendered eyes: circles on the edges, or an honest no."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processing.imaging.iris import classical, engines
from processing.imaging.iris.geometry import ring_iou
from processing.imaging.iris.renderer import render
from tests.imaging.iris.test_pipeline import CLEAR

PLAIN = replace(CLEAR, name="plain", catch_lights=(0, 1), melanin=(0.2, 0.7), pupil_ratio=(0.25, 0.5), above=(0.9, 1.3))


def test_clear_eyes_are_found_and_outlined():
    ious = []
    for seed in range(6):
        eye = render(seed, PLAIN)
        found = classical.segment(eye.photo)
        ious.append(ring_iou(eye.mask, found.mask) if found else 0.0)
    assert np.median(ious) >= 0.85
    assert sum(iou < 0.5 for iou in ious) <= 1


def test_it_is_the_network_s_cross_check():
    found = engines.find_iris(render(1, PLAIN).photo)
    assert found.checked_by == engines.Name.CLASSICAL
    assert found.agreement >= engines.DISAGREE_BELOW
    assert not found.disputed


def test_it_can_be_asked_by_name_and_says_who_it_is():
    found = engines.find_iris(render(1, PLAIN).photo, "classical", check=False)
    assert found.segmentation.engine == classical.NAME
    assert 0 <= found.segmentation.confidence <= 1


def test_a_large_photo_has_its_outlines_at_the_same_place():
    eye = render(2, PLAIN)
    small, large = (classical.segment(photo) for photo in (eye.photo, cv2.resize(eye.photo, None, fx=3, fy=3)))
    assert large.geometry.limbus.radius == pytest.approx(3 * small.geometry.limbus.radius, rel=0.05)
    assert large.mask.shape == (3 * eye.photo.shape[0], 3 * eye.photo.shape[1])


@pytest.mark.parametrize("shape", [(48, 64), (200, 50), (1, 1), (3, 900), (300, 300)])
def test_photos_of_odd_shapes_are_no_trouble(shape):
    photo = np.random.default_rng(1).integers(0, 255, (*shape, 3), np.uint8)
    found = classical.segment(photo)
    assert found is None or found.mask.shape == shape


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_has_no_eye(level):
    assert classical.segment(np.full((240, 320, 3), level, np.uint8)) is None


@pytest.mark.parametrize("centre", [(2.0, 3.0), (317.0, 100.0), (160.0, 236.0)])
def test_what_lies_beyond_the_picture_is_its_rim_and_never_what_was_in_memory(centre):
    for _ in range(5):
        dirt = np.full((360, 400), np.inf, np.float32)
        del dirt
        profiles = classical._profiles(np.full((240, 320), 90.0, np.float32), *centre)
        assert np.allclose(profiles, 90.0)


def test_a_circle_beside_the_pupil_is_no_pupil_however_dark_it_is():
    """Its edge is that of the pupil on one side only; such a circle once won on a near-infrared eye."""
    eye = np.full((300, 420), 200, np.float32)
    cv2.circle(eye, (210, 150), 69, (95.0,), -1, cv2.LINE_AA)
    cv2.circle(eye, (210, 150), 28, (20.0,), -1, cv2.LINE_AA)
    eye = cv2.GaussianBlur(eye, (0, 0), 1.2)
    assert classical._paired(eye, 210.0, 150.0).pupil == pytest.approx(28, abs=2)
    assert classical._paired(eye, 190.0, 150.0).pupil > 20
