"""What looks like a stroke, beside it, follows; what was painted stays; edges drawn in another size are no strokes."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.imaging.errors import ImageRefused
from processing.imaging.facade.following import follow
from tests.imaging.facade.drawn import seen

HOUSE = seen(24, -10, 1, size=(360, 480))
REQUEST = {"source": "photo", "mask": "mask", "mask_before": "before"}


def painted_over(work: Path, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    for name, pixels in (("photo", HOUSE.photo), ("before", before), ("mask", after)):
        Image.fromarray(pixels).save(work / name, "PNG")
    follow(work, REQUEST)
    with Image.open(work / "mask") as made:
        return np.asarray(made).astype(int)


def window() -> tuple[int, int, int, int]:
    """Top, left, bottom and right of the largest window."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((HOUSE.wall < 0.5).astype(np.uint8))
    inside = [one for one in stats[1:] if one[2] < 100]
    left, top, width, height, _ = max(inside, key=lambda one: one[4])
    return int(top), int(left), int(top + height), int(left + width)


def test_half_a_window_painted_out_takes_the_other_half_along(tmp_path: Path) -> None:
    top, left, bottom, right = window()
    before = np.uint8(HOUSE.wall * 255)
    before[top - 2 : bottom + 2, left - 2 : right + 2] = 255
    after = before.copy()
    after[top : (top + bottom) // 2, left:right] = 0
    made = painted_over(tmp_path, before, after)
    lower = np.s_[(top + bottom) // 2 + 4 : bottom - 4, left + 4 : right - 4]
    assert before[lower].mean() > 200
    assert made[lower].mean() < 60
    assert made[after == 0].mean() < 20
    far = np.abs(np.indices(made.shape)[1] - left) > 0.2 * made.shape[1]
    assert np.abs(made - after)[far].max() <= 1


def test_the_same_mask_in_another_size_changes_nothing(tmp_path: Path) -> None:
    before = np.uint8(HOUSE.wall * 255)
    coarse = cv2.resize(before, (400, 300), interpolation=cv2.INTER_NEAREST)
    after = np.where(cv2.resize(coarse, (480, 360), interpolation=cv2.INTER_NEAREST) > 127, 255, 0).astype(np.uint8)
    made = painted_over(tmp_path, before, after)
    assert np.array_equal(made, after)


def test_a_mask_of_another_size_is_brought_to_the_photos(tmp_path: Path) -> None:
    small = np.full((90, 120), 255, np.uint8)
    assert painted_over(tmp_path, small, np.full((360, 480), 255, np.uint8)).shape == (360, 480)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "before").write_bytes(b"nothing")
    Image.fromarray(HOUSE.photo).save(tmp_path / "photo", "PNG")
    with pytest.raises(ImageRefused):
        follow(tmp_path, REQUEST)
