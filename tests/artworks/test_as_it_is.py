"""The photo itself as an artwork, and the proof that what others see of a photo carries nothing the camera wrote."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from artworks.actions import sharing
from artworks.models import Artwork, ArtworkFile
from circles.actions import circles
from circles.models import Membership, User
from photos.actions.pictures import render_photo
from photos.models import Photo
from processing import runner, sandbox
from processing.imaging import as_it_is
from processing.models import Job
from processing.states import Queue

# The sandbox is a process of its own, and renews its leases over a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)
GPS, SERIAL = 34853, 42033
HARMLESS = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "icc_profile", "dpi",
            "background", "timestamp", "duration", "loop"}  # fmt: skip
SIZES, FORMS = (256, 512, 1024), ("webp", "avif", "jpeg")
SECRETS = (b"SN-4711-SECRET", b"KEEP-OUT", b"Exif\0\0", b"ns.adobe.com/xap", b"8BIM", b"GPS")


def with_everything(width: int = 640, height: int = 480) -> bytes:
    """A JPEG that says where it was taken, with what, and by whom: EXIF, GPS, XMP and a comment; lying on its side."""
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    exif = Image.Exif()
    exif[271], exif[272], exif[274], exif[315] = "KEEP-OUT", "KEEP-OUT 5", 6, "KEEP-OUT person"
    exif.get_ifd(34665)[SERIAL] = "SN-4711-SECRET"
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 1.0)})
    target = io.BytesIO()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SN-4711-SECRET</x:xmpmeta>"
    picture.save(target, "JPEG", exif=exif, xmp=xmp, comment=b"KEEP-OUT", quality=95)
    return target.getvalue()


def bare(content: bytes) -> bool:
    """No metadata at all, by the reader and by the bytes."""
    with Image.open(io.BytesIO(content)) as picture:
        told = set(picture.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        empty = not picture.getexif() and not told - {
            "icc_profile",
            "dpi",
            "background",
            "timestamp",
            "duration",
            "loop",
        }
    return empty and not any(secret in content for secret in SECRETS)


@pytest.fixture
def real(settings: Any, tmp_path: Path) -> Callable[[], None]:
    settings.WORK_DIR = tmp_path / "work"

    def work() -> None:
        while sum(runner.drain(queue) for queue in (Queue.HIGH, Queue.DEFAULT)):
            pass
        sandbox.close_all()

    return work


def test_the_picture_that_is_made_to_prove_it_really_says_everything() -> None:
    content = with_everything()
    assert not bare(content)
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.getexif().get_ifd(GPS)
        assert picture.getexif().get_ifd(34665)[SERIAL] == "SN-4711-SECRET"


def test_every_byte_bob_can_get_is_bare_through_the_real_pipeline(
    alice: User, bob: User, make_photo: Any, api_as: Any, real: Callable[[], None]
) -> None:
    photo = make_photo(alice, content=with_everything(), with_files=False)
    render_photo(actor=alice, photo_id=photo.pk, is_everything=True)
    assert api_as(alice).post(f"/api/v1/photos/{photo.pk}/artwork").status_code == 201
    real()
    photo.refresh_from_db()
    assert (photo.latitude is not None, photo.camera_make) == (True, "KEEP-OUT")
    artwork = Artwork.objects.get()
    circle = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=circle, user=bob)
    share = {"actor": alice, "circle_id": circle.pk, "photo_ids": [photo.pk], "artwork_ids": [artwork.pk]}
    sharing.share_items(**share)
    his = api_as(bob)
    seen = [
        his.get(f"/api/v1/{kind}/{pk}/thumb/{size}.{form}")
        for kind, pk in (("photos", photo.pk), ("artworks", artwork.pk))
        for size in SIZES
        for form in FORMS
    ]
    assert [answer.status_code for answer in seen] == [200] * 18
    assert [answer for answer in seen if not bare(answer.content)] == []
    assert his.get(f"/api/v1/photos/{photo.pk}/original").status_code == 404
    sharing.share_items(**share, with_original=True)
    result = b"".join(his.get(f"/api/v1/artworks/{artwork.pk}/files/result.jpg").streaming_content)
    assert bare(result)
    assert not bare(b"".join(his.get(f"/api/v1/photos/{photo.pk}/original").streaming_content))


def test_the_photo_as_it_is_stands_upright_in_its_own_size(
    alice: User, make_photo: Any, api_as: Any, real: Callable[[], None]
) -> None:
    photo = make_photo(alice, content=with_everything(640, 480), title="At the jetty")
    said = api_as(alice).post(f"/api/v1/photos/{photo.pk}/artwork").json()
    real()
    artwork = Artwork.objects.get()
    told = (artwork.kind, artwork.title, artwork.engine, artwork.version, artwork.options)
    assert told == ("photo", "At the jetty", "as-it-is", f"photo-{as_it_is.VERSION}", {})
    assert (artwork.width, artwork.height) == (480, 640)
    names = set(ArtworkFile.objects.values_list("name", flat=True))
    assert names == {
        "result.jpg",
        *(f"{size}.{form}" for size in SIZES for form in FORMS),
    }
    with default_storage.open(artwork.files.get(name="result.jpg").key) as stream, Image.open(stream) as picture:
        assert picture.size == (480, 640)
    again = api_as(alice).post(f"/api/v1/photos/{photo.pk}/artwork").json()
    assert (again["status"], again["result_url"]) == ("completed", f"/api/v1/artworks/{artwork.pk}")
    assert again["id"] != said["id"]


def test_only_ones_own_photo_that_is_not_in_the_bin_becomes_an_artwork(
    alice: User, bob: User, make_photo: Any, api_as: Any, session_of: Any
) -> None:
    photo = make_photo(alice)
    circle = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=circle, user=bob)
    sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk])
    assert api_as(bob).post(f"/api/v1/photos/{photo.pk}/artwork").status_code == 404
    assert session_of(alice).post(f"/studio/as-it-is/{photo.pk}").status_code == 302
    assert Job.objects.get().kind == "photo"
    Photo.objects.update(deleted_at="2026-11-01T00:00:00Z")
    assert api_as(alice).post(f"/api/v1/photos/{photo.pk}/artwork").json()["error"] == "in_bin"


@pytest.mark.parametrize("name", ["canon_5d.jpg", "galaxy_s7.jpg"])
def test_pictures_of_real_cameras_are_bare_too(name: str, tmp_path: Path) -> None:
    content = (Path(os.environ["AUREOLE_TEST_DATA"]) / "photos" / name).read_bytes()
    assert not bare(content)
    (tmp_path / "original").write_bytes(content)
    as_it_is.run(tmp_path, {"source": "original"}, lambda step, share: None)
    made = list((tmp_path / "out").iterdir())
    assert len(made) == 10
    assert [path.name for path in made if not bare(path.read_bytes())] == []
