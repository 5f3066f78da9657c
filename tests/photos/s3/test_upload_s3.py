"""The same contract on S3: multipart, resume, completion, the plain form; and a storage that does not answer."""

import time
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from circles.models import User
from photos import sweeps
from photos.models import Photo, Upload
from processing import files
from processing.models import FileDeletion
from tests.photos.conftest import picture
from tests.photos.s3.conftest import PART, MoodyS3, keys, large_picture, put


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


def test_the_form_without_a_script_works_on_s3(alice: User, client: Any, bucket: Any) -> None:
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    contents = [large_picture(), picture(12)]
    sent = [SimpleUploadedFile(f"{number}.jpg", content) for number, content in enumerate(contents)]

    page = client.post("/upload", {"pictures": [*sent, SimpleUploadedFile("notes.jpg", b"no picture")]})

    assert page.status_code == 200
    assert page.content.decode().count("Kept; its pictures are being made.") == 2
    assert sorted(Photo.objects.values_list("original__byte_size", flat=True)) == sorted(map(len, contents))
    for photo in Photo.objects.select_related("original"):
        with default_storage.open(photo.original.key) as file:
            assert file.read() == contents[int(photo.filename[0])]
    files.drain_deletions()
    sweeps.sweep_uploads()
    assert len([key for key in keys(bucket) if key.startswith("originals/")]) == 2


def test_the_form_says_when_s3_is_away(alice: User, client: Any, moody: MoodyS3) -> None:
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    moody.mood = "busy"
    page = client.post("/upload", {"pictures": [SimpleUploadedFile("a.jpg", picture(13))]})
    assert page.status_code == 200
    assert "The place where files are kept did not answer." in page.content.decode()
    assert not Photo.objects.exists()
