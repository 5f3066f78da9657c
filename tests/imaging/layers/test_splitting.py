"""The layers of a photo show the photo, to the last bit, whoever lays them on each other."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.imaging.depth import cues
from processing.imaging.depth.scenes import scene
from processing.imaging.layers import masks, splitting
from processing.imaging.layers.filling import filled
from processing.imaging.layers.over import front_colours, laid_over, nearest_below
from tests.imaging.conftest import files_of, need

COUNTS = (2, 3, 5, 8)


def noise(seed: int, height: int = 60, width: int = 80) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def hills(seed: int, height: int = 60, width: int = 80) -> np.ndarray:
    """Nearness, 0..1, smooth with a step in it."""
    random = np.random.default_rng(seed)
    field = cv2.GaussianBlur(random.random((height, width)).astype(np.float32), (0, 0), 6)
    field = (field - field.min()) / (field.max() - field.min())
    field[height // 2 :, width // 3 : width // 2] = 1
    return field


def by_pillow(layers: list[np.ndarray]) -> np.ndarray:
    seen = Image.fromarray(layers[0], "RGBA")
    for layer in layers[1:]:
        seen = Image.alpha_composite(seen, Image.fromarray(layer, "RGBA"))
    assert np.asarray(seen)[..., 3].min() == 255
    return np.asarray(seen)[..., :3]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("softness", [0.0, 0.1, 1.0])
def test_they_show_the_photo_to_the_last_bit(count: int, softness: float) -> None:
    photo = noise(count)
    layers = splitting.split(photo, hills(count), count, softness)
    assert len(layers) == count
    assert np.array_equal(splitting.recomposed(layers), photo)
    assert np.array_equal(by_pillow(layers), photo)


@pytest.mark.parametrize("count", COUNTS)
def test_real_photos_of_two_megapixels_lose_nothing(count: int) -> None:
    """Another photo for each number of layers; the benchmark does all of them with every number."""
    photos = files_of("photos", ".jpg")
    path = need(photos[COUNTS.index(count) % len(photos)])
    found = np.asarray(Image.open(path).convert("RGB"))
    scale = (2e6 / (found.shape[0] * found.shape[1])) ** 0.5
    photo = np.asarray(cv2.resize(found, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    layers = splitting.split(photo, cues.nearness(photo), count, 0.05)
    assert np.array_equal(by_pillow(layers), photo)


@pytest.mark.parametrize("count", COUNTS)
def test_any_alphas_will_do(count: int) -> None:
    """Also such as no depth gives: noise, one step from clear, one step from opaque."""
    photo, random = noise(7), np.random.default_rng(count)
    stack = [np.full(photo.shape[:2], 255, np.uint8)]
    stack += [
        random.choice([0, 1, 2, 127, 128, 253, 254, 255], photo.shape[:2]).astype(np.uint8) for _ in range(count - 1)
    ]
    layers = splitting.solved(photo, [noise(seed) for seed in range(count - 1)], stack)
    assert np.array_equal(splitting.recomposed(layers), photo)
    assert np.array_equal(by_pillow(layers), photo)


def test_over_is_pillows_for_every_alpha_and_colour() -> None:
    front, alpha = (np.asarray(plane, np.uint8) for plane in np.meshgrid(np.arange(256), np.arange(256)))
    for below in (0, 1, 100, 254, 255):
        ground = np.full((256, 256, 3), below, np.uint8)
        layers = [np.dstack([ground, np.full_like(alpha, 255)]), np.dstack([front, front, front, alpha])]
        assert np.array_equal(laid_over(np.dstack([front] * 3), ground, alpha), by_pillow(layers))


def test_beneath_lies_what_was_wanted_as_nearly_as_can_be() -> None:
    """For every alpha and shown value: one step nearer to what was wanted would show something else."""
    shown, alpha = (np.asarray(plane, np.uint8) for plane in np.meshgrid(np.arange(256), np.arange(256)))
    shown3 = np.dstack([shown] * 3)
    for wanted in (0, 90, 255):
        goal = np.full_like(shown3, wanted)
        below = nearest_below(goal, shown3, alpha)
        assert np.array_equal(laid_over(front_colours(shown3, below, alpha), below, alpha), shown3)
        nearer = (below.astype(int) + np.sign(goal.astype(int) - below)).astype(np.uint8)
        still = (laid_over(front_colours(shown3, nearer, alpha), nearer, alpha) == shown3) & (below != goal)
        assert not still.any()


def test_each_layer_lies_within_the_one_behind_it_and_shares_sum_to_one() -> None:
    nearness = hills(3)
    stack = masks.alphas(nearness, masks.cuts(nearness, 5), 0.2)
    assert all((front <= back).all() for back, front in pairwise(stack))
    assert sum(masks.coverage(stack)) == pytest.approx(1, abs=1e-9)


def test_depth_is_cut_where_it_parts() -> None:
    nearness = np.concatenate([np.full(500, 0.1), np.full(300, 0.45), np.full(200, 0.9)]).astype(np.float32)[None]
    first, second = masks.cuts(nearness, 3)
    assert 0.1 < first <= 0.45 < second <= 0.9


def test_what_lies_behind_is_what_lies_beside_it() -> None:
    """A red square before a field that goes from blue to green: behind it the field goes on."""
    x = np.linspace(0, 1, 120, dtype=np.float32)
    field = np.dstack([np.zeros((100, 120)), *(np.tile(255 * share, (100, 1)) for share in (x, 1 - x))]).astype(
        np.uint8
    )
    photo, nearness = field.copy(), np.zeros((100, 120), np.float32)
    photo[30:70, 40:80], nearness[30:70, 40:80] = (255, 0, 0), 1
    back, front = splitting.split(photo, nearness, 2, 0.1)
    hidden = np.abs(back[30:70, 40:80, :3].astype(int) - field[30:70, 40:80])
    assert hidden.mean() < 8
    assert np.array_equal(front[30:70, 40:80], np.dstack([photo[30:70, 40:80], np.full((40, 40), 255)]))


def test_hidden_places_are_filled_with_their_tone_and_grain() -> None:
    """Scenes whose empty place is known: much nearer to it than what stood there, and not smooth."""
    far, still, rough = [], [], []
    for seed in range(100, 106):
        made = scene(seed, 240, 320)
        hidden = cv2.dilate((np.abs(made.photo.astype(int) - made.empty).max(2) > 20).astype(np.uint8), np.ones((9, 9)))
        shown = filled(made.photo, hidden == 0, hidden > 0)
        assert np.array_equal(shown[hidden == 0], made.photo[hidden == 0])
        far.append(np.abs(shown.astype(int) - made.empty)[hidden > 0].mean())
        still.append(np.abs(made.photo.astype(int) - made.empty)[hidden > 0].mean())
        rough.append(roughness(shown, hidden > 0) / roughness(made.empty, hidden > 0))
    assert np.mean(far) < np.mean(still) / 3
    assert 0.4 < np.mean(rough) < 1.2


def roughness(picture: np.ndarray, where: np.ndarray) -> float:
    return float(np.abs(cv2.Laplacian(picture, cv2.CV_32F))[where].mean())


def test_nothing_known_and_no_hole_leave_it_as_it_was() -> None:
    photo = noise(4)
    nowhere, everywhere = np.zeros(photo.shape[:2], bool), np.ones(photo.shape[:2], bool)
    assert np.array_equal(filled(photo, nowhere, everywhere), photo)
    assert np.array_equal(filled(photo, everywhere, nowhere), photo)


def test_swapped_layers_and_unsolved_colours_are_seen() -> None:
    """The proof above can fail."""
    photo, nearness = noise(1), hills(1)
    layers = splitting.split(photo, nearness, 4, 0.3)
    assert not np.array_equal(splitting.recomposed([layers[0], layers[2], layers[1], layers[3]]), photo)
    unsolved = [layers[0], *(np.dstack([photo, layer[..., 3]]) for layer in layers[1:])]
    assert not np.array_equal(splitting.recomposed(unsolved), photo)


def test_flat_depth_and_tiny_pictures_are_no_trouble() -> None:
    for height, width in ((1, 1), (1, 7), (3, 2)):
        photo = noise(2, height, width)
        layers = splitting.split(photo, np.zeros((height, width), np.float32), 8, 0.1)
        assert np.array_equal(by_pillow(layers), photo)
    with pytest.raises(ValueError, match="two layers"):
        splitting.split(noise(2), hills(2), 1, 0.1)
