"""Two pictures become one: against OpenCV where it has an answer, and against plain expectations where not."""

import cv2
import numpy as np
import pytest

from processing.imaging.fusion import poisson, pyramid
from processing.imaging.fusion.blend import Mode, blend, feathered
from tests.imaging.fusion.eyes import ellipse, scene

FLAGS = {True: cv2.MIXED_CLONE, False: cv2.NORMAL_CLONE}


def by_opencv(base, over, mask, mixed):
    left, top, width, height = cv2.boundingRect(mask)
    return cv2.seamlessClone(over, base, mask.copy(), (left + width // 2, top + height // 2), FLAGS[mixed])


@pytest.mark.parametrize("mixed", [True, False])
@pytest.mark.parametrize("seed", [1, 5, 9])
def test_poisson_is_opencvs_within_a_grey_level(mixed, seed):
    base, over, mask = scene(seed), scene(seed + 1), ellipse()
    ours, theirs = poisson.cloned(base, over, mask, mixed), by_opencv(base, over, mask, mixed)
    inside = mask > 0
    assert np.abs(ours.astype(int) - theirs)[inside].mean() <= 1
    # It did clone: the base is elsewhere.
    assert np.abs(base.astype(int) - theirs)[inside].mean() > 3


@pytest.mark.parametrize("mixed", [True, False])
def test_poisson_changes_nothing_outside_that_opencv_leaves(mixed):
    base, over, mask = scene(3), scene(4), ellipse()
    ours, theirs = poisson.cloned(base, over, mask, mixed), by_opencv(base, over, mask, mixed)
    changed, changed_there = (ours != base).any(axis=2), (theirs != base).any(axis=2)
    assert not (changed & ~changed_there & (mask == 0)).any()


def test_poisson_takes_the_light_of_the_place():
    base = np.full((80, 80, 3), 200, np.uint8)
    over = scene(7, 80, 80) // 4
    mask = np.zeros((80, 80), np.uint8)
    mask[20:60, 20:60] = 255
    result = poisson.cloned(base, over, mask, mixed=False)
    assert abs(result[22:58, 22:58].mean() - 200) < 25
    assert over.mean() < 60


@pytest.mark.parametrize("box", [(0, 0), (40, 3), (5, 60)])
def test_a_mask_too_thin_is_blended_by_its_alpha_and_says_so(box):
    base, over, mask = scene(1), scene(2), np.zeros((180, 220), np.uint8)
    mask[30 : 30 + max(box[0], 1), 30 : 30 + max(box[1], 1)] = 255
    found = blend(base, over, mask, Mode.POISSON)
    assert found.mode is Mode.ALPHA
    assert "thin" in found.reason


@pytest.mark.parametrize("mode", list(Mode))
def test_an_empty_mask_leaves_the_base(mode):
    base = scene(1)
    assert np.array_equal(blend(base, scene(2), np.zeros((180, 220), np.uint8), mode).pixels, base)


@pytest.mark.parametrize("mode", [Mode.MULTIBAND, Mode.ALPHA, Mode.FEATHER])
def test_a_full_mask_gives_the_other_picture(mode):
    over = scene(2)
    found = blend(scene(1), over, np.full((180, 220), 255, np.uint8), mode)
    assert np.abs(found.pixels.astype(int) - over).max() <= 1
    assert found.mode is mode


@pytest.mark.parametrize("mode", list(Mode))
def test_a_picture_blended_with_itself_stays(mode):
    base = scene(1)
    assert np.abs(blend(base, base, ellipse(), mode).pixels.astype(int) - base).max() <= 1


def test_bands_add_up_to_the_picture():
    picture = scene(4)
    for levels in (1, 2, 4):
        whole = pyramid.multiband(picture, picture, np.zeros(picture.shape[:2], np.float32), levels)
        assert np.abs(whole.astype(int) - picture).max() <= 1


def test_coarse_tones_mix_wider_than_fine_ones():
    dark, light = np.full((128, 256, 3), 40, np.uint8), np.full((128, 256, 3), 200, np.uint8)
    weight = np.zeros((128, 256), np.float32)
    weight[:, 128:] = 1
    row = pyramid.multiband(dark, light, weight)[64, :, 0].astype(int)
    assert (np.diff(row) >= -1).all()
    assert np.count_nonzero((row > 56) & (row < 184)) > 10
    assert (row[0], row[-1]) == (40, 200)


def test_a_feather_rises_from_the_edge_inwards():
    share = feathered(ellipse(), 10)
    assert share[0, 0] == 0
    assert share[90, 110] == 1
    assert 0 < share[90, 110 - 220 // 3 + 4] < 1


def test_sizes_that_differ_are_our_mistake():
    with pytest.raises(ValueError, match="differ in size"):
        blend(scene(1), scene(2)[:-1], ellipse(), Mode.ALPHA)
