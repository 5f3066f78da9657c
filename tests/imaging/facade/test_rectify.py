"""Where the wall is, by the lines of its photo."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from processing.imaging.errors import ImageRefused
from processing.imaging.facade.plane import rectify
from tests.imaging.conftest import files_of, need
from tests.imaging.facade.drawn import degrees_off, seen, straight
from tests.synthetic import scene


@pytest.mark.parametrize(("yaw", "pitch", "roll", "focal"), [
    (0, 0, 0, 1.3), (28, 12, 2, 1.0), (-35, -8, -3, 1.7), (6, 18, 1, 1.3), (24, 0, 0, 2.0), (-20, 14, 2, 0.9),
])  # fmt: skip
def test_levels_and_uprights_are_straight_again(yaw: float, pitch: float, roll: float, focal: float) -> None:
    photo = seen(yaw, pitch, roll, focal)
    plane = rectify.plane_of(photo.photo)
    assert min(plane.level_support, plane.upright_support) > rectify.SUPPORT
    assert max(degrees_off(plane.homography, photo.to_photo)) < 0.2


def test_a_lens_that_the_lines_show_gives_the_wall_its_shape() -> None:
    photo = seen(28, 14, 0, 1.6)
    corners = np.array([[160, 120, 1], [1120, 120, 1], [160, 860, 1]]) @ photo.to_photo.T
    wall = rectify.plane_of(photo.photo).to_wall(corners[:, :2] / corners[:, 2:])
    wide, tall = np.linalg.norm(wall[1] - wall[0]), np.linalg.norm(wall[2] - wall[0])
    assert wide / tall == pytest.approx(960 / 740, rel=0.02)


def test_a_straight_view_stays_as_it_is() -> None:
    picture, _ = straight()
    plane = rectify.plane_of(picture)
    assert max(degrees_off(plane.homography, np.eye(3))) < 0.05
    facts = plane.facts()
    assert facts["support"]["level"] > 0.9
    assert len(facts["homography"]) == 3


def test_what_lies_beyond_the_walls_horizon_has_no_place_on_it() -> None:
    plane = rectify.plane_of(seen(35, 0).photo)
    x, y, scale = plane.level
    beyond = plane.to_wall(np.array([[1.5 * x / scale, y / scale], [600.0, 450.0]]))
    assert np.isnan(beyond[0]).all()
    assert np.isfinite(beyond[1]).all()


@pytest.mark.parametrize("kind", ["landscape", "noise", "nothing", "circles", "a slanted grid of one direction"])
def test_a_picture_without_a_facade_is_refused(kind: str) -> None:
    picture = np.full((480, 640, 3), 128, np.uint8)
    if kind == "landscape":
        picture = np.asarray(scene(640, 480, 3))
    elif kind == "noise":
        picture = np.random.default_rng(0).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    elif kind == "circles":
        for radius in range(10, 230, 16):
            cv2.circle(picture, (320, 240), radius, (30, 60, 90), 3)
    elif kind != "nothing":
        for left in range(-400, 640, 40):
            cv2.line(picture, (left, 0), (left + 400, 480), (20, 20, 20), 4)
    with pytest.raises(ImageRefused, match="No facade plane found") as refused:
        rectify.plane_of(picture)
    assert refused.value.code == "validation_failed"
    assert "Choose a photo of one wall" in refused.value.suggestion
    assert refused.value.facts["support"]["least"] == rectify.SUPPORT


@pytest.mark.parametrize("path", files_of("facade", ".jpg"), ids=lambda path: path.stem)
def test_every_real_facade_has_its_plane(path: Path) -> None:
    assert rectify.plane_of(read(need(path))).level_support > rectify.SUPPORT


@pytest.mark.parametrize("name", ["book_flowers", "canon_450d", "canon_5d", "lumix_lx7", "nikon_d90"])
def test_a_real_photo_of_something_else_is_refused(name: str) -> None:
    path = need(files_of("photos")[0].parent / f"{name}.jpg")
    with pytest.raises(ImageRefused):
        rectify.plane_of(read(path))


def read(path: Path) -> np.ndarray:
    found = cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_2)
    return np.ascontiguousarray(found[..., ::-1])
