"""From a photo's file to the painting's, and to a quick look."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.imaging.depth.scenes import scene
from processing.imaging.errors import ImageRefused
from processing.imaging.painterly import fields, pipeline


def made(work: Path, photo: np.ndarray, **options: Any) -> tuple[dict[str, Any], list[tuple[str, float]]]:
    Image.fromarray(photo).save(work / "original", "PNG")
    heard: list[tuple[str, float]] = []
    request = {"source": "original", "style": "oil", "strength": 0.5, "seed": 42} | options
    return pipeline.run(work, request, lambda step, share: heard.append((step, share))), heard


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_a_photo_is_painted_at_its_full_size_and_its_progress_is_heard(tmp_path: Path) -> None:
    result, heard = made(tmp_path, scene(3, 240, 320).photo)
    assert (result["engine"], result["style"]) == ("anisotropic-kuwahara-1", "oil")
    assert (result["width"], result["height"], result["is_smaller"]) == (320, 240, False)
    assert size_of(tmp_path / "out" / "result.jpg") == (320, 240)
    assert {file["name"] for file in result["renditions"]} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert list(dict.fromkeys(step for step, _ in heard)) == [name for name, _ in pipeline.STEPS]
    shares = [share for step, share in heard if step == "paint"]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


@pytest.mark.parametrize("style", ["oil", "watercolour", "strokes", "pencil", "coloured_pencil"])
def test_a_long_painting_never_stands_still_for_a_third_of_its_way(
    tmp_path: Path, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As many strips as a photo of 12 MP has.
    monkeypatch.setattr(fields, "LONGEST_STRIP", 640 * 40)
    _, heard = made(tmp_path, scene(3, 480, 640).photo, style=style)
    shares = [0.0, *(share for step, share in heard if step == "paint"), 1.0]
    assert max(later - sooner for sooner, later in itertools.pairwise(shares)) < 1 / 3


def test_a_look_is_one_small_file(tmp_path: Path) -> None:
    made(tmp_path, scene(3, 600, 800).photo, preview=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["result.jpg"]
    assert size_of(tmp_path / "out" / "result.jpg") == (512, 384)


def test_a_larger_photo_than_can_be_painted_is_painted_smaller_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST", 30_000)
    result, _ = made(tmp_path, scene(3, 240, 320).photo, style="pencil")
    assert (result["width"], result["height"]) == (200, 150)
    assert (result["photo_width"], result["photo_height"], result["is_smaller"]) == (320, 240, True)


def test_what_is_clear_lies_on_white(tmp_path: Path) -> None:
    clear = np.zeros((40, 60, 4), np.uint8)
    made(tmp_path, clear, strength=0)
    with Image.open(tmp_path / "out" / "result.jpg") as picture:
        assert np.asarray(picture).min() == 255


@pytest.mark.parametrize("wrong", [{"strength": 1.5}, {"style": "fresco"}])
def test_odd_requests_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"strength|style"):
        made(tmp_path, scene(3, 60, 80).photo, **wrong)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(b"nothing at all")
    with pytest.raises(ImageRefused):
        pipeline.run(
            tmp_path, {"source": "original", "style": "oil", "strength": 0.5, "seed": 1}, lambda step, share: None
        )
