"""Any photo larger: sizes, limits, an installed model by tiles, and what is refused."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.imaging import enhance, enlarging
from processing.imaging.errors import ImageRefused
from tests import synthetic
from tests.imaging.models.conftest import entry_files, installed  # noqa: F401 - fixtures


@pytest.fixture
def made(tmp_path: Path) -> Any:
    def make(content: bytes, factor: int = 2, heard: Any = None, **more: Any) -> tuple[dict[str, Any], Path]:
        (tmp_path / "original").write_bytes(content)
        heard = [] if heard is None else heard
        request = {"source": "original", "enhance": factor, **more}
        return enlarging.run(tmp_path, request, lambda *step: heard.append(step)), tmp_path / "out"

    return make


def noise(height: int, width: int) -> Any:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("factor", [2, 4])
def test_a_photo_becomes_that_many_times_as_large_and_stays_itself(made: Any, factor: int) -> None:
    scene = synthetic.scene(160, 120)
    heard: list[tuple[str, float]] = []
    result, out = made(synthetic.encoded(scene, "png"), factor, heard)

    assert (result["width"], result["height"]) == (160 * factor, 120 * factor)
    assert result["engine"] == enhance.NAME
    assert json.loads(json.dumps(result)) == result
    assert [name for name, share in heard if share == 0.0] == ["load", "enhance", "save"]
    with Image.open(out / "result.jpg") as picture:
        assert picture.size == (160 * factor, 120 * factor)
        assert not picture.getexif()
        back = np.asarray(picture.resize((160, 120), Image.Resampling.BOX), np.float32)
    assert cv2.PSNR(back, np.asarray(scene, np.float32), 255) > 35
    assert {path.name for path in out.iterdir()} == {"result.jpg", *(one["name"] for one in result["renditions"])}
    assert len(result["renditions"]) == 9


def test_no_side_grows_beyond_the_largest(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enhance, "LARGEST", 300)
    result, _ = made(synthetic.jpeg(200, 100), 4)
    assert (result["width"], result["height"]) == (300, 150)
    with pytest.raises(ImageRefused) as raised:
        made(synthetic.jpeg(400, 100), 4)
    assert raised.value.code == "already_large"
    assert "300" in raised.value.detail


def test_what_is_transparent_lies_on_white(made: Any) -> None:
    _, out = made(synthetic.encoded(synthetic.cut_out((80, 60)), "png"))
    with Image.open(out / "result.jpg") as picture:
        assert picture.getpixel((150, 60)) == (255, 255, 255)


def test_an_orientation_is_turned_first(made: Any) -> None:
    result, _ = made(synthetic.jpeg(120, 80, exif=synthetic.exif(orientation=6)))
    assert (result["width"], result["height"]) == (160, 240)


@pytest.mark.parametrize("factor", [0, 1, 3, 8, -2])
def test_another_factor_is_our_mistake(made: Any, factor: int) -> None:
    with pytest.raises(ValueError, match="enhance is one of"):
        made(synthetic.jpeg(32, 32), factor)


@pytest.mark.parametrize("content", [b"", b"nothing", synthetic.jpeg(64, 64)[:500]])
def test_what_is_no_picture_is_refused(made: Any, content: bytes) -> None:
    with pytest.raises(ImageRefused):
        made(content)


@pytest.mark.parametrize("fixed", [{}, {2: 64, 3: 64}], ids=["any size", "64 only"])
def test_an_installed_model_works_by_tiles_without_a_seam(
    made: Any,
    installed: Any,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    fixed: dict[int, int],
) -> None:
    sessions, _ = installed("real-esrgan-x4v3", fixed=fixed)
    monkeypatch.setattr(enlarging, "sessions_of", lambda request: sessions)
    monkeypatch.setattr(enlarging, "TILE", 96)
    photo = noise(130, 170)
    result, out = made(synthetic.encoded(Image.fromarray(photo), "png"), 4, models={"root": "somewhere"})
    assert result["engine"].startswith("real-esrgan-x4v3@")
    with Image.open(out / "result.jpg") as picture:
        found = np.asarray(picture, np.float32)
    # The generated graph repeats every pixel: block means give the photo back, seams included.
    back = found.reshape(130, 4, 170, 4, 3).mean(axis=(1, 3))
    assert np.abs(back - photo).max() < 12


def test_tiles_are_put_together_exactly() -> None:
    photo = noise(130, 170)
    shares: list[float] = []
    large = enlarging.by_tiles(photo, lambda tile: tile.repeat(4, axis=0).repeat(4, axis=1), 96, shares.append)
    assert np.array_equal(large, photo.repeat(4, axis=0).repeat(4, axis=1))
    assert shares[-1] == 1.0


def edge() -> Any:
    picture = np.full((60, 60, 3), 60, np.uint8)
    cv2.circle(picture, (30, 30), 18, (190, 150, 120), -1, cv2.LINE_AA)
    return picture


def test_edges_are_steeper_than_cubic_convolution_leaves_them() -> None:
    ours, plain = enhance.enlarged(edge(), 240, 240), cv2.resize(edge(), (240, 240), interpolation=cv2.INTER_CUBIC)
    steps = [np.abs(np.diff(picture[120, :, 0].astype(int))).max() for picture in (ours, plain)]
    assert steps[0] > 1.25 * steps[1]


def test_what_was_steepened_shrinks_back_to_the_photo() -> None:
    def shrunk(picture: Any) -> Any:
        return cv2.resize(picture, (60, 60), interpolation=cv2.INTER_AREA)

    large = enhance.enlarged(edge(), 240, 240)
    assert cv2.PSNR(shrunk(large), edge(), 255) > 58
    assert cv2.PSNR(shrunk(enhance.steepened(large)), edge(), 255) < 55


def test_a_plain_picture_stays_plain() -> None:
    assert (enhance.enlarged(np.full((20, 30, 3), 77, np.uint8), 120, 80) == 77).all()


def test_strips_meet_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = noise(200, 50)
    whole = enhance.steepened(photo)
    monkeypatch.setattr(enhance, "TILE", 32)
    assert np.array_equal(enhance.steepened(photo), whole)
