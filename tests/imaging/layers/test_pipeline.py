"""From a photo's file to the files of its layers."""

import itertools
import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.imaging.depth.scenes import scene
from processing.imaging.errors import ImageRefused
from processing.imaging.layers import moving as moving_picture
from processing.imaging.layers import pipeline
from tests.imaging.models.conftest import entry_files, installed  # noqa: F401 - fixtures


def made(work: Path, photo: np.ndarray, **options: Any) -> tuple[dict[str, Any], list[str]]:
    Image.fromarray(photo).save(work / "original", "PNG")
    heard: list[str] = []
    request = {"source": "original", "models": {"root": str(work / "models")}, **options}
    return pipeline.run(work, request, lambda step, done: heard.append(step)), heard


@pytest.mark.parametrize("count", [2, 4, 8])
def test_the_written_layers_make_the_photo(tmp_path: Path, count: int) -> None:
    photo = scene(3, 240, 320).photo
    result, heard = made(tmp_path, photo, num_layers=count)
    assert heard == [name for name, _ in pipeline.STEPS]
    names = [line["name"] for line in result["manifest"]["layers"]]
    assert len(names) == count
    assert names[0] == "Layer_1_background.png"
    assert names[-1] == f"Layer_{count}_foreground.png"
    seen = Image.open(tmp_path / "out" / names[0]).convert("RGBA")
    for name in names[1:]:
        seen = Image.alpha_composite(seen, Image.open(tmp_path / "out" / name))
    assert np.array_equal(np.asarray(seen)[..., :3], photo)
    assert sum(line["coverage"] for line in result["manifest"]["layers"]) == pytest.approx(1, abs=1e-5)


def test_the_manifest_and_the_archive_hold_everything(tmp_path: Path) -> None:
    result, _ = made(tmp_path, scene(5, 240, 320).photo)
    out = tmp_path / "out"
    manifest = json.loads((out / "layer_manifest.json").read_text())
    assert manifest == json.loads(json.dumps(result["manifest"]))
    assert (manifest["engine"], manifest["num_layers"]) == ("geometric-cues-1", 4)
    ranges = [line["depth"] for line in manifest["layers"]]
    assert all(one[1] == other[0] for one, other in itertools.pairwise(ranges))
    depth = cv2.imread(str(out / "depth.png"), cv2.IMREAD_UNCHANGED)
    assert depth.dtype == np.uint16
    assert depth.shape == (240, 320)
    with zipfile.ZipFile(out / "layers.zip") as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            assert archive.read(name) == (out / name).read_bytes()
        assert len(archive.namelist()) == 6


def test_a_large_photo_is_layered_smaller_and_one_with_alpha_lies_on_white(tmp_path: Path) -> None:
    photo = np.full((30, 3000, 4), 255, np.uint8)
    photo[:, :1500] = (200, 10, 10, 0)
    result, _ = made(tmp_path, photo)
    assert (result["width"], result["photo_width"]) == (2048, 3000)
    background = np.asarray(Image.open(tmp_path / "out" / "Layer_1_background.png"))
    assert background[..., 3].min() == 255


def test_odd_requests_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="from 2 to 8"):
        made(tmp_path, scene(1, 40, 60).photo, num_layers=9)
    (tmp_path / "original").write_bytes(b"no picture")
    with pytest.raises(ImageRefused):
        pipeline.run(tmp_path, {"source": "original", "models": {"root": ""}}, lambda step, done: None)
    with pytest.raises(ValueError, match="no engine"):
        made(tmp_path, scene(1, 40, 60).photo, engine="guess")


def test_an_installed_model_takes_over_and_is_named(tmp_path: Path, installed: Any, monkeypatch: Any) -> None:  # noqa: F811 - the fixture
    """The generated graph calls what is bright near."""
    sessions, _ = installed("depth-anything-v2-small")
    monkeypatch.setattr(pipeline, "sessions_of", lambda request: sessions)
    photo = np.full((120, 160, 3), 30, np.uint8)
    photo[40:80, 50:110] = 220
    result, _ = made(tmp_path, photo, num_layers=2)
    assert result["engine"].startswith("depth-anything-v2-small@")
    assert result["manifest"]["engine"] == result["engine"]
    depth = cv2.imread(str(tmp_path / "out" / "depth.png"), cv2.IMREAD_UNCHANGED)
    assert depth[60, 80] > 60_000
    assert depth[10, 10] < 5_000
    alone, _ = made(tmp_path, photo, num_layers=2, engine="cues")
    assert alone["engine"] == "geometric-cues-1"


def test_the_moving_picture_goes_round_without_a_jump(tmp_path: Path) -> None:
    made(tmp_path, scene(3, 240, 320).photo, num_layers=3)
    with Image.open(tmp_path / "out" / "parallax.webp") as moving:
        assert (moving.n_frames, moving.info["loop"], moving.size) == (moving_picture.FRAMES, 0, (320, 240))
        frames = []
        for turn in range(moving.n_frames):
            moving.seek(turn)
            frames.append(np.asarray(moving.convert("RGB"), np.float32))
    steps = [np.abs(one - other).mean() for one, other in itertools.pairwise([*frames, frames[0]])]
    assert min(steps) > 0
    assert max(steps) < 3 * np.median(steps)


def test_a_still_scene_moves_by_its_nearness() -> None:
    """Of two layers the near one goes to the left when the far one goes to the right."""
    back = np.dstack([np.full((60, 80, 3), 200, np.uint8), np.full((60, 80), 255, np.uint8)])
    front = np.zeros((60, 80, 4), np.uint8)
    back[:, 20:24, :3], front[:, 50:54] = 0, (255, 0, 0, 255)
    first, *_, last = list(moving_picture.frames([back, front]))[: moving_picture.FRAMES // 2 + 1]
    dark = [np.average(np.arange(80), weights=frame[30].max(axis=1) < 60) for frame in (first, last)]
    red = [
        np.average(np.arange(80), weights=frame[30, :, 0].astype(int) - frame[30, :, 1] > 100)
        for frame in (first, last)
    ]
    assert dark[0] > dark[1]
    assert red[0] < red[1]
