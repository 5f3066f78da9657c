"""Generated models with the tensors of every catalogue entry take the place of the default engines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processing.imaging import fallbacks
from processing.imaging.catalog import ENTRIES, Purpose
from processing.imaging.models.choosing import choose, styles
from processing.imaging.models.faces import CROP, TEMPLATE, aligned
from processing.imaging.models.pictures import depth_size
from processing.imaging.modelstore import ModelMissing, Store
from processing.imaging.sessions import Sessions
from tests.imaging.conftest import TEST_DATA, need
from tests.imaging.models.conftest import Install

SINGLES: dict[str, tuple[str, ...]] = {
    "real-esrgan-x4v3": (),
    "yunet": (),
    "depth-anything-v2-small": (),
    "lama": (),
    "fast-neural-style": ("candy",),
}


def night_with_lamps(*lamps: tuple[int, int], size: tuple[int, int] = (640, 640)) -> np.ndarray:
    """A dark photo with white 8 px squares, their upper left corners given as column and row."""
    photo = np.zeros((*size, 3), np.uint8)
    for column, row in lamps:
        photo[row : row + 8, column : column + 8] = 255
    return photo


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def built_in(*_: Any) -> Any:
    raise AssertionError("the default was called although a model is installed")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_installed_model_replaces_the_default_of_each_of_its_purposes(entry: Any, installed: Install) -> None:
    sessions, taken = installed(entry.name)
    for purpose in entry.purposes:
        chosen = choose(purpose, sessions, ("built-in", built_in), style=taken.parts[0].name)
        assert chosen.is_model
        assert chosen.engine.startswith(f"{entry.name}@")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_without_a_model_the_default_is_used_and_named(purpose: Purpose, tmp_path: Path) -> None:
    chosen = choose(purpose, Sessions(Store(tmp_path)), ("built-in", built_in))
    assert (chosen.engine, chosen.use, chosen.is_model) == ("built-in", built_in, False)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_without_model_and_default_the_command_that_installs_it_is_named(purpose: Purpose, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"is not installed\. Run: manage\.py models install [\w/-]+$"):
        choose(purpose, Sessions(Store(tmp_path)))


@pytest.mark.parametrize("is_broken", [True, False])
def test_a_default_that_stands_in_for_a_broken_model_is_noted(installed: Install, is_broken: bool) -> None:
    sessions, _ = installed("lama")
    fallbacks.take()
    if is_broken:
        (sessions.store.root / "lama.json").write_text("{", encoding="utf-8")
    chosen = choose(Purpose.INPAINT, sessions, ("built-in", built_in))
    assert chosen.is_model is not is_broken
    assert fallbacks.take() == ([("lama", "not_usable", 1)] if is_broken else [])


def test_nothing_is_noted_where_nothing_was_installed(tmp_path: Path) -> None:
    fallbacks.take()
    choose(Purpose.DEPTH, Sessions(Store(tmp_path)), ("built-in", built_in))
    assert fallbacks.take() == []


def test_a_model_everybody_may_use_is_recommended_for_faces(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="models install yunet"):
        choose(Purpose.DETECT_FACES, Sessions(Store(tmp_path)))


def test_the_upscaler_makes_tiles_four_times_as_large(installed: Install) -> None:
    sessions, _ = installed("real-esrgan-x4v3")
    tile = noise(37, 53)
    upscale = choose(Purpose.UPSCALE, sessions).use
    assert np.array_equal(upscale(tile), tile.repeat(4, axis=0).repeat(4, axis=1))
    assert upscale.provider == "CPU"
    assert upscale.tile_limit() is None


def test_an_upscaler_made_for_one_size_takes_smaller_tiles_and_refuses_larger(installed: Install) -> None:
    sessions, _ = installed("real-esrgan-x4v3", fixed={2: 64, 3: 64})
    upscale = choose(Purpose.UPSCALE, sessions).use
    tile = noise(40, 64)
    assert np.array_equal(upscale(tile), tile.repeat(4, axis=0).repeat(4, axis=1))
    assert upscale.tile_limit() == 64
    with pytest.raises(ValueError, match="at most 64 x 64"):
        upscale(noise(65, 64))


@pytest.mark.parametrize("fixed", [{}, {2: 640, 3: 640}], ids=["any size", "640 only"])
@pytest.mark.parametrize(("name", "part"), [("yunet", "detector"), ("buffalo_l", "")])
def test_detectors_find_faces_where_they_are(name: str, part: str, fixed: dict[int, int], installed: Install) -> None:
    sessions, _ = installed(name, fixed=fixed) if name == "yunet" else installed(name)
    faces = choose(Purpose.DETECT_FACES, sessions).use(night_with_lamps((80, 160), (400, 320)))
    found = sorted((round(face.left + face.width / 2), round(face.top + face.height / 2)) for face in faces)
    assert found == [(80, 160), (400, 320)]
    assert all(face.score == pytest.approx(1, abs=0.01) for face in faces)
    assert all(face.landmarks.shape == (5, 2) for face in faces)


def test_a_large_photo_gives_boxes_in_its_own_pixels(installed: Install) -> None:
    sessions, _ = installed("yunet")
    photo = night_with_lamps((80, 160), size=(480, 640)).repeat(3, axis=0).repeat(3, axis=1)
    face = choose(Purpose.DETECT_FACES, sessions).use(photo)[0]
    assert (face.left + face.width / 2, face.top + face.height / 2) == (240, 480)


def test_a_black_photo_has_no_faces(installed: Install) -> None:
    sessions, _ = installed("yunet")
    assert choose(Purpose.DETECT_FACES, sessions).use(night_with_lamps()) == []


@pytest.mark.parametrize(("name", "length"), [("sface", 128), ("buffalo_l", 512)])
def test_embeddings_have_length_one_and_tell_crops_apart(name: str, length: int, installed: Install) -> None:
    sessions, _ = installed(name)
    embed = choose(Purpose.EMBED_FACES, sessions).use
    crops = np.stack([noise(CROP, CROP), noise(CROP, CROP) // 4, noise(CROP, CROP)])
    crops[1, :56] = 0
    rows = embed.embedded(crops)
    assert rows.shape == (3, length)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert rows[0] @ rows[2] == pytest.approx(1, abs=1e-5)
    assert rows[0] @ rows[1] < 0.99


def test_no_face_gives_no_rows(installed: Install) -> None:
    sessions, _ = installed("sface")
    assert len(choose(Purpose.EMBED_FACES, sessions).use(noise(50, 50), [])) == 0


def test_a_turned_face_is_set_upright_at_the_template() -> None:
    turn = np.array([[0.8, -0.6], [0.6, 0.8]]) * 2.5
    landmarks = (TEMPLATE @ turn.T + (130, 60)).astype(np.float32)
    photo = np.zeros((600, 600, 3), np.uint8)
    for x, y in landmarks.round().astype(int):
        photo[y - 3 : y + 4, x - 3 : x + 4] = 255
    crop = aligned(photo, landmarks)
    assert all(crop[round(y), round(x)].min() > 200 for x, y in TEMPLATE)
    assert crop.mean() < 5


def test_depth_is_nearness_from_zero_to_one_in_the_size_of_the_photo(installed: Install) -> None:
    sessions, _ = installed("depth-anything-v2-small")
    photo = np.full((300, 420, 3), 40, np.uint8)
    photo[:, 210:] = 220
    near = choose(Purpose.DEPTH, sessions).use(photo)
    assert near.shape == (300, 420)
    assert near.dtype == np.float32
    assert (near.min(), near.max()) == (0, 1)
    assert near[:, 300:].min() > 0.9
    assert near[:, :120].max() < 0.1


def test_a_photo_without_depth_is_flat_and_not_a_division_by_zero(installed: Install) -> None:
    sessions, _ = installed("depth-anything-v2-small", fixed={2: 518, 3: 518})
    assert not choose(Purpose.DEPTH, sessions).use(np.full((60, 90, 3), 128, np.uint8)).any()


@pytest.mark.parametrize(
    ("size", "taken"), [((518, 518), (518, 518)), ((3000, 4000), (518, 686)), ((100, 5000), (518, 1036))]
)
def test_depth_sizes_are_steps_of_fourteen_and_bounded(size: tuple[int, int], taken: tuple[int, int]) -> None:
    assert depth_size(*size) == taken


@pytest.mark.parametrize("corner", [(0, 0), (200, 300), (560, 760)], ids=["corner", "middle", "far corner"])
def test_only_the_hole_is_filled(corner: tuple[int, int], installed: Install) -> None:
    sessions, _ = installed("lama")
    photo, hole = noise(600, 800), np.zeros((600, 800), bool)
    hole[corner[0] : corner[0] + 40, corner[1] : corner[1] + 40] = True
    before = photo.copy()
    filled = choose(Purpose.INPAINT, sessions).use(photo, hole)
    assert np.array_equal(photo, before)
    assert np.array_equal(filled[~hole], photo[~hole])
    assert np.abs(filled[hole].astype(int) - (200, 10, 20)).mean() < 6


def test_no_hole_needs_no_model_run(installed: Install) -> None:
    sessions, _ = installed("lama")
    photo = noise(30, 40)
    assert np.array_equal(choose(Purpose.INPAINT, sessions).use(photo, np.zeros((30, 40), bool)), photo)
    assert sessions.loaded() == {}


@pytest.mark.parametrize("fixed", [{}, {0: 1, 2: 224, 3: 224}], ids=["any size", "224 only"])
@pytest.mark.parametrize("part", ["rain-princess", "candy-720"], ids=["rgb", "bgr"])
def test_a_style_paints_the_photo_in_its_own_size(part: str, fixed: dict[int, int], installed: Install) -> None:
    sessions, _ = installed("fast-neural-style", part, fixed=fixed)
    photo = np.full((150, 201, 3), (250, 100, 5), np.uint8)
    painted = choose(Purpose.STYLE, sessions, style=part).use(photo)
    assert painted.shape == photo.shape
    assert np.abs(painted.astype(int) - (5, 155, 250)).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (3, 3000)])
def test_the_smallest_and_thinnest_photos_go_through_every_engine(size: tuple[int, int], installed: Install) -> None:
    photo = noise(*size)
    whole = np.ones(size, bool)
    engines = {name: installed(name, *parts)[0] for name, parts in SINGLES.items()}
    assert choose(Purpose.UPSCALE, engines["real-esrgan-x4v3"]).use(photo).shape == (4 * size[0], 4 * size[1], 3)
    assert isinstance(choose(Purpose.DETECT_FACES, engines["yunet"]).use(photo), list)
    assert choose(Purpose.DEPTH, engines["depth-anything-v2-small"]).use(photo).shape == size
    assert choose(Purpose.INPAINT, engines["lama"]).use(photo, whole).shape == (*size, 3)
    assert choose(Purpose.STYLE, engines["fast-neural-style"], style="candy").use(photo).shape == (*size, 3)


def test_styles_are_offered_by_name_and_a_missing_one_says_how_to_get_it(installed: Install) -> None:
    sessions, _ = installed("fast-neural-style", "candy", "udnie")
    assert styles(sessions) == ["candy", "udnie"]
    with pytest.raises(ModelMissing, match="models install fast-neural-style/mosaic"):
        choose(Purpose.STYLE, sessions, style="mosaic")


def test_half_a_folder_is_no_engine(installed: Install, tmp_path: Path) -> None:
    sessions, entry = installed("buffalo_l")
    assert sessions.store.is_usable(entry)
    next((tmp_path / "models" / "buffalo_l").glob("*w600k*")).unlink()
    assert not sessions.store.is_usable(entry)
    assert choose(Purpose.DETECT_FACES, sessions, ("built-in", built_in)).engine == "built-in"


@pytest.mark.parametrize("file", ["yunet_n_640_640.onnx", "yunet_n_dynamic.onnx"])
def test_the_real_yunet_agrees_with_opencv(file: str, real_yunet: Callable[[str], Sessions]) -> None:
    """OpenCV's own reading of the same model is the oracle."""
    import cv2
    from skimage import data

    fixed = need(TEST_DATA / "models/yunet/yunet_n_640_640.onnx")
    photo = np.asarray(cv2.resize(data.astronaut(), (640, 640)))
    oracle = cv2.FaceDetectorYN.create(str(fixed), "", (640, 640), 0.7, 0.3)
    row = oracle.detect(photo[..., ::-1].copy())[1][0]
    faces = choose(Purpose.DETECT_FACES, real_yunet(file)).use(photo)
    assert len(faces) == 1
    found = [faces[0].left, faces[0].top, faces[0].width, faces[0].height, *faces[0].landmarks.ravel(), faces[0].score]
    assert found == pytest.approx(row.tolist(), abs=0.05)


@pytest.fixture
def real_yunet(tmp_path: Path) -> Callable[[str], Sessions]:
    from processing.upkeep.models.installing import Wish, install_file

    def install(file: str) -> Sessions:
        store = Store(tmp_path / "models")
        install_file(store, need(TEST_DATA / "models/yunet" / file), Wish())
        return Sessions(store)

    return install
