"""Real photos of real cameras through the API: nine clean pictures each, the right way up, on the right day."""

import io
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from photos.models import Photo
from processing.models import Job
from tests.flows.conftest import Phone, data_files

pytestmark = pytest.mark.django_db(transaction=True)
pillow_heif.register_heif_opener()
DATE_TAGS = (36867, 36868, 306)


def truth(path: Path) -> tuple[tuple[int, int], str]:
    """Size after orientation, and the EXIF date as it stands in the file."""
    with Image.open(path) as image:
        exif = image.getexif()
        inner = exif.get_ifd(0x8769)
        dates = [str(found) for tag in DATE_TAGS if (found := inner.get(tag) or exif.get(tag))]
        return ImageOps.exif_transpose(image).size, dates[0].strip("\0 ") if dates else ""


@pytest.mark.parametrize("path", data_files("photos", without=("LICENSES.md",)))
def test_a_real_photo_gets_nine_clean_pictures(path: Path, phone: Phone, work: Callable[[], int]) -> None:
    done = phone.upload(path)
    assert done.status_code == 201, done.content
    assert work() == 1

    photo = Photo.objects.get(pk=done.json()["photo"]["id"])
    job = Job.objects.get(pk=done.json()["job"]["id"])
    assert (job.state, photo.state) == ("completed", "ready"), job.message
    size, date = truth(path)
    assert (photo.width, photo.height) == size
    if date:
        assert photo.sort_at.strftime("%Y:%m:%d %H:%M:%S") == date
    assert photo.original.byte_size == path.stat().st_size
    with default_storage.open(photo.original.key) as stored:
        assert stored.read() == path.read_bytes()
    check_pictures(photo, phone)


def check_pictures(photo: Photo, phone: Phone) -> None:
    shapes = {(row.size, row.format) for row in photo.renditions.all()}
    assert shapes == {(size, form) for size in (256, 512, 1024) for form in ("avif", "webp", "jpeg")}
    for size, form in shapes:
        answer = phone.ask("get", f"/api/v1/photos/{photo.pk}/thumb/{size}.{form}?v={photo.version}")
        assert answer.status_code == 200
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        with Image.open(io.BytesIO(body)) as image:
            image.load()
            assert max(image.size) == min(size, max(photo.width, photo.height))
            assert (image.width >= image.height) == (photo.width >= photo.height)
            assert not image.getexif()
            assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & {k for k, v in image.info.items() if v}
        assert b"Exif" not in body
        assert b"http://ns.adobe.com/xap" not in body
