"""From a photo and a texture to the files of the result."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.imaging.errors import ImageRefused
from processing.imaging.facade import light, pipeline
from processing.imaging.facade.plane import rectify
from processing.imaging.facade.steps import PipelineError, Steps
from processing.imaging.facade.texture import samples
from tests.imaging.facade.drawn import Seen, seen

FACADE = seen(24, -10, 1, size=(360, 480))


def laid(work: Path, photo: np.ndarray, texture: np.ndarray | None = None, **options: Any) -> dict[str, Any]:
    Image.fromarray(photo).save(work / "photo", "PNG")
    Image.fromarray(samples.brick()[:128, :128] if texture is None else texture).save(work / "texture", "PNG")
    return pipeline.run(work, {"source": "photo", "texture": "texture", **options}, lambda step, done: None)


def opened(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def by_hand(work: Path, facade: Seen = FACADE) -> str:
    Image.fromarray(np.uint8(facade.wall * 255)).save(work / "mask", "PNG")
    return "mask"


def test_every_file_and_fact_is_there(tmp_path: Path) -> None:
    Image.fromarray(FACADE.photo).save(tmp_path / "photo", "PNG")
    Image.fromarray(samples.stone()[:100, :150]).save(tmp_path / "texture", "PNG")
    heard: list[str] = []
    request = {"source": "photo", "texture": "texture", "mask": by_hand(tmp_path)}
    result = pipeline.run(tmp_path, request, lambda step, done: heard.append(step))
    assert list(dict.fromkeys(heard)) == [name for name, _ in pipeline.STEPS]
    assert list(result["seconds"]) == [name for name, _ in pipeline.STEPS]
    assert json.loads(json.dumps(result, allow_nan=False))["engine"] == "by hand"
    assert (result["width"], result["height"], result["engine"]) == (480, 360, "by hand")
    out = tmp_path / "out"
    assert opened(out / "result.jpg").shape == (360, 480, 3)
    assert opened(out / "texture_tile.png").shape == (result["tile_height"], result["tile_width"], 3)
    assert all((out / file["name"]).stat().st_size == file["bytes"] for file in result["renditions"])
    mask = opened(out / "mask.png")
    assert (mask.dtype, mask.shape) == (np.uint8, (360, 480))
    assert np.abs(mask / 255 - FACADE.wall).mean() < 0.02


def test_the_wall_is_covered_and_nothing_else_changes(tmp_path: Path) -> None:
    green = np.full((64, 64, 3), (20, 160, 40), np.uint8)
    laid(tmp_path, FACADE.photo, green, mask=by_hand(tmp_path))
    made = opened(tmp_path / "out" / "result.jpg").astype(int)
    inside, outside = cv2.erode(FACADE.wall, np.ones((9, 9))) > 0.99, cv2.dilate(FACADE.wall, np.ones((9, 9))) == 0
    assert (made[inside][:, 1] > made[inside][:, 0] + 60).mean() > 0.99
    assert np.abs(made - FACADE.photo)[outside].mean() < 2


def test_without_a_mask_by_hand_the_asked_engine_finds_one(tmp_path: Path) -> None:
    result = laid(tmp_path, FACADE.photo, engine="classical")
    assert result["engine"] != "by hand"
    assert result["wall_share"] > 0.01


def test_a_texture_that_is_the_photo_leaves_it(tmp_path: Path) -> None:
    Image.fromarray(FACADE.photo).save(tmp_path / "photo", "PNG")
    for texture in ("photo", "texture"):
        (tmp_path / texture).write_bytes((tmp_path / "photo").read_bytes())
        result = pipeline.run(tmp_path, {"source": "photo", "texture": texture}, lambda step, done: None)
        made = opened(tmp_path / "out" / "result.jpg").astype(int)
        assert np.abs(made - FACADE.photo).mean() < 2
        assert (result["engine"], result["wall_share"]) == ("none", 0)


def test_the_same_pixels_in_another_file_are_a_texture_like_any_other(tmp_path: Path) -> None:
    Image.fromarray(FACADE.photo).save(tmp_path / "photo", "PNG")
    Image.fromarray(FACADE.photo).save(tmp_path / "texture", "TIFF")
    request = {"source": "photo", "texture": "texture", "mask": by_hand(tmp_path)}
    assert pipeline.run(tmp_path, request, lambda step, done: None)["engine"] == "by hand"


def test_no_plane_no_result(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    with pytest.raises(ImageRefused, match="No facade plane found"):
        laid(tmp_path, noise)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("photo", "texture", "said"), [
    ((150, 480), (64, 64), "The photo is 480 × 150 pixels; it needs at least 200"),
    ((360, 480), (8, 64), "The texture is 64 × 8 pixels; it needs at least 16"),
    ((360, 480), (20, 900), "too slim"),
])  # fmt: skip
def test_pictures_that_are_too_small_are_refused(tmp_path: Path, photo: Any, texture: Any, said: str) -> None:
    with pytest.raises(ImageRefused, match=said) as refused:
        laid(tmp_path, np.zeros((*photo, 3), np.uint8), np.zeros((*texture, 3), np.uint8))
    assert refused.value.code == "validation_failed"
    assert refused.value.suggestion


def test_a_mask_of_another_photo_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    Image.new("L", (480, 200), 255).save(tmp_path / "mask", "PNG")
    with pytest.raises(ImageRefused, match="do not match") as refused:
        laid(tmp_path, FACADE.photo, mask="mask")
    assert refused.value.code == "bad_mask"
    Image.new("L", (480, 360), 0).save(tmp_path / "mask", "PNG")
    with pytest.raises(ImageRefused, match="No wall found"):
        laid(tmp_path, FACADE.photo, mask="mask")


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(b"<html>")
    (tmp_path / "texture").write_bytes(b"<html>")
    with pytest.raises(ImageRefused):
        pipeline.run(tmp_path, {"source": "photo", "texture": "texture"}, lambda step, done: None)


def test_a_step_that_takes_too_long_is_interrupted_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleepy(photo: np.ndarray) -> None:
        for _ in range(200):
            time.sleep(0.05)

    monkeypatch.setattr(rectify, "plane_of", sleepy)
    began = time.monotonic()
    with pytest.raises(PipelineError, match="The step “rectify” took longer") as late:
        laid(tmp_path, FACADE.photo, stage_timeout_seconds=1.5)
    assert time.monotonic() - began < 6
    assert late.value.code == "pipeline_error"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_engine_knows_this_error_by_its_name() -> None:
    from processing import child, errors, sandbox

    told = child.described(PipelineError("The step “texture” took longer.", "Allow more."))
    found = sandbox._rebuilt(None, told)  # type: ignore[arg-type]
    assert type(found) is errors.PipelineError
    assert (found.error_code, found.message, found.advice) == (
        "pipeline_error", "The step “texture” took longer.", "Allow more.",
    )  # fmt: skip


def test_steps_without_a_limit_and_with_a_wrong_one() -> None:
    steps = Steps(lambda step, done: None)
    with steps.step("one"):
        pass
    assert steps.seconds["one"] < 1
    with pytest.raises(ValueError, match="more than 0 seconds"):
        Steps(lambda step, done: None, 0)


def test_light_there_and_back_is_the_same() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(light.srgb(light.linear(every)), every)
