"""What lies on S3, looked at: job files, originals, pictures; and an S3 that is away."""

import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.sync import sync_to_async
from botocore.response import StreamingBody
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.test import AsyncClient, override_settings

from circles.models import User
from photos.models import Photo
from photos.verification import verify
from processing.models import Job, JobFile
from processing.states import State
from tests.photos.conftest import picture
from tests.photos.s3.conftest import BUCKET, PART, MoodyS3, keys, large_picture, put


@pytest.fixture
def job_file(bucket: Any) -> Callable[..., JobFile]:
    """A file that belongs to a finished job."""

    def make(owner: User, body: bytes = b"<svg onload=alert(1)>") -> JobFile:
        job = Job.objects.create(owner=owner, kind="ingest", queue="high", state=State.COMPLETED)
        key = default_storage.save(f"iris/{job.pk}/{uuid.uuid4()}/mask.svg", ContentFile(body))
        return JobFile.objects.create(
            job=job, lease_token=uuid.uuid4(), name="mask.svg", key=key, status="published", byte_size=len(body)
        )

    return make


def test_a_job_file_on_s3_is_a_link_of_a_minute_that_only_downloads(
    alice: User, bob: User, api_as: Any, job_file: Any, moody: MoodyS3
) -> None:
    file = job_file(alice)
    signed = api_as(alice).get(f"/api/v1/processing/jobs/{file.job_id}").json()["files"][0]["url"]
    unsigned = signed.split("?", maxsplit=1)[0]

    for who, path in ((None, signed), (alice, unsigned)):
        answer = api_as(who).get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (302, "no-store")
        address = urlsplit(answer["Location"])
        assert answer["Location"].startswith(f"{moody.url}/{BUCKET}/{file.key}?")
        assert parse_qs(address.query)["X-Amz-Expires"] == ["60"]
        with urllib.request.urlopen(answer["Location"], timeout=10) as got:
            assert got.read() == b"<svg onload=alert(1)>"
            assert got.headers["Content-Disposition"] == 'attachment; filename="mask.svg"'
    assert api_as(bob).get(unsigned).status_code == 404
    assert api_as(None).get(unsigned).status_code == 401
    assert api_as(None).get(signed[:-1]).status_code == 404


@pytest.fixture
def kept(alice: User, presign: Any, api_as: Any) -> Photo:
    """A photo of alice's whose original lies on S3."""
    content = large_picture()
    said = presign(alice, content, "Süd sea.jpg").json()
    for number, url in enumerate(said["urls"]):
        put(url, content[number * PART : (number + 1) * PART])
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201
    return Photo.objects.select_related("original").get()


def test_an_original_on_s3_is_only_ever_a_download(alice: User, bob: User, api_as: Any, kept: Photo) -> None:
    path = f"/api/v1/photos/{kept.pk}/original"
    assert api_as(bob).get(path).status_code == 404
    answer = api_as(alice).get(path)
    assert b"".join(answer.streaming_content) == large_picture()
    assert answer["Content-Length"] == str(len(large_picture()))
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''S%C3%BCd%20sea.jpg"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    answer.close()


def test_the_first_bytes_of_an_original_leave_before_the_last_have_come(
    alice: User, api_as: Any, kept: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    stream = StreamingBody.read

    def counted(self: StreamingBody, amount: int | None = None) -> bytes:
        got = stream(self, amount)
        read.append(len(got))
        return got

    monkeypatch.setattr(StreamingBody, "read", counted)
    answer = api_as(alice).get(f"/api/v1/photos/{kept.pk}/original")
    assert next(answer.streaming_content)
    assert sum(read) < PART
    answer.close()


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_an_original_on_s3_comes_whole(alice: User, kept: Photo) -> None:
    client = AsyncClient()
    await client.aforce_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = await client.get(f"/api/v1/photos/{kept.pk}/original")
    assert b"".join([piece async for piece in answer.streaming_content]) == large_picture()
    await sync_to_async(answer.close)()
    await sync_to_async(connections.close_all)()


def test_what_is_gone_from_s3_is_a_sentence(alice: User, api_as: Any, make_photo: Any, bucket: Any) -> None:
    photo = make_photo(alice)
    bucket.objects.all().delete()
    original = api_as(alice).get(f"/api/v1/photos/{photo.pk}/original")
    assert (original.status_code, original.json()["error"]) == (404, "original_missing")
    thumb = api_as(alice).get(f"/api/v1/photos/{photo.pk}/thumb/256.webp")
    assert (thumb.status_code, thumb.json()["error"]) == (404, "not_ready")


@pytest.mark.parametrize("mood", ["busy", "hanging"])
def test_while_s3_is_away_pictures_are_not_broken_but_later(
    alice: User, api_as: Any, make_photo: Any, moody: MoodyS3, mood: str
) -> None:
    photo = make_photo(alice)
    moody.mood = mood
    for path in ("original", "thumb/256.webp"):
        answer = api_as(alice).get(f"/api/v1/photos/{photo.pk}/{path}")
        assert (answer.status_code, answer.json()["error"]) == (503, "storage_unavailable")


def test_pictures_are_made_of_originals_on_s3_and_kept_there(
    alice: User, presign: Any, api_as: Any, work_through: Any, bucket: Any
) -> None:
    content = picture(11)
    said = presign(alice, content).json()
    put(said["url"], content)
    api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")
    photo, job = Photo.objects.get(), Job.objects.get()
    work_through(job)
    JobFile.objects.update(status="published", is_adopted=True)

    for size in (256, 512, 1024):
        for form in ("webp", "avif", "jpeg"):
            answer = api_as(alice).get(f"/api/v1/photos/{photo.pk}/thumb/{size}.{form}")
            assert (answer.status_code, answer["Content-Type"]) == (200, f"image/{form}")
    assert len(keys(bucket)) == 10
    assert verify().is_sound
    lost, changed, *_ = photo.renditions.values_list("key", flat=True)
    bucket.Object(lost).delete()
    bucket.put_object(Key=changed, Body=b"?")
    bucket.put_object(Key="ingest/nobody/knows", Body=b"?")
    found = verify()
    assert (found.missing, found.mismatched, found.orphans) == ([lost], [changed], ["ingest/nobody/knows"])


def test_pages_let_browsers_send_to_s3_and_nowhere_else(  # noqa: PLR0917
    alice: User, client: Any, presign: Any, moody: MoodyS3, settings: Any, media: Path
) -> None:
    def allowed() -> str:
        policy = client.get("/upload")["Content-Security-Policy"]
        return next(rule for rule in policy.split("; ") if rule.startswith("connect-src"))

    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert presign(alice, picture(14)).json()["url"].startswith(f"{moody.url}/")
    assert allowed() == f"connect-src 'self' {moody.url}"
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(media)}}
    with override_settings(STORAGES=settings.STORAGES | {"default": disk}):
        assert allowed() == "connect-src 'self'"
