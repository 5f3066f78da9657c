"""A person's strokes on the mask of a drawn facade: taken as said, followed by what looks alike, and only nearby."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processing.imaging.facade.renderer import render
from processing.imaging.facade.renderer.configuration import CLEAR
from processing.imaging.facade.wall import correction

PLAIN = replace(CLEAR, name="brushed", height=288, width=384, neighbours=0.0, occluders=(0, 0))
NOTHING = np.zeros((288, 384), bool)


def stroke(*points, width=5):
    drawn = np.zeros((288, 384), np.uint8)
    cv2.polylines(drawn, [np.array(points, np.int32)], False, (1,), width)
    return drawn > 0


def largest_window(facade):
    sizes = np.bincount(facade.windows.ravel())
    sizes[0] = 0
    return facade.windows == int(sizes.argmax())


def through(part):
    """A zigzag over a part of the picture, as people stroke things out."""
    rows, columns = np.nonzero(part)
    left, right = (int(np.quantile(columns, one)) for one in (0.2, 0.8))
    levels = [int(np.quantile(rows, one)) for one in (0.15, 0.4, 0.65, 0.85)]
    return stroke(*zip((left, right, left, right), levels, strict=True))


def down(part):
    """A stroke down the middle of a part of the picture."""
    rows, columns = np.nonzero(part)
    x = int(np.median(columns))
    return stroke((x, int(np.quantile(rows, 0.2))), (x, int(np.quantile(rows, 0.8))))


def left_over(seed, stroked):
    """Share of the largest window, painted by mistake, that stays painted after a stroke; and of the wall."""
    facade = render(seed, PLAIN)
    window = largest_window(facade)
    share = (facade.wall | window).astype(np.float32)
    after = correction.corrected(facade.photo, share, NOTHING, stroked(window))
    return np.mean(after[window] > 0.5), np.mean(after[facade.wall] > 0.5)


@pytest.mark.parametrize("seed", range(6))
def test_a_window_that_was_painted_goes_with_one_zigzag(seed):
    window, wall = left_over(seed, through)
    assert window < 0.3
    assert wall > 0.85


def test_most_of_a_window_that_was_painted_goes_with_one_straight_stroke():
    windows, walls = zip(*(left_over(seed, down) for seed in range(6)), strict=True)
    assert np.mean(windows) < 0.3
    assert min(walls) > 0.85


def test_strokes_themselves_are_taken_as_said_and_taking_out_wins():
    facade = render(1, PLAIN)
    keep, drop = stroke((40, 60), (200, 60)), stroke((120, 20), (120, 120))
    after = correction.corrected(facade.photo, facade.wall.astype(np.float32), keep, drop)
    assert np.all(after[drop] == 0)
    assert np.all(after[keep & ~drop] == 1)


def test_far_from_the_strokes_nothing_changes():
    facade = render(2, PLAIN)
    share = facade.wall.astype(np.float32)
    after = correction.corrected(facade.photo, share, NOTHING, stroke((10, 10), (20, 10)))
    assert np.array_equal(after[:, 150:], share[:, 150:])


def test_no_strokes_change_nothing_and_the_mask_is_not_written_to():
    facade = render(2, PLAIN)
    share = facade.wall.astype(np.float32)
    share.flags.writeable = False
    after = correction.corrected(facade.photo, share, NOTHING, NOTHING)
    assert np.array_equal(after, share)
    assert after is not share


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (2100, 40)])
def test_pictures_of_odd_shapes_can_be_corrected(shape):
    photo = np.full((*shape, 3), 90, np.uint8)
    drop = np.zeros(shape, bool)
    drop[:, :1] = True
    after = correction.corrected(photo, np.ones(shape, np.float32), np.zeros(shape, bool), drop)
    assert after.shape == shape
    assert np.all(after[drop] == 0)


def test_strokes_of_another_size_are_refused():
    photo, share = np.zeros((20, 30, 3), np.uint8), np.ones((20, 30), np.float32)
    with pytest.raises(ValueError, match="as large"):
        correction.corrected(photo, share, np.zeros((30, 20), bool), np.zeros((20, 30), bool))
