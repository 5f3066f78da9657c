"""Which of the houses of a street is the one: what stands beside it and is less sure goes, what stands above stays."""

import numpy as np

from processing.imaging.facade.wall.neighbours import alone


def street(**sure: float) -> np.ndarray:
    """120 x 300: a house in the middle, one to its left, a roof of its own above it; 0 elsewhere."""
    found = np.zeros((120, 300), np.float32)
    found[40:110, 10:90] = sure.get("left", 0)
    found[40:110, 96:200] = sure.get("middle", 0.95)
    found[5:35, 96:200] = sure.get("above", 0)
    return found


def decided(sure: np.ndarray) -> np.ndarray:
    return (sure > 0.5).astype(np.float32)


def test_a_neighbour_that_is_less_sure_is_left_out() -> None:
    sure = street(left=0.7)
    kept = alone(decided(sure), sure)
    assert not kept[:, :90].any()
    assert kept[40:110, 96:200].all()


def test_a_neighbour_that_is_as_sure_stays() -> None:
    sure = street(left=0.92)
    assert np.array_equal(alone(decided(sure), sure), decided(sure))


def test_what_stands_above_the_house_belongs_to_it() -> None:
    sure = street(above=0.6, left=0.7)
    kept = alone(decided(sure), sure)
    assert kept[5:35, 96:200].all()
    assert not kept[:, :90].any()


def test_a_thin_seam_parts_two_houses_and_its_pixels_go_with_whom_they_are_nearer_to() -> None:
    sure = street(left=0.7)
    sure[60:62, 90:96] = 0.7
    kept = alone(decided(sure), sure)
    assert not kept[:, :93].any()
    assert kept[40:110, 96:200].all()


def test_no_house_and_one_house_are_as_they_were() -> None:
    for sure in (np.zeros((40, 60), np.float32), street(), np.ones((40, 60), np.float32)):
        assert np.array_equal(alone(decided(sure), sure), decided(sure))
