"""What shines through faint light is the iris itself; where light is strong the guess stays."""

import cv2
import numpy as np
import pytest

from processing.imaging.iris import veils

RADIUS = 120.0


@pytest.fixture
def fibres() -> np.ndarray:
    """240 x 240 of random fibres on brown."""
    random = np.random.default_rng(3)
    texture = cv2.GaussianBlur(random.normal(0, 60, (240, 240, 1)).astype(np.float32), (0, 0), 1.5)
    brown = np.array([120.0, 80.0, 50.0], np.float32)
    return np.clip(brown + np.atleast_3d(texture), 0, 255).astype(np.uint8)


def glow(most: float) -> np.ndarray:
    """A round light that fades outwards: 240 x 240 x 1, 0..``most``."""
    y, x = np.mgrid[:240, :240].astype(np.float32)
    return (most * np.exp(-((x - 120) ** 2 + (y - 120) ** 2) / (2 * 30**2)))[..., None]


def lit_by(photo: np.ndarray, share: np.ndarray) -> np.ndarray:
    return np.rint(photo + share * (255 - photo.astype(np.float32))).astype(np.uint8)


def error(made: np.ndarray, true: np.ndarray, where: np.ndarray) -> float:
    return float(np.sqrt(np.square(made[where].astype(float) - true[where]).mean()))


@pytest.mark.parametrize("size", [1, 4], ids=["as it is", "four times as large"])
def test_the_fibres_beneath_a_faint_glow_come_back(fibres: np.ndarray, size: int) -> None:
    true = np.kron(fibres, np.ones((size, size, 1), np.uint8))
    share = np.kron(glow(0.12), np.ones((size, size, 1), np.float32))
    hole = share[..., 0] > 0.01
    guessed = cv2.GaussianBlur(true, (0, 0), 6 * size)
    made = veils.shone_through(lit_by(true, share), guessed, hole, RADIUS * size)
    assert error(made, true, hole) < 0.55 * error(guessed, true, hole)
    assert error(made, true, hole) < 0.55 * error(lit_by(true, share), true, hole)
    assert np.array_equal(made[~hole], guessed[~hole])


@pytest.mark.parametrize("most", [0.6, 1.0])
def test_where_light_is_strong_the_guess_stays(fibres: np.ndarray, most: float) -> None:
    share = glow(most)
    hole, strong = share[..., 0] > 0.01, share[..., 0] > 0.4
    guessed = cv2.GaussianBlur(fibres, (0, 0), 6)
    made = veils.shone_through(lit_by(fibres, share), guessed, hole, RADIUS)
    assert np.array_equal(made[strong], guessed[strong])


def test_clipped_pixels_tell_nothing(fibres: np.ndarray) -> None:
    hole = np.zeros((240, 240), bool)
    hole[100:140, 100:140] = True
    guessed = np.full_like(fibres, 250)
    assert np.array_equal(veils.shone_through(np.full_like(fibres, 255), guessed, hole, RADIUS), guessed)


@pytest.mark.parametrize("place", [(0, 0), (239, 239), (0, 239)])
def test_a_hole_in_a_corner_and_none_at_all_are_no_trouble(fibres: np.ndarray, place: tuple[int, int]) -> None:
    hole = np.zeros((240, 240), bool)
    assert np.array_equal(veils.shone_through(fibres, fibres, hole, RADIUS), fibres)
    hole[place] = True
    made = veils.shone_through(fibres, fibres, hole, RADIUS)
    assert np.abs(made.astype(int) - fibres).max() <= 1


def test_a_coloured_fringe_along_a_lamp_is_not_taken_for_the_iris(fibres: np.ndarray) -> None:
    share = glow(0.12)
    hole = share[..., 0] > 0.01
    fringed = lit_by(fibres, share).astype(int)
    fringed[118:121, :, 0] -= 40
    fringed[118:121, :, 2] += 40
    guessed = cv2.GaussianBlur(fibres, (0, 0), 6)
    made = veils.shone_through(np.clip(fringed, 0, 255).astype(np.uint8), guessed, hole, RADIUS)
    rows = np.s_[118:121, 100:140]
    assert np.abs(made[rows].astype(int) - guessed[rows]).max() <= 1
    assert error(made, fibres, hole) < error(guessed, fibres, hole)


def test_no_line_is_drawn_along_the_edge_of_a_lamp(fibres: np.ndarray) -> None:
    y, x = np.mgrid[:240, :240].astype(np.float32)
    away = np.hypot(x - 120, y - 120)
    share = cv2.GaussianBlur((away < 40).astype(np.float32), (0, 0), 1.5)[..., None]
    guessed = cv2.GaussianBlur(fibres, (0, 0), 6)
    made = veils.shone_through(lit_by(fibres, share), guessed, away < 46, RADIUS)
    changed = made.astype(float).mean(axis=2) - fibres.astype(float).mean(axis=2)
    along = [float(changed[np.abs(away - ring) < 0.5].mean()) for ring in range(40, 46)]
    assert max(np.abs(along)) < 2.5


@pytest.mark.parametrize("light", [(255, 200, 160), (170, 215, 255)], ids=["warm", "cold"])
def test_light_is_taken_off_in_its_own_colour(fibres: np.ndarray, light: tuple[int, int, int]) -> None:
    share = glow(0.2)
    lit = np.rint(fibres + share * (np.array(light, np.float32) - fibres)).astype(np.uint8)
    hole = share[..., 0] > 0.01
    guessed = cv2.GaussianBlur(fibres, (0, 0), 6)
    made = veils.shone_through(lit, guessed, hole, RADIUS)
    assert error(made, fibres, hole) < 0.6 * error(guessed, fibres, hole)
    shift = (made[hole].astype(float) - fibres[hole]).mean(axis=0)
    assert np.ptp(shift) < 1.5
