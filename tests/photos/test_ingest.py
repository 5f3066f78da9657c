"""The ingest recipe: real pixels through prepare, run and publish; what fails; what is missing and made again."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from circles.models import User
from photos.actions.pictures import missing_renditions, render_missing, render_photo
from photos.models import Original, Photo, Rendition
from photos.recipes.ingest import Ingest
from photos.rendering import RENDERER_VERSION
from processing import recipe
from processing.errors import Cancelled, ServerError
from processing.imaging import renditions
from processing.models import FileDeletion, Job
from tests.photos.conftest import picture, sha


def with_exif(seed: int = 1) -> bytes:
    """A photo of 9 October 2026 at Kyoto, stored on its side (orientation 6)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F], exif[0x0110] = "Aureole", "Test 1"
    ifd = exif.get_ifd(0x8769)
    ifd[0x9003], ifd[0x9011] = "2026:10:09 00:30:00", "+09:00"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (35.0, 0.0, 42.0), 3: "E", 4: (135.0, 46.0, 6.0)})
    target = io.BytesIO()
    Image.open(io.BytesIO(picture(seed, size=(320, 200)))).save(target, "JPEG", exif=exif)
    return target.getvalue()


@pytest.fixture
def pending(alice: User, upload: Any) -> Callable[..., tuple[Photo, Job]]:
    def make(content: bytes) -> tuple[Photo, Job]:
        done = upload(alice, content).json()
        return Photo.objects.get(pk=done["photo"]["id"]), Job.objects.get(pk=done["job"]["id"])

    return make


def test_a_photo_gets_its_nine_pictures_and_what_its_file_knows(pending: Any, work_through: Any, alice: User) -> None:
    content = with_exif()
    photo, job = pending(content)

    said = work_through(job)

    photo.refresh_from_db()
    assert said["made"] == 9
    assert (photo.state, photo.width, photo.height) == ("ready", 200, 320)
    assert photo.taken_at == datetime(2026, 10, 8, 15, 30, tzinfo=UTC)
    assert photo.sort_at == datetime(2026, 10, 9, 0, 30, tzinfo=UTC)
    assert (str(photo.month), photo.camera_make, photo.camera_model) == ("2026-10-01", "Aureole", "Test 1")
    assert (round(photo.latitude or 0, 3), round(photo.longitude or 0, 3)) == (35.012, 135.768)
    assert "Kyoto" in photo.place
    assert len(photo.colours) == 54
    assert photo.phash is not None
    assert photo.version == 2
    assert {(r.size, r.format) for r in photo.renditions.all()} == {
        (size, form) for size in (256, 512, 1024) for form in ("avif", "webp", "jpeg")
    }
    with default_storage.open(photo.original.key) as kept:
        assert sha(kept.read()) == sha(content)


def test_the_renderers_version_is_the_one_the_library_asks_for() -> None:
    assert renditions.RENDERER_VERSION == RENDERER_VERSION


def test_the_recipe_runs_high_and_is_never_refused_by_limits() -> None:
    found = recipe.find("ingest")
    assert (found.queue, found.is_unlimited) == ("high", True)
    assert [step.name for step in found.steps] == ["decode", "renditions", "fingerprint", "details", "save"]
    assert found.steps[-1].until == 100


def test_only_what_is_missing_is_made_again(pending: Any, work_through: Any, alice: User) -> None:
    photo, job = pending(picture(2))
    work_through(job)
    kept = dict(photo.renditions.values_list("key", "pk"))
    photo.renditions.filter(size=256, format="avif").delete()
    photo.renditions.filter(size=512).update(renderer_version=0)
    old = set(photo.renditions.filter(size=512).values_list("key", flat=True))

    assert len(missing_renditions(photo)) == 4
    said = work_through(render_photo(actor=alice, photo_id=photo.pk))

    assert said["made"] == 4
    assert photo.renditions.filter(renderer_version=RENDERER_VERSION).count() == 9
    assert set(FileDeletion.objects.values_list("key", flat=True)) == old
    untouched = set(photo.renditions.filter(size=1024).values_list("key", flat=True))
    assert untouched <= set(kept)
    photo.refresh_from_db()
    assert photo.version == 3


def test_everything_is_made_again_when_asked_for(pending: Any, work_through: Any, alice: User) -> None:
    photo, job = pending(picture(3))
    work_through(job)
    Job.objects.update(state="completed", lease_token=None)
    assert work_through(render_photo(actor=alice, photo_id=photo.pk, is_everything=True))["made"] == 9
    assert FileDeletion.objects.count() == 9


def test_missing_pictures_are_found_for_everybody(pending: Any, work_through: Any, make_photo: Any, bob: User) -> None:
    whole = make_photo(bob)
    lacking = make_photo(bob)
    lacking.renditions.filter(size=512).update(renderer_version=0)
    make_photo(bob, state="broken")

    assert render_missing() == 1

    job = Job.objects.get()
    assert (job.subject_id, job.owner) == (lacking.pk, bob)
    assert job.priority < 0
    assert whole.pk != job.subject_id


def test_what_a_person_set_is_kept_when_pictures_are_made_again(
    pending: Any, work_through: Any, alice: User, api_as: Any
) -> None:
    photo, job = pending(with_exif(4))
    work_through(job)
    changes = {"taken_at": "1999-12-31T23:59:00Z", "place": "Home", "latitude": 1.0, "longitude": 2.0}
    api_as(alice).patch(f"/api/v1/photos/{photo.pk}", changes)

    work_through(render_photo(actor=alice, photo_id=photo.pk, is_everything=True))

    photo.refresh_from_db()
    assert (photo.sort_at.year, photo.place, photo.latitude) == (1999, "Home", 1.0)


def test_who_turned_places_off_has_no_names_of_places(pending: Any, work_through: Any, alice: User) -> None:
    User.objects.update(places_enabled=False)
    photo, job = pending(with_exif(5))
    work_through(job)
    photo.refresh_from_db()
    assert photo.place == ""
    assert photo.latitude is not None


def test_a_photo_whose_ingest_failed_is_broken_and_keeps_its_original(pending: Any, api_as: Any, alice: User) -> None:
    photo, job = pending(picture(6))

    Ingest.failed(job, ServerError())

    photo.refresh_from_db()
    assert photo.state == "broken"
    original = api_as(alice).get(f"/api/v1/photos/{photo.pk}/original")
    assert b"".join(original.streaming_content) == picture(6)


def test_a_ready_photo_stays_ready_when_making_it_again_fails(pending: Any, work_through: Any, alice: User) -> None:
    photo, job = pending(picture(7))
    work_through(job)
    Ingest.failed(render_photo(actor=alice, photo_id=photo.pk), ServerError())
    photo.refresh_from_db()
    assert photo.state == "ready"


def test_a_broken_photo_can_be_made_after_all(pending: Any, work_through: Any, alice: User) -> None:
    photo, job = pending(picture(8))
    Ingest.failed(job, ServerError())
    work_through(job)
    photo.refresh_from_db()
    assert photo.state == "ready"


def test_a_photo_purged_meanwhile_needs_no_pictures(pending: Any, work_through: Any) -> None:
    photo, job = pending(picture(9))
    photo.uploads.all().delete()
    photo.delete()
    with pytest.raises(Cancelled):
        Ingest.guard(job)
    with pytest.raises(Cancelled):
        work_through(job)


def test_an_original_that_rotted_is_not_published(pending: Any, work_through: Any, media: Path) -> None:
    photo, job = pending(picture(10))
    path = media / photo.original.key
    path.chmod(0o644)
    path.write_bytes(picture(11))
    with pytest.raises(ServerError, match="not the file"):
        work_through(job)
    assert not Rendition.objects.exists()


def test_a_missing_original_is_our_fault_and_says_so(pending: Any, work_through: Any, media: Path) -> None:
    photo, job = pending(picture(12))
    (media / photo.original.key).unlink()
    with pytest.raises(ServerError, match="missing"):
        work_through(job)


def test_people_see_what_an_ingest_is_about(pending: Any, work_through: Any) -> None:
    photo, job = pending(picture(13))
    assert (Ingest.describe(job).title, Ingest.describe(job).picture_url) == ("a.jpg", "")
    work_through(job)
    shown = Ingest.describe(job)
    assert shown.url == f"/photos/{photo.pk}"
    assert shown.picture_url.endswith("/thumb/256.webp?v=2")


def test_submitting_the_pipeline_starts_an_ingest(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice)
    body = {"photo_id": str(photo.pk), "pipeline": "renditions", "options": {"everything": True}}
    key = {"Idempotency-Key": "once"}

    first = api_as(alice).post("/api/v1/processing/submit", body, headers=key)
    again = api_as(alice).post("/api/v1/processing/submit", body, headers=key)
    other = api_as(alice).post("/api/v1/processing/submit", body | {"priority": 1}, headers=key)

    assert (first.status_code, again.json()) == (201, first.json())
    assert (other.status_code, Job.objects.count()) == (409, 1)
    assert Job.objects.get().options == {"everything": True}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pipeline": "nothing"}, "unknown_pipeline"),
        ({"options": {"size": 5}}, "validation_failed"),
        ({"options": {"everything": "yes"}}, "validation_failed"),
        ({"priority": 99}, "validation_failed"),
        ({"queue": "high"}, "validation_failed"),
    ],
)
def test_submissions_that_make_no_sense_are_refused(
    alice: User, make_photo: Any, api_as: Any, changes: dict[str, Any], code: str
) -> None:
    body = {"photo_id": str(make_photo(alice, with_files=False).pk), "pipeline": "renditions"}
    answer = api_as(alice).post("/api/v1/processing/submit", body | changes)
    assert (answer.status_code, answer.json()["error"]) == (400, code)


def test_a_batch_starts_all_or_nothing_in_its_order(alice: User, bob: User, make_photo: Any, api_as: Any) -> None:
    photos = [make_photo(alice, with_files=False) for _ in range(3)]
    named = [str(photo.pk) for photo in photos]
    foreign = str(make_photo(bob, with_files=False).pk)
    ask = api_as(alice).post

    assert (
        ask("/api/v1/processing/batch", {"photo_ids": [*named, foreign], "pipeline": "renditions"}).status_code == 404
    )
    assert not Job.objects.exists()
    assert ask("/api/v1/processing/batch", {"photo_ids": named * 4, "pipeline": "renditions"}).status_code == 400
    answer = ask("/api/v1/processing/batch", {"photo_ids": named, "pipeline": "renditions"})
    assert answer.status_code == 201
    assert [str(j.subject_id) for j in Job.objects.order_by("-priority")] == named
    assert Original.objects.count() == 4
