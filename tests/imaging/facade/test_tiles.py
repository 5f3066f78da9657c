"""Any texture as a tile that repeats without a seam."""

import numpy as np
import pytest

from processing.imaging.facade.texture import samples, tiles


def lit(texture: np.ndarray, strength: float = 0.6) -> np.ndarray:
    """Darker from left to right, and a little downwards."""
    height, width = texture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    return np.clip(texture * (1 - strength / 2 + strength * (0.7 * x / width + 0.3 * y / height))[..., None], 0, 255)


def cut(name: str) -> np.ndarray:
    return np.tile(samples.SAMPLES[name](4), (2, 2, 1))[41:401, 67:487]


AWKWARD = {
    "bricks cut anywhere": cut("brick"),
    "bricks lit from a side": lit(cut("brick")).astype(np.uint8),
    "stones lit from a side": lit(cut("stone")).astype(np.uint8),
    "boards": cut("timber"),
    "nothing but a fall of light": lit(np.full((120, 200, 3), 150, np.uint8), 0.9).astype(np.uint8),
    "noise lit from a side": lit(np.random.default_rng(0).integers(40, 200, (150, 220, 3))).astype(np.uint8),
    "tiny": cut("stone")[:16, :24],
}


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_texture_repeats_without_a_seam(name: str) -> None:
    texture = AWKWARD[name]
    tile, told = tiles.seamless(texture)
    assert told["way"] == tiles.CUT
    assert max(tiles.seam(tile)) <= tiles.GOOD
    assert told["after"] == tiles.seam(tile)
    assert tile.shape[0] >= texture.shape[0] // 2
    assert tile.shape[1] >= texture.shape[1] // 2


def test_bricks_go_on_as_bricks() -> None:
    """Not only without a jump: what stands at the edges is what stood there in the wall."""
    tile, _ = tiles.seamless(AWKWARD["bricks lit from a side"])
    again = np.roll(tile, (tile.shape[0] // 2, tile.shape[1] // 2), (0, 1)).astype(float)
    assert tile.shape[1] % 128 == 0
    assert tile.shape[0] % 128 == 0
    joints = (again.mean(axis=2) > 140).mean()
    assert joints == pytest.approx((AWKWARD["bricks cut anywhere"].mean(axis=2) > 140).mean(), abs=0.08)


def test_light_from_a_side_is_evened_out() -> None:
    tile, _ = tiles.seamless(lit(samples.plaster(1), 0.8).astype(np.uint8))
    quarters = [float(part.mean()) for half in np.array_split(tile, 2) for part in np.array_split(half, 2, axis=1)]
    assert max(quarters) - min(quarters) < 6


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_what_repeats_already_stays_as_it_is(name: str) -> None:
    texture = samples.SAMPLES[name](7)
    tile, told = tiles.seamless(texture)
    assert told["way"] == tiles.AS_IT_WAS
    assert tile is texture


def test_a_seam_is_measured_where_it_is() -> None:
    ramp = np.tile(np.arange(0, 200, 2, dtype=np.uint8)[None, :, None], (50, 1, 3))
    assert tiles.seam(ramp) == (99.0, 0.0)
    assert tiles.seam(ramp.transpose(1, 0, 2)) == (0.0, 99.0)


def test_the_cut_shows_less_than_a_straight_one(monkeypatch: pytest.MonkeyPatch) -> None:
    stones = AWKWARD["stones lit from a side"]
    _, clever = tiles.seamless(stones)
    monkeypatch.setattr(tiles, "cheapest", lambda cost, wraps: np.full(len(cost), cost.shape[1] // 2))
    _, straight = tiles.seamless(stones)
    assert sum(clever["cut"]) < 0.8 * sum(straight["cut"])


@pytest.mark.parametrize("wraps", [False, True])
def test_the_cut_takes_the_cheapest_way(wraps: bool) -> None:
    cost = np.full((40, 15), 9, np.float32)
    way = np.clip(7 + np.round(4 * np.sin(np.arange(40) / 40 * 2 * np.pi)).astype(int), 2, 12)
    cost[np.arange(40), way] = 0
    found = tiles.cheapest(cost, wraps)
    assert np.array_equal(found, way)
    assert abs(found[0] - found[-1]) <= 1


def test_a_closed_cut_closes_even_when_that_costs_more() -> None:
    cost = np.full((30, 20), 9, np.float32)
    cost[np.arange(30), np.linspace(3, 16, 30).astype(int)] = 0
    assert abs(int(np.diff(tiles.cheapest(cost, False)[[0, -1]])[0])) > 10
    assert abs(int(np.diff(tiles.cheapest(cost, True)[[0, -1]])[0])) <= 1
