"""What every style keeps: the photo at strength 0, ever more paint above, and its seed's chances to the last bit."""

from itertools import pairwise

import numpy as np
import pytest

from processing.imaging.depth.scenes import scene
from processing.imaging.painterly.painting import PAINTERS, painted

STYLES = list(PAINTERS)
STRENGTHS = (0, 0.25, 0.5, 0.75, 1)


@pytest.mark.parametrize("style", STYLES)
def test_strength_0_is_the_photo_and_each_more_is_farther_from_it(style: str) -> None:
    photo = scene(3, 240, 320).photo
    made = [painted(photo, PAINTERS[style][1], strength, 42) for strength in STRENGTHS]
    assert np.array_equal(made[0], photo)
    apart = [float(np.abs(picture.astype(int) - photo).mean()) for picture in made]
    assert all(less < more for less, more in pairwise(apart)), apart


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("level", [0, 255])
def test_even_black_and_white_are_painted_ever_more(style: str, level: int) -> None:
    photo = np.full((90, 120, 3), level, np.uint8)
    made = [painted(photo, PAINTERS[style][1], strength, 42) for strength in STRENGTHS]
    apart = [float(np.abs(picture.astype(int) - photo).mean()) for picture in made]
    assert all(less < more for less, more in pairwise(apart)), apart


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2, 3), (40, 1)])
@pytest.mark.parametrize("style", STYLES)
def test_any_shape_can_be_painted(style: str, shape: tuple[int, int]) -> None:
    photo = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    assert painted(photo, PAINTERS[style][1], 1, 42).shape == photo.shape


@pytest.mark.parametrize("style", STYLES)
def test_a_seed_is_a_picture_and_another_seed_another(style: str) -> None:
    photo = scene(4, 120, 160).photo
    first, again, other = (painted(photo, PAINTERS[style][1], 0.5, seed) for seed in (7, 7, 8))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
