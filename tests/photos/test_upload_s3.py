"""The same contract on S3 (moto): multipart, resume, completion; and a storage that answers 503 or not at all."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from django.core.files.storage import default_storage
from django.utils import timezone
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from circles.models import User
from photos import sweeps
from photos.models import Photo, Upload
from processing import files
from processing.models import FileDeletion
from tests.photos.conftest import picture

PART = 5 * 1024 * 1024
BUCKET = "aureole-test"


class MoodyS3:
    """moto behind a wrapper that can be told to answer 503 or to hang."""

    def __init__(self) -> None:
        self.mood = "well"
        self.app = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, self, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.mood == "busy":
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code></Error>"]
        while self.mood == "hanging":
            time.sleep(0.05)
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def moody() -> Iterator[MoodyS3]:
    s3 = MoodyS3()
    thread = threading.Thread(target=s3.server.serve_forever, daemon=True)
    thread.start()
    yield s3
    s3.mood = "well"
    s3.server.shutdown()
    thread.join(5)
    s3.server.server_close()


@pytest.fixture(scope="module")
def resource(moody: MoodyS3) -> Iterator[Any]:
    made = boto3.resource(
        "s3", endpoint_url=moody.url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    yield made
    made.meta.client.close()


@pytest.fixture(autouse=True)
def bucket(resource: Any, moody: MoodyS3, settings: Any, media: Any) -> Iterator[Any]:
    """Every test has an empty bucket, and photos go there."""
    moody.mood = "well"
    settings.UPLOAD_PART_BYTES = PART
    settings.S3_DEADLINE_SECONDS = 3
    client_config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=1,
        read_timeout=1,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    options = {
        "bucket_name": BUCKET, "endpoint_url": moody.url, "region_name": "us-east-1", "access_key": "a",
        "secret_key": "b", "file_overwrite": False, "client_config": client_config,
    }  # fmt: skip
    s3 = {"BACKEND": "config.storage.SharedS3Storage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": s3}
    made = resource.create_bucket(Bucket=BUCKET)
    yield made
    moody.mood = "well"
    made.objects.all().delete()
    for upload in made.multipart_uploads.all():
        upload.abort()
    made.delete()
    default_storage.connection.meta.client.close()


def put(url: str, content: bytes) -> int:
    """What a browser does with a presigned address."""
    request = urllib.request.Request(url, data=content, method="PUT", headers={"Content-Type": "image/jpeg"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def large_picture() -> bytes:
    """Three parts: S3 wants 5 MiB in all but the last."""
    return picture(1) + bytes(2 * PART)


def keys(bucket: Any) -> list[str]:
    return sorted(found.key for found in bucket.objects.all())


def test_a_photo_goes_to_s3_in_parts_and_becomes_an_original(
    alice: User, presign: Any, api_as: Any, bucket: Any
) -> None:
    content = large_picture()
    said = presign(alice, content).json()
    assert (len(said["urls"]), said["url"]) == (3, "")
    assert all("X-Amz-Expires=300" in url and "content-length" in url for url in said["urls"])

    for number, url in enumerate(said["urls"]):
        assert put(url, content[number * PART : (number + 1) * PART]) == 200
    done = api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")

    assert done.status_code == 201, done.content
    original = Photo.objects.get().original
    assert keys(bucket) == [original.key]
    assert original.key.startswith("originals/")
    with default_storage.open(original.key) as kept:
        assert kept.read() == content
    answer = api_as(alice).get(f"/api/v1/photos/{done.json()['photo']['id']}/original")
    assert b"".join(answer.streaming_content) == content
    answer.close()


def test_an_upload_to_s3_says_which_parts_arrived(alice: User, presign: Any, api_as: Any) -> None:
    content = large_picture()
    said = presign(alice, content).json()
    put(said["urls"][1], content[PART : 2 * PART])

    found = api_as(alice).get(f"/api/v1/uploads/{said['upload_id']}").json()
    assert found["arrived_parts"] == [2]
    missing = api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")
    assert (missing.status_code, missing.json()["missing_parts"]) == (409, [1, 3])

    put(found["urls"][0], content[:PART])
    put(found["urls"][2], content[2 * PART :])
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201
    assert Photo.objects.count() == 1


def test_a_small_photo_has_one_address(alice: User, presign: Any, api_as: Any) -> None:
    content = picture(2)
    said = presign(alice, content).json()
    assert said["url"] == said["urls"][0]
    assert put(said["url"], content) == 200
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201


def test_what_arrived_on_s3_is_hashed_again(alice: User, presign: Any, api_as: Any, bucket: Any) -> None:
    content = picture(3)
    said = presign(alice, content).json()
    put(said["url"], bytes(len(content)))

    answer = api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")

    assert (answer.status_code, answer.json()["error"]) == (422, "checksum_mismatch")
    assert not Photo.objects.exists()
    files.drain_deletions()
    assert not [key for key in keys(bucket) if key.startswith("originals/")]


def test_a_part_of_the_wrong_size_is_missing(alice: User, presign: Any, api_as: Any) -> None:
    content = picture(4)
    said = presign(alice, content).json()
    put(said["url"], content[:-1])
    answer = api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")
    assert (answer.status_code, answer.json()["missing_parts"]) == (409, [1])


def test_giving_up_leaves_nothing_on_s3(alice: User, presign: Any, api_as: Any, bucket: Any) -> None:
    said = presign(alice, picture(5)).json()
    put(said["url"], picture(5))
    assert api_as(alice).delete(f"/api/v1/uploads/{said['upload_id']}").status_code == 204
    assert not list(bucket.multipart_uploads.all())


def test_expired_uploads_are_swept_from_s3(alice: User, presign: Any, bucket: Any) -> None:
    said = presign(alice, picture(6)).json()
    put(said["url"], picture(6))
    presign(alice, picture(7))
    Upload.objects.filter(pk=said["upload_id"]).update(expires_at=timezone.now())

    sweeps.sweep_uploads()

    assert [found.object_key.rpartition("/")[2] for found in bucket.multipart_uploads.all()] == [
        str(Upload.objects.open().get().pk)
    ]


@pytest.mark.parametrize("mood", ["busy", "hanging"])
def test_a_storage_that_does_not_answer_is_told_within_its_deadline(  # noqa: PLR0917
    alice: User, presign: Any, api_as: Any, moody: MoodyS3, mood: str, bucket: Any
) -> None:
    content = picture(8)
    said = presign(alice, content).json()
    put(said["url"], content)
    moody.mood = mood

    began = time.monotonic()
    answers = [
        presign(alice, picture(9)),
        api_as(alice).get(f"/api/v1/uploads/{said['upload_id']}"),
        api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete"),
    ]
    took = time.monotonic() - began

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(503, "storage_unavailable")] * 3
    assert took < 40
    moody.mood = "well"
    assert presign(alice, picture(9)).status_code == 201
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201
    assert FileDeletion.objects.filter(reason="original not kept").count() == 1
    files.drain_deletions()
    assert [key for key in keys(bucket) if key.startswith("originals/")] == [Photo.objects.get().original.key]
