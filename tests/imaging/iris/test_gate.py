"""Good eyes pass; bad pictures are refused with the number that fails, its limit and what to do."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processing.imaging.errors import Code, ImageRefused
from processing.imaging.iris import gate
from processing.imaging.iris.geometry import Ellipse, IrisGeometry, Segmentation, draw_mask
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import FACE, NOISE
from tests.imaging.iris.test_pipeline import CLEAR


@pytest.fixture(scope="module")
def eye():
    return render(1, replace(CLEAR, height=720, width=960))


def segmented(eye, confidence=0.9):
    return Segmentation(eye.mask, eye.geometry, "told", confidence)


def refused(found):
    with pytest.raises(ImageRefused) as caught:
        gate.check(found)
    assert caught.value.suggestion
    return caught.value


def test_a_good_eye_passes_with_all_its_numbers(eye):
    found = gate.measured(eye.photo, segmented(eye))
    gate.check(found)
    assert found.diameter == pytest.approx(2 * eye.geometry.limbus.radius)
    assert found.usable_pct > 80
    assert all(np.isfinite(value) for value in found.to_json().values())


def test_a_blurred_eye_is_told_its_sharpness_and_to_focus(eye):
    soft = cv2.GaussianBlur(eye.photo, (0, 0), eye.geometry.limbus.a * 0.15)
    refusal = refused(gate.measured(soft, segmented(eye)))
    assert refusal.code == Code.TOO_BLURRED
    assert "at least 4 is needed" in refusal.detail
    assert "focus" in refusal.suggestion


def test_grain_does_not_make_a_blurred_eye_sharp(eye):
    soft = cv2.GaussianBlur(eye.photo, (0, 0), eye.geometry.limbus.a * 0.15).astype(float)
    grainy = np.clip(soft + np.random.default_rng(1).normal(0, 3, soft.shape), 0, 255).astype(np.uint8)
    assert refused(gate.measured(grainy, segmented(eye))).code == Code.TOO_BLURRED


@pytest.mark.parametrize(
    ("number", "value", "code"),
    [
        ("diameter", 64, Code.IRIS_TOO_SMALL),
        ("coverage_pct", 0.1, Code.EYE_TOO_FAR),
        ("coverage_pct", 2, Code.IRIS_TOO_SMALL),
        ("usable_pct", 30, Code.IRIS_HIDDEN),
        ("sclera_contrast", 1, Code.TOO_LITTLE_CONTRAST),
        ("pupil_contrast", 1, Code.TOO_LITTLE_CONTRAST),
        ("pupil_ratio", 5, Code.LOOKING_AWAY),
        ("pupil_ratio", 90, Code.TOO_LITTLE_CONTRAST),
        ("concentricity", 60, Code.LOOKING_AWAY),
        ("roundness", 60, Code.LOOKING_AWAY),
        ("confidence", 10, Code.NO_EYE),
    ],
)
def test_each_number_that_fails_is_named_with_its_limit(eye, number, value, code):
    good = replace(gate.measured(eye.photo, segmented(eye)), diameter=250)
    refusal = refused(replace(good, **{number: value}))
    assert refusal.code == code
    assert str(value) in refusal.detail
    assert not refusal.detail.endswith("!")


def test_an_iris_of_many_pixels_may_be_a_small_part_of_its_photo(eye):
    good = gate.measured(eye.photo, segmented(eye), scale=8)
    gate.check(replace(good, coverage_pct=1.0))
    assert refused(replace(good, diameter=250, coverage_pct=1.0)).code == Code.IRIS_TOO_SMALL


def test_much_glare_is_refused_and_some_is_not():
    gate.check_glare(10)
    with pytest.raises(ImageRefused, match=r"40 % of the iris; 25 %"):
        gate.check_glare(40)


@pytest.mark.parametrize(("kind", "code"), [(NOISE, Code.NO_EYE), (FACE, Code.EYE_TOO_FAR)])
def test_without_an_eye_the_reason_is_guessed_from_the_picture(kind, code):
    reasons = [gate.no_eye(render(seed, kind).photo).code for seed in range(5)]
    assert reasons.count(code) >= 4


def test_an_iris_at_the_border_of_its_photo_is_measured_too():
    limbus = Ellipse.circle(10, 10, 60)
    geometry = IrisGeometry(limbus.grown(0.4), limbus)
    photo = np.full((120, 160, 3), 90, np.uint8)
    found = gate.measured(photo, Segmentation(draw_mask(geometry, 120, 160), geometry, "told", 0.9))
    assert found.usable_pct < 60
    assert found.sharpness == 0
