"""One picture to judge many artworks by."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image

from artworks.models import Artwork
from artworks.sheets import rows_of_library
from circles.models import User
from photos.models import Rendition
from processing.imaging import contact_sheet
from processing.imaging.contact_sheet import CELL, GAP, IRIS_TINT, PUPIL_TINT, Row, drawn, masked
from tests import synthetic


def row(**changes: Any) -> Row:
    mask = Image.new("L", (300, 300), 0)
    mask.paste(255, (75, 75, 225, 225))
    mask.paste(128, (125, 125, 175, 175))
    plain = {"photo": Image.new("RGB", (600, 600), (90, 90, 90)), "mask": mask, "caption": "an eye"}
    return Row(**{**plain, "artwork": Image.new("RGB", (64, 64), (250, 10, 10)), **changes})


def near(colour: Any, tint: tuple[int, int, int]) -> bool:
    """Leaning from grey towards the tint."""
    return all((one - 90) * (other - 90) > 0 for one, other in zip(colour[:3], tint, strict=True))


def test_the_mask_is_tinted_onto_the_photo_whatever_its_size() -> None:
    cell = masked(row())
    assert cell.getpixel((8, 8)) == (90, 90, 90)
    assert near(cell.getpixel((80, 80)), IRIS_TINT)
    assert near(cell.getpixel((CELL // 2, CELL // 2)), PUPIL_TINT)


def test_every_eye_has_its_three_pictures_in_its_place() -> None:
    sheet = drawn([row(), row(), row()])
    wide = 3 * CELL + 2 * GAP // 3
    assert sheet.width == 2 * (wide + GAP) + GAP
    for left, top in ((GAP, 0), (GAP + wide + GAP, 0), (GAP, CELL + contact_sheet.CAPTION + GAP)):
        assert sheet.getpixel((left + 2 * (CELL + GAP // 3) + CELL // 2, GAP + top + CELL // 2)) == (250, 10, 10)
        assert sheet.getpixel((left + 4, GAP + top + CELL // 2)) == (90, 90, 90)


def test_a_refused_eye_keeps_its_place_with_its_reason() -> None:
    refused, made = drawn([row(mask=None, artwork=None, caption="Too small.")]), drawn([row(mask=None, artwork=None)])
    assert refused.size == made.size
    assert refused.tobytes() != made.tobytes()
    with pytest.raises(ValueError, match="at least one"):
        drawn([])


@pytest.fixture
def looked_at(alice: User, make_artwork: Any) -> Artwork:
    artwork = make_artwork(alice)
    key = default_storage.save("ingest/a/b/256.jpeg", ContentFile(synthetic.jpeg(256, 192)))
    Rendition.objects.filter(photo=artwork.photo, size=256, format="jpeg").update(key=key)
    return artwork


def test_the_command_lays_out_the_library(looked_at: Artwork, tmp_path: Path) -> None:
    out, said = tmp_path / "sheet.png", io.StringIO()
    call_command("contact_sheet", "iris", "--out", str(out), stdout=said)
    assert said.getvalue().startswith("1 eye on ")
    with Image.open(out) as sheet:
        assert sheet.size == drawn([row()]).size


def test_an_artwork_whose_files_are_gone_is_left_out(looked_at: Artwork) -> None:
    default_storage.delete(looked_at.files.get(name="mask.png").key)
    assert rows_of_library(limit=5) == []


def test_an_empty_library_says_what_to_do(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--rendered"):
        call_command("contact_sheet", "iris")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("contact_sheet", "iris", "--rendered", "1", "--out", str(tmp_path / "no" / "sheet.jpg"))


def test_rendered_eyes_go_through_the_real_pipeline(db: None, tmp_path: Path) -> None:
    out = tmp_path / "sheet.jpg"
    call_command("contact_sheet", "iris", "--rendered", "2", "--seed", "3", "--out", str(out), stdout=io.StringIO())
    with Image.open(out) as sheet:
        assert sheet.size == drawn([row(), row()]).size


def test_a_folder_of_photos_is_painted_in_every_style(db: None, tmp_path: Path) -> None:
    folder, out, said = tmp_path / "photos", tmp_path / "sheet.jpg", io.StringIO()
    folder.mkdir()
    (folder / "hills.jpg").write_bytes(synthetic.jpeg(96, 72))
    (folder / "LICENCE.md").write_text("not a photo")
    call_command("contact_sheet", "painterly", "--photos", str(folder), "--out", str(out), stdout=said)
    assert said.getvalue().startswith("1 photo on ")
    with Image.open(out) as sheet:
        assert sheet.width > 5 * sheet.height
    with pytest.raises(CommandError, match="--photos FOLDER"):
        call_command("contact_sheet", "painterly")
    (folder / "hills.jpg").unlink()
    with pytest.raises(CommandError, match="no photo"):
        call_command("contact_sheet", "painterly", "--photos", str(folder), "--out", str(out))
