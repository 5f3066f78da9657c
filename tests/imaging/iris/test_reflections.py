"""Lamps on an iris are found and filled with the iris; nothing else is touched."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processing.imaging.iris import completion, lamps, reflections
from processing.imaging.iris.geometry import IRIS
from processing.imaging.iris.renderer import render
from processing.imaging.iris.sheet import Sheet
from processing.imaging.weights import WeightsDamaged
from tests.imaging.iris.test_pipeline import CLEAR

DARK = replace(CLEAR, name="unlit", catch_lights=(0, 0), melanin=(0.3, 0.6), exposure=(0.8, 0.9), mirrored_room=(0, 0))


@pytest.fixture(scope="module")
def eye():
    return render(4, DARK)


def with_lamp(eye, size, angle=0.5):
    """White, soft-edged, half way between pupil and limbus; ``size`` is its radius in radii of the iris."""
    limbus, pupil = eye.geometry.limbus, eye.geometry.pupil
    away = (limbus.radius + pupil.radius) / 2
    at = np.array([limbus.cx + away * np.cos(angle), limbus.cy + away * np.sin(angle)])
    light = np.zeros(eye.mask.shape, np.uint8)
    cv2.circle(light, tuple(np.round(at * 8).astype(int)), round(size * limbus.radius * 8), 255, -1, cv2.LINE_AA, 3)
    share = cv2.GaussianBlur(light, (0, 0), 0.8).astype(float)[..., None] / 255
    lit = np.rint(eye.photo * (1 - share) + 250 * share).astype(np.uint8)
    return lit, (share[..., 0] > 0.3) & (eye.mask == IRIS)


@pytest.mark.parametrize("size", [0.05, 0.12])
def test_a_lamp_is_found_and_little_else(eye, size):
    lit, truth = with_lamp(eye, size)
    hole = reflections.found(lit, eye.mask, Sheet(eye.geometry))
    assert np.count_nonzero(hole & truth) >= 0.95 * np.count_nonzero(truth)
    around = cv2.dilate(truth.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert np.count_nonzero(hole & ~around) <= 0.01 * np.count_nonzero(eye.mask == IRIS)


@pytest.mark.parametrize("size", [0.05, 0.15])
def test_every_byte_outside_what_was_found_stays(eye, size):
    lit, _ = with_lamp(eye, size)
    before = lit.copy()
    cleaned = reflections.removed(lit, eye.mask, Sheet(eye.geometry))
    assert np.array_equal(cleaned.photo[~cleaned.hole], lit[~cleaned.hole])
    assert not np.any(cleaned.hole & (eye.mask != IRIS))
    assert np.array_equal(lit, before)
    assert cleaned.area_pct > 0


def test_what_lay_beneath_comes_back_with_its_texture(eye):
    lit, truth = with_lamp(eye, 0.15)
    hole = cv2.dilate(truth.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    hole &= eye.mask == IRIS
    made = reflections.filled(lit, hole, eye.mask, Sheet(eye.geometry))
    error = np.sqrt(np.square(made[hole].astype(float) - eye.photo[hole]).mean())
    assert error < 0.35 * np.sqrt(np.square(lit[hole].astype(float) - eye.photo[hole]).mean())
    spreads = [photo[hole].astype(float).std() for photo in (made, eye.photo)]
    assert 0.5 < spreads[0] / spreads[1] < 1.8


def test_an_iris_without_lamps_stays_as_it_is(eye):
    cleaned = reflections.removed(eye.photo, eye.mask, Sheet(eye.geometry))
    assert cleaned.area_pct < 0.5


def test_an_empty_mask_is_no_trouble(eye):
    cleaned = reflections.removed(eye.photo, np.zeros_like(eye.mask), Sheet(eye.geometry))
    assert np.array_equal(cleaned.photo, eye.photo)
    assert cleaned.area_pct == 0


def test_a_hidden_stretch_is_completed_from_other_angles():
    random = np.random.default_rng(3)
    strip = np.repeat(random.normal(120, 20, (1, 512, 1)), 128, axis=0).repeat(3, axis=2).astype(np.float32)
    seen = np.ones((128, 512), bool)
    seen[80:, 100:220] = False
    spoilt = np.where(seen[..., None], strip, 0).astype(np.float32)
    whole = completion.completed(spoilt, seen)
    hidden = whole[84:, 110:210, 0]
    assert 100 < hidden.mean() < 140
    assert 0.6 < hidden.std() / strip[..., 0].std() < 1.4
    assert np.array_equal(whole[:60], strip[:60])


def test_nothing_seen_and_everything_seen_stay_as_they_are():
    strip = np.full((64, 256, 3), 90, np.float32)
    for seen in (np.zeros((64, 256), bool), np.ones((64, 256), bool)):
        assert np.array_equal(completion.completed(strip, seen), strip)


def test_damaged_weights_of_the_lamps_are_refused(tmp_path):
    for suffix in (".json", ".sha256"):
        copied = lamps.WEIGHTS.with_suffix(suffix)
        (tmp_path / copied.name).write_bytes(copied.read_bytes())
    path = tmp_path / lamps.WEIGHTS.name
    assert len(lamps.load(path)) == 2
    path.write_bytes(path.read_bytes().replace(b"0.9", b"0.8", 1))
    with pytest.raises(WeightsDamaged, match="SHA-256"):
        lamps.load(path)


def test_what_is_alike_all_the_way_round_is_put_back_in_full():
    """A dark rim at one depth, and noise that is borrowed with less than its strength."""
    strip = np.full((64, 256, 3), 120, np.float32)
    strip += np.random.default_rng(1).normal(0, 6, strip.shape).astype(np.float32)
    strip[20:24] -= 60
    seen = np.ones((64, 256), bool)
    seen[8:40, 100:130] = False
    given = np.where(seen[..., None], strip, 255)
    whole = completion.completed(given, seen, strength=0.5)
    assert whole[20:24, 104:126].mean() == pytest.approx(60, abs=8)
    assert whole[30:38, 104:126].mean() == pytest.approx(120, abs=8)


def test_what_is_filled_takes_the_light_around_it():
    """A glow goes on beneath the lamp, and no border shows."""
    rows, columns = np.mgrid[:64, :256].astype(np.float32)
    away = np.hypot(rows - 32, columns - 128)
    strip = np.repeat((100 + 30 * np.exp(-np.square(away / 8) / 2))[..., None], 3, axis=2)
    strip += np.random.default_rng(2).normal(0, 3, strip.shape).astype(np.float32)
    hole = away < 7
    whole = completion.completed(np.where(hole[..., None], 255, strip).astype(np.float32), ~hole)
    rim = hole & (away > 5)
    assert whole[rim].mean() == pytest.approx(strip[rim].mean(), abs=4)
