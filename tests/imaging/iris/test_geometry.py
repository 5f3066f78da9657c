"""The shapes every iris function speaks in."""

import json
import math

import numpy as np
import pytest

from processing.imaging.iris.geometry import Ellipse, IrisGeometry, Lid, draw_mask, ring_iou

EYE = IrisGeometry(
    pupil=Ellipse(101.5, 79, 18, 17, 0.2),
    limbus=Ellipse(100, 80, 52, 48, -0.4),
    upper_lid=Lid(((40, 60), (100, 45), (160, 62))),
    lower_lid=Lid(((40, 110), (160, 112))),
)


def test_an_ellipse_names_its_long_axis_first_however_it_was_given():
    ellipse = Ellipse(0, 0, 2, 5, 0)
    assert (ellipse.a, ellipse.b) == (5, 2)
    assert ellipse.angle == pytest.approx(math.pi / 2)
    assert Ellipse(0, 0, 5, 2, math.pi * 3.25).angle == pytest.approx(math.pi / 4)


@pytest.mark.parametrize("axes", [(0, 0), (3, -1), (math.nan, 2), (math.inf, 1)])
def test_axes_that_are_no_ellipse_are_refused(axes):
    with pytest.raises(ValueError, match="ellipse"):
        Ellipse(0, 0, *axes)


def test_the_outline_of_an_ellipse_lies_at_distance_one():
    assert EYE.limbus.distance(EYE.limbus.outline()) == pytest.approx(np.ones(128))


def test_a_geometry_survives_json():
    assert IrisGeometry.from_json(json.loads(json.dumps(EYE.to_json()))) == EYE
    bare = IrisGeometry(EYE.pupil, EYE.limbus)
    assert IrisGeometry.from_json(json.loads(json.dumps(bare.to_json()))) == bare


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"pupil": 3, "limbus": {}},
        {"pupil": EYE.pupil.to_json()},
        EYE.to_json() | {"upper_lid": [[1, 2]]},
        EYE.to_json() | {"upper_lid": [1, 2, 3]},
        EYE.to_json() | {"limbus": {"cx": "left", "cy": 1, "a": 2, "b": 1, "angle": 0}},
    ],
)
def test_what_is_no_geometry_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        IrisGeometry.from_json(data)


def test_scaling_moves_the_outlines_with_the_pixels():
    small, large = draw_mask(EYE, 160, 200), draw_mask(EYE.scaled(4), 640, 800)
    assert ring_iou(small, large[2::4, 2::4]) > 0.97
    back = EYE.scaled(4).scaled(0.25)
    assert back.limbus.cx == pytest.approx(EYE.limbus.cx)
    assert back.upper_lid.points[1] == pytest.approx(EYE.upper_lid.points[1])


def test_shifting_moves_the_mask():
    there = draw_mask(EYE.shifted(30, 20), 200, 260)
    assert np.array_equal(there[20:, 30:][:160, :200], draw_mask(EYE, 160, 200))


def test_the_mask_has_the_iris_less_the_pupil_less_the_lids():
    open_eye = draw_mask(IrisGeometry(EYE.pupil, EYE.limbus), 160, 200)
    ring = EYE.limbus.area - EYE.pupil.area
    assert np.count_nonzero(open_eye == 255) == pytest.approx(ring, rel=0.03)
    assert np.count_nonzero(open_eye == 128) == pytest.approx(EYE.pupil.area, rel=0.05)
    lidded = draw_mask(EYE, 160, 200)
    assert not lidded[:44].any()
    assert not lidded[114:].any()
    assert lidded[80, 140] == 255


def test_ring_iou_compares_the_iris_and_not_the_pupil():
    mask = draw_mask(EYE, 160, 200)
    assert ring_iou(mask, mask) == 1
    filled = np.where(mask == 128, 255, mask).astype(np.uint8)
    ring = np.count_nonzero(mask == 255)
    assert ring_iou(mask, filled) == pytest.approx(ring / np.count_nonzero(filled))
    assert ring_iou(mask, np.zeros_like(mask)) == 0
    with pytest.raises(ValueError, match="compared"):
        ring_iou(mask, mask[1:])
