"""From an eye photo to an artwork: which files, which numbers, in which order, and what is refused."""

import io
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.imaging import enhance, enlarging
from processing.imaging.errors import ImageRefused
from processing.imaging.iris import pipeline
from processing.imaging.iris.geometry import IrisGeometry, draw_mask, ring_iou
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import MACRO
from tests.imaging.models.conftest import entry_files, installed  # noqa: F401 - fixtures

CLEAR = replace(
    MACRO, name="clear", iris_share=(0.35, 0.6), above=(0.8, 1.3), below=(0.9, 1.3), defocus=(0, 0.01), grey=0.0,
    framed=0.0, cropped=0.0, mirrored_room=(0, 0.1), catch_lights=(0, 2), gaze=(0, 6), lid_shadow=(0, 0.3),
    exposure=(0.9, 1.1), off_centre=0.2,
)  # fmt: skip


def encoded(pixels, orientation=1):
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[274] = orientation
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def eye():
    return render(1, CLEAR)


@pytest.fixture
def made(tmp_path):
    def make(photo, heard=None, orientation=1, **options):
        (tmp_path / "original").write_bytes(encoded(photo, orientation))
        heard = [] if heard is None else heard
        request = {"source": "original", "size": 512, "use_anyway": True, **options}
        return pipeline.run(tmp_path, request, lambda *step: heard.append(step)), tmp_path / "out"

    return make


def opened(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_an_eye_becomes_an_artwork_with_all_its_files(made, eye):
    result, out = made(eye.photo)
    assert set(result["files"].values()) == {"result.jpg", "mask.png", "geometry.json", "polar.png"}
    assert {path.name for path in out.iterdir()} == {
        *result["files"].values(),
        *(one["name"] for one in result["renditions"]),
    }
    assert len(result["renditions"]) == 9
    art, polar, mask = (opened(out / name) for name in ("result.jpg", "polar.png", "mask.png"))
    assert art.shape == (512, 512, 3)
    assert polar.shape == (512, 2048, 4)
    assert ring_iou(mask, eye.mask) >= 0.9
    assert IrisGeometry.from_json(json.loads((out / "geometry.json").read_text())["geometry"]).limbus.a > 50


def test_the_result_is_json_and_says_who_did_what_in_which_time(made, eye):
    result, _ = made(eye.photo)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["engine"].startswith("network")
    assert 0 < result["confidence"] <= 1
    assert result["gate"]["diameter"] == pytest.approx(2 * eye.geometry.limbus.radius, rel=0.06)
    assert list(result["seconds"]) == [name for name, _ in pipeline.STEPS]


def test_the_steps_are_heard_in_the_seeds_order_and_end(made, eye):
    heard = []
    made(eye.photo, heard)
    assert list(dict.fromkeys(name for name, _ in heard)) == ["load", "segment", "reflections", "enhance", "save"]
    assert [until for _, until in pipeline.STEPS] == [10, 40, 60, 90, 100]
    assert all((name, 1.0) in heard for name, _ in pipeline.STEPS)


def test_the_iris_lies_round_in_the_middle_on_its_ground(made, eye):
    _, out = made(eye.photo)
    grey = opened(out / "result.jpg").astype(int).max(axis=2)
    assert grey[:20, :20].max() <= 4
    shown = np.argwhere(grey > 40)
    assert np.abs((shown.min(axis=0) + shown.max(axis=0)) / 2 - 255.5).max() <= 6
    tall, wide = np.ptp(shown, axis=0)
    assert tall / 512 == pytest.approx(0.86, abs=0.04)
    assert wide / tall == pytest.approx(1, abs=0.04)
    assert grey[250:262, 250:262].max() <= 6


@pytest.mark.parametrize(("background", "corner"), [("white", 255), ("black", 0)])
def test_the_ground_is_the_one_asked_for(made, eye, background, corner):
    _, out = made(eye.photo, background=background)
    assert np.abs(opened(out / "result.jpg")[:8, :8].astype(int) - corner).max() <= 3


def test_a_transparent_ground_gives_a_png_beside_the_jpeg(made, eye):
    result, out = made(eye.photo, background="transparent")
    art = opened(out / result["files"]["transparent"])
    assert art[0, 0].tolist() == [0, 0, 0, 0]
    assert art[256, 420, 3] == 255
    assert opened(out / "result.jpg").shape == (*art.shape[:2], 3)


def test_a_ground_of_the_iris_own_colour_is_deep(made, eye):
    _, out = made(eye.photo, background="iris")
    corner = opened(out / "result.jpg")[:8, :8].mean(axis=(0, 1))
    assert 5 < corner.max() < 60


def test_a_larger_enhancement_gives_more_pixels_up_to_the_size_asked_for(made, eye):
    sides = [made(eye.photo, enhance=factor, size=4096)[0]["width"] for factor in (1, 2, 4)]
    natural = 2 * eye.geometry.limbus.radius / 0.86
    assert np.allclose(np.array(sides) / natural, [1, 2, 4], rtol=0.08)
    assert made(eye.photo, enhance=4, size=300)[0]["width"] == 300


def test_circles_placed_by_hand_are_the_iris(made, eye):
    moved = eye.geometry.shifted(10, 5)
    result, out = made(eye.photo, circles=moved.to_json())
    assert result["engine"] == "by-hand"
    assert ring_iou(opened(out / "mask.png"), draw_mask(moved, *eye.mask.shape)) == 1
    assert result["geometry"] == json.loads(json.dumps(moved.to_json()))


def test_a_brushed_mask_is_what_is_seen(made, eye, tmp_path):
    brushed = eye.mask.copy()
    brushed[: int(eye.geometry.limbus.cy)] = 0
    small = cv2.resize(brushed, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST)
    Image.fromarray(small).save(tmp_path / "brushed.png")
    result, out = made(eye.photo, mask="brushed.png")
    assert ring_iou(opened(out / "mask.png"), brushed) >= 0.93
    assert result["completed_area_pct"] > 30


def test_a_brush_that_leaves_nothing_is_refused(made, eye, tmp_path):
    Image.fromarray(np.zeros_like(eye.mask)).save(tmp_path / "brushed.png")
    with pytest.raises(ImageRefused, match="nothing of the iris") as refused:
        made(eye.photo, mask="brushed.png")
    assert refused.value.suggestion


def test_a_preview_is_quick_small_and_leaves_renditions_out(made, eye):
    result, out = made(eye.photo, preview=True, size=4096)
    assert result["width"] <= 640
    assert result["renditions"] == []
    assert {path.name for path in out.iterdir()} == {"result.jpg", "mask.png", "geometry.json"}


def test_outlines_are_in_pixels_of_the_upright_original_even_of_a_preview(made, eye):
    large = cv2.resize(eye.photo, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    found = [IrisGeometry.from_json(made(large, preview=is_quick)[0]["geometry"]) for is_quick in (True, False)]
    for geometry in found:
        assert geometry.limbus.cx == pytest.approx(4 * eye.geometry.limbus.cx, abs=12)
        assert geometry.limbus.radius == pytest.approx(4 * eye.geometry.limbus.radius, rel=0.05)


def test_a_photo_on_its_side_is_turned_upright_first(made, eye):
    result, out = made(np.ascontiguousarray(np.rot90(eye.photo)), orientation=6)
    assert (result["photo_width"], result["photo_height"]) == (eye.photo.shape[1], eye.photo.shape[0])
    assert ring_iou(opened(out / "mask.png"), eye.mask) >= 0.9


def test_the_same_photo_gives_the_same_bytes(made, eye):
    def all_bytes():
        _, out = made(eye.photo)
        return {path.name: path.read_bytes() for path in out.iterdir() if path.suffix != ".json"}

    assert all_bytes() == all_bytes()


def test_no_eye_is_refused_with_a_way_out(made):
    with pytest.raises(ImageRefused) as refused:
        made(np.full((300, 400, 3), 120, np.uint8), use_anyway=False)
    assert refused.value.suggestion


def test_a_tiny_iris_is_refused_with_its_number_and_taken_anyway_when_asked(made):
    eye = render(2, replace(CLEAR, name="tiny", iris_share=(0.15, 0.16)))
    with pytest.raises(ImageRefused, match=r"\d+ pixels wide; at least 100"):
        made(eye.photo, use_anyway=False)
    assert made(eye.photo, use_anyway=True)[0]["width"] > 0


@pytest.mark.parametrize("wrong", [{"enhance": 3}, {"size": 20}, {"background": "pink"}, {"engine": "magic"}])
def test_options_that_are_none_are_no_pictures_fault(made, eye, wrong):
    with pytest.raises(ValueError, match=r"\d|pink|magic"):
        made(eye.photo, **wrong)


def test_nothing_of_the_camera_is_left_in_the_artwork(made, eye):
    result, out = made(eye.photo)
    for name in [*result["files"].values(), *(one["name"] for one in result["renditions"])]:
        if not name.endswith(".json"):
            with Image.open(out / name) as picture:
                assert not picture.getexif()


def test_an_installed_model_enlarges_the_iris_and_is_named(made, eye, installed, monkeypatch):  # noqa: F811
    sessions, _ = installed("real-esrgan-x4v3")
    monkeypatch.setattr(enlarging, "sessions_of", lambda request: sessions)
    own, out = made(eye.photo, enhance=2, size=4096)
    plain = opened(out / own["files"]["result"]).astype(int)
    result, out = made(eye.photo, enhance=2, size=4096, models={"root": "somewhere"})
    assert own["enhancer"] == enhance.SAMPLED
    assert result["enhancer"].startswith("real-esrgan-x4v3@")
    assert (result["width"], result["height"]) == (own["width"], own["height"])
    # The generated graph repeats every pixel: softer or blockier than our own, but the same eye in the same place.
    assert np.abs(opened(out / result["files"]["result"]).astype(int) - plain).mean() < 6
