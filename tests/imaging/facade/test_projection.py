"""A texture in the wall's perspective, its scale, and the light of the photo."""

import cv2
import numpy as np
import pytest

from processing.imaging.errors import ImageRefused
from processing.imaging.facade import detail, light
from processing.imaging.facade.plane import projection, rectify
from processing.imaging.facade.texture import samples, tiling
from tests.imaging.facade.drawn import Seen, seen

LEFT, TOP, RIGHT, BOTTOM = 160, 120, 1120, 860


def stripes(across: int = 64, down: int = 64) -> np.ndarray:
    """One white and one black half, upright."""
    texture = np.zeros((down, across, 3), np.uint8)
    texture[:, : across // 2] = 255
    return texture


def laid(view: Seen, texture: np.ndarray, **wish: object) -> tuple[np.ndarray, tiling.Tiling]:
    """Evenly lit, on the whole wall without its windows' holes; straightened again."""
    plane = rectify.plane_of(view.photo)
    tiles = tiling.tiling(plane, view.wall, texture.shape, **wish)  # type: ignore[arg-type]
    even = np.ones(view.wall.shape, np.float32)
    made = projection.painted(view.photo, even, even, projection.Covering(texture, tiles, plane))
    return cv2.warpPerspective(made, np.linalg.inv(view.to_photo), (1280, 960)), tiles


def runs(row: np.ndarray) -> int:
    """How often a row turns from dark to light."""
    bright = row.mean(axis=-1) > 127
    return int((np.diff(bright.astype(int)) == 1).sum())


@pytest.mark.parametrize("across", [6, 12])
def test_so_many_tiles_lie_across_the_wall(across: int) -> None:
    straightened, tiles = laid(seen(26, 10, 1, size=(720, 960)), stripes(), across=across)
    assert tiles.across == across
    assert abs(runs(straightened[500, LEFT - 4 : RIGHT + 4]) - across) <= 1


def test_tiles_are_as_wide_far_away_as_near_by() -> None:
    straightened, _ = laid(seen(33, 6, size=(900, 1200)), stripes(), across=10)
    row = straightened[500, LEFT:RIGHT].mean(axis=-1) > 127
    edges = np.flatnonzero(np.diff(row.astype(int)) == 1)
    assert len(edges) >= 9
    assert np.abs(np.diff(edges) - 96).max() <= 4


def test_a_tile_keeps_its_shape_or_takes_the_asked_one() -> None:
    view = seen(25, 14, size=(720, 960))
    _, square = laid(view, stripes(64, 64), across=8)
    _, slim = laid(view, stripes(64, 32), across=8)
    _, stretched = laid(view, stripes(64, 64), across=8, aspect=2.0)
    assert square.width == pytest.approx(square.height)
    assert slim.height == pytest.approx(square.height / 2)
    assert stretched.height == pytest.approx(square.height / 2)
    assert stretched.width == square.width


def test_a_drawn_length_says_how_large_a_tile_is() -> None:
    view = seen(22, 9, size=(720, 960))
    ends = np.array([[LEFT, 500, 1], [RIGHT, 500, 1]]) @ view.to_photo.T
    points = (ends[:, :2] / ends[:, 2:]).tolist()
    straightened, tiles = laid(view, stripes(), reference={"points": points, "metres": 12, "tile_metres": 1.5})
    assert tiles.across == pytest.approx(8, rel=0.03)
    assert tiles.metres == pytest.approx(12, rel=0.03)
    assert abs(runs(straightened[500, LEFT:RIGHT]) - 8) <= 1


@pytest.mark.parametrize("reference", [
    {"points": [[10, 10], [10, 10]], "metres": 3, "tile_metres": 1},
    {"points": [[10, 10], [90, 10]], "metres": 0, "tile_metres": 1},
    {"points": [[10, 10], [90, 10]], "metres": 3, "tile_metres": -1},
    {"points": [[10, 10], [90, 10]], "metres": 1e5, "tile_metres": 1e-4},
    {"points": [[float("nan"), 10], [90, 10]], "metres": 1, "tile_metres": 1},
])  # fmt: skip
def test_a_length_that_says_nothing_is_refused(reference: dict) -> None:
    view = seen(0, 0, size=(360, 480))
    with pytest.raises(ImageRefused, match="reference length") as refused:
        laid(view, stripes(), reference=reference)
    assert refused.value.code == "validation_failed"


@pytest.mark.parametrize("wish", [{"across": 0.1}, {"across": 9000}, {"aspect": 0}, {"across": float("nan")}])
def test_numbers_out_of_range_are_errors(wish: dict) -> None:
    with pytest.raises(ValueError, match="is from"):
        laid(seen(0, 0, size=(360, 480)), stripes(), **wish)


def test_fine_patterns_far_away_become_their_mean_in_linear_light() -> None:
    straightened, _ = laid(seen(20, 5, size=(360, 480)), stripes(256, 256), across=480)
    middle = straightened[300:700, 300:900].astype(float)
    # Half the light of white is 188 in sRGB; a mean of the codes would be 128, aliasing would spread.
    assert middle.mean() == pytest.approx(188, abs=4)
    assert middle.std() < 8


def test_what_is_not_painted_keeps_every_bit_and_what_is_follows_the_light() -> None:
    view = seen(15, 5, size=(360, 480))
    plane = rectify.plane_of(view.photo)
    grey = np.full((32, 32, 3), 128, np.uint8)
    tiles = tiling.tiling(plane, view.wall, grey.shape)
    bright = np.tile(np.linspace(0.3, 1.5, 480, dtype=np.float32), (360, 1))
    alpha = (view.wall > 0.5).astype(np.float32)
    made = projection.painted(view.photo, alpha, bright, projection.Covering(grey, tiles, plane))
    assert np.array_equal(made[alpha == 0], view.photo[alpha == 0])
    told = light.linear(made)[alpha == 1][:, 0] / light.linear(grey)[0, 0, 0]
    assert np.abs(told - bright[alpha == 1]).max() < 0.02


def test_a_shadow_on_the_wall_stays_and_its_bricks_and_windows_do_not() -> None:
    wall = np.full((400, 600, 3), 170, np.uint8)
    wall[::12] = 150
    wall[150:250, 100:180] = 20
    share = np.ones((400, 600), np.float32)
    share[150:250, 100:180] = 0
    wall[:, 300:] = light.srgb(light.linear(wall[:, 300:]) * np.float32(0.4))
    found = light.shading(wall, share)
    assert found[:, 320:].mean() / found[:, 220:280].mean() == pytest.approx(0.4, abs=0.05)
    lit = found[40:120, 40:280]
    assert lit.std() / lit.mean() < 0.05
    assert found[145, 100:180].mean() == pytest.approx(lit.mean(), rel=0.1)


@pytest.mark.parametrize("pane", [30, 145, 200])
def test_windows_neither_darken_nor_lighten_the_wall_beside_them(pane: int) -> None:
    fall = np.tile(np.linspace(1, 0.6, 400, dtype=np.float32), (300, 1))
    wall = light.srgb(light.linear(np.full((300, 400, 3), 180, np.uint8)) * fall[..., None])
    share = np.ones((300, 400), np.float32)
    for left in (60, 180, 300):
        wall[80:220, left : left + 60] = pane
        share[80:220, left : left + 60] = 0
    found = light.shading(wall, share) / (fall / np.median(fall[share == 1]))
    assert np.abs(found[:, 10:-10][share[:, 10:-10] == 1] - 1).max() < 0.06


def test_the_masks_edge_goes_where_the_photos_is() -> None:
    photo = np.full((200, 300, 3), 220, np.uint8)
    photo[:, 150:] = 40
    rough = np.zeros((200, 300), np.float32)
    rough[:, 152:] = 1
    alpha = projection.soft_edges(cv2.GaussianBlur(rough, (0, 0), 2), photo)
    assert alpha[:, 160:].min() > 0.9
    assert alpha[:, :140].max() < 0.1
    assert ((alpha > 0.05) & (alpha < 0.95)).any()


def test_details_come_back_and_the_seed_draws_the_grain() -> None:
    view = seen(10, 5, size=(360, 480))
    random = np.random.default_rng(3)
    photo = np.clip(view.photo + random.normal(0, 6, (360, 480, 1)), 0, 255).astype(np.uint8)
    made = np.where(view.wall[..., None] > 0.5, np.uint8(120), photo).astype(np.uint8)
    one, same, other = (detail.refined(made, photo, view.wall, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert np.array_equal(one[view.wall == 0], made[view.wall == 0])
    assert detail.noise_of(light.lightness(one), view.wall > 0.9) > 0.01
    nothing = detail.refined(made, photo, np.zeros((360, 480), np.float32))
    assert np.array_equal(nothing, made)


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_drawn_textures_are_the_same_each_time_and_another_with_another_seed(name: str) -> None:
    draw = samples.SAMPLES[name]
    assert draw(1).shape == (samples.SIDE, samples.SIDE, 3)
    assert np.array_equal(draw(1), draw(1))
    assert not np.array_equal(draw(1), draw(2))
