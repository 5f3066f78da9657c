"""Announce, send, complete: the whole contract on a local disk."""

import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from circles.models import User
from photos.models import Original, Photo, Upload
from processing.models import FileDeletion, Job
from tests.photos.conftest import picture, sha

PART = 1000


@pytest.fixture(autouse=True)
def small_parts(settings: Any) -> None:
    settings.UPLOAD_PART_BYTES = PART


def test_a_file_sent_in_parts_becomes_a_photo_with_its_job(alice: User, upload: Any, media: Path) -> None:
    content = picture(1)

    done = upload(alice, content, "holiday.jpg")

    assert done.status_code == 201
    photo = Photo.objects.get(pk=done.json()["photo"]["id"])
    assert (photo.owner, photo.filename, photo.state) == (alice, "holiday.jpg", "pending")
    job = Job.objects.get(pk=done.json()["job"]["id"])
    assert (job.kind, job.queue, job.subject_id, job.owner) == ("ingest", "high", photo.pk, alice)
    assert (media / photo.original.key).read_bytes() == content
    assert photo.original.sha256 == sha(content)
    assert not (media / "uploads").exists() or not list((media / "uploads").iterdir())
    assert not FileDeletion.objects.exists()


def test_the_answer_to_an_announcement_is_the_contract(alice: User, presign: Any) -> None:
    answer = presign(alice, bytes(2500))

    assert answer.status_code == 201
    said = answer.json()
    assert (said["method"], said["part_size"], said["part_count"], len(said["urls"])) == ("PUT", PART, 3, 3)
    assert said["expires_at"] < (timezone.now() + timedelta(seconds=301)).isoformat()
    assert said["url"].startswith(f"/api/v1/uploads/{said['upload_id']}/content?signature=")


def test_a_file_can_be_sent_whole_to_one_address(alice: User, presign: Any, send: Any, api_as: Any) -> None:
    content = picture(2)
    said = presign(alice, content).json()

    assert send(said["url"], content).json()["arrived_parts"] == list(range(1, said["part_count"] + 1))
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201


def test_a_file_can_be_sent_by_ranges_in_any_order(alice: User, presign: Any, send: Any, api_as: Any) -> None:
    content = picture(3)
    said = presign(alice, content).json()
    total = len(content)

    for first, last in [(2000, total - 1), (0, 1999)]:
        answer = send(said["url"], content[first : last + 1], **{"Content-Range": f"bytes {first}-{last}/{total}"})
        assert answer.status_code == 200

    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201
    with default_storage.open(Original.objects.get().key) as kept:
        assert kept.read() == content


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("bytes 0-999/9999", 416),
        ("bytes 500-1499/2500", 416),
        ("bytes 0-1498/2500", 416),
        ("bytes 2000-2999/2500", 416),
        ("bytes 999-0/2500", 416),
        ("bytes -1-5/2500", 416),
        ("bytes 0-0x10/2500", 416),
        ("bytes */2500", 416),
        ("items 0-999/2500", 416),
        ("bytes 0-99999999999999999999/2500", 416),
        ("bytes ٠-٩٩٩/2500", 416),
    ],
)
def test_ranges_that_do_not_fit_are_refused(alice: User, presign: Any, send: Any, header: str, status: int) -> None:
    said = presign(alice, bytes(2500)).json()

    answer = send(said["url"], bytes(1000), **{"Content-Range": header})

    assert answer.status_code == status
    assert answer.json()["error"] == "wrong_range"
    assert Upload.objects.get().parts.count() == 0


def test_a_range_that_names_another_part_than_its_address_is_refused(alice: User, presign: Any, send: Any) -> None:
    said = presign(alice, bytes(2500)).json()

    answer = send(said["urls"][0], bytes(1000), **{"Content-Range": "bytes 1000-1999/2500"})

    assert answer.status_code == 416


def test_a_part_that_is_too_long_or_too_short_is_refused(alice: User, presign: Any, send: Any, media: Path) -> None:
    said = presign(alice, bytes(2500)).json()

    assert send(said["urls"][0], bytes(1001)).status_code == 413
    assert send(said["urls"][0], bytes(999)).status_code == 400
    assert send(said["urls"][2], bytes(1000)).status_code == 413
    assert send(said["urls"][0], b"").status_code == 400
    assert Upload.objects.get().parts.count() == 0
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_bytes_are_counted_whatever_the_client_declares(alice: User, presign: Any, media: Path) -> None:
    from photos.actions.uploads import receive_bytes
    from photos.errors import TooLarge, WrongLength

    upload_id = presign(alice, bytes(2500)).json()["upload_id"]

    class Endless:
        def read(self, size: int) -> bytes:
            return bytes(size)

    class Short:
        def read(self, size: int) -> bytes:
            return b""

    with pytest.raises(TooLarge):
        receive_bytes(upload_id=uuid.UUID(upload_id), first=0, length=1000, stream=Endless())
    with pytest.raises(WrongLength):
        receive_bytes(upload_id=uuid.UUID(upload_id), first=0, length=1000, stream=Short())
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_part_sent_again_replaces_the_first_one(
    alice: User, presign: Any, send: Any, api_as: Any, media: Path
) -> None:
    content = picture(4)
    said = presign(alice, content).json()
    wrong = bytes(PART)

    for number, url in enumerate(said["urls"]):
        assert send(url, wrong[: len(content) - number * PART]).status_code == 200
        assert send(url, content[number * PART : (number + 1) * PART]).status_code == 200

    assert len([path for path in media.rglob("*") if path.is_file()]) == said["part_count"]
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201


def test_an_upload_says_which_parts_arrived_and_gives_fresh_links(
    alice: User, presign: Any, send: Any, api_as: Any
) -> None:
    said = presign(alice, bytes(2500)).json()
    send(said["urls"][1], bytes(1000))

    found = api_as(alice).get(f"/api/v1/uploads/{said['upload_id']}").json()

    assert found["arrived_parts"] == [2]
    assert send(found["urls"][0], bytes(1000)).status_code == 200


def test_announcing_the_same_file_again_goes_on_with_the_first_upload(alice: User, presign: Any, send: Any) -> None:
    first = presign(alice, bytes(2500)).json()
    send(first["urls"][0], bytes(1000))

    second = presign(alice, bytes(2500)).json()

    assert second["upload_id"] == first["upload_id"]
    assert second["arrived_parts"] == [1]


def test_a_link_needs_its_signature(alice: User, presign: Any, send: Any) -> None:
    said = presign(alice, bytes(2500)).json()
    bare, _, signature = said["urls"][0].partition("?signature=")
    other = said["urls"][1].partition("?signature=")[0]

    for url in (bare, f"{bare}?signature=", f"{bare}?signature={signature[:-1]}x", f"{other}?signature={signature}"):
        answer = send(url, bytes(1000))
        assert (answer.status_code, answer.json()["error"]) == (403, "link_refused")
    assert send(said["url"].replace("content", "parts/1"), bytes(1000)).status_code == 403


def test_a_link_for_an_absent_upload_answers_like_a_bad_one(alice: User, presign: Any, send: Any) -> None:
    said = presign(alice, bytes(2500)).json()
    signature = said["urls"][0].partition("?signature=")[2]

    absent = send(f"/api/v1/uploads/{uuid.uuid4()}/parts/1?signature={signature}", bytes(1000))
    bad = send(f"/api/v1/uploads/{said['upload_id']}/parts/1?signature=x", bytes(1000))

    assert (absent.status_code, absent.content) == (bad.status_code, bad.content)


def test_a_link_ends_after_300_seconds(alice: User, presign: Any, send: Any, monkeypatch: Any) -> None:
    said = presign(alice, bytes(2500)).json()
    now = time.time()

    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 295)
    assert send(said["urls"][0], bytes(1000)).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 302)
    assert send(said["urls"][0], bytes(1000)).json()["error"] == "link_refused"


def test_a_link_needs_no_session_and_no_csrf_token(alice: User, presign: Any) -> None:
    from django.test import Client

    said = presign(alice, bytes(2500)).json()
    stranger = Client(enforce_csrf_checks=True)

    answer = stranger.put(said["urls"][0], bytes(1000), content_type="application/octet-stream")

    assert answer.status_code == 200


def test_completing_without_all_parts_names_the_missing_ones(alice: User, presign: Any, send: Any, api_as: Any) -> None:
    said = presign(alice, bytes(2500)).json()
    send(said["urls"][1], bytes(1000))

    answer = api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")

    assert (answer.status_code, answer.json()["error"]) == (409, "parts_missing")
    assert answer.json()["missing_parts"] == [1, 3]


def test_completing_twice_gives_the_same_answer(alice: User, upload: Any, api_as: Any) -> None:
    first = upload(alice, picture(5))

    again = api_as(alice).post(f"/api/v1/uploads/{Upload.objects.get().pk}/complete")

    assert (again.status_code, again.json()) == (201, first.json())
    assert (Photo.objects.count(), Job.objects.count()) == (1, 1)


def test_what_arrived_otherwise_than_announced_is_refused(alice: User, upload: Any, media: Path) -> None:
    content = picture(6)

    answer = upload(alice, content, sha256="0" * 64)

    assert (answer.status_code, answer.json()["error"]) == (422, "checksum_mismatch")
    assert not Photo.objects.exists()
    assert FileDeletion.objects.filter(not_before__lte=timezone.now()).count() == 1


def test_a_damaged_part_can_be_sent_again_after_the_mismatch(alice: User, presign: Any, send: Any, api_as: Any) -> None:
    content = picture(7)
    said = presign(alice, content).json()
    send(said["url"], bytes(len(content)))
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 422

    send(said["url"], content)

    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").status_code == 201


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"\x00" * 100, 415, "unsupported_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", 415, "unsupported_format"),
        (b"%PDF-1.7 hello", 415, "unsupported_format"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", 415, "unsupported_format"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", 415, "unsupported_format"),
    ],
)
def test_magic_bytes_decide_what_a_file_is(alice: User, upload: Any, content: bytes, status: int, code: str) -> None:
    answer = upload(alice, content, "innocent.jpg")

    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["detail"].endswith(".")
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("filename", "content_type", "named"),
    [
        ("a.CR2", "", "RAW"),
        ("a.dng", "image/x-adobe-dng", "RAW"),
        ("a.NEF", "", "RAW"),
        ("clip.mp4", "video/mp4", "video"),
        ("IMG_1.MOV", "video/quicktime", "Live Photo"),
        ("IMG_1.AAE", "", "Live Photo"),
        ("photo.jpg", "video/mp4", "video"),
        ("photo.svg", "image/svg+xml", "SVG"),
    ],
)
def test_what_is_no_picture_is_refused_by_name_before_the_upload(
    alice: User, presign: Any, filename: str, content_type: str, named: str
) -> None:
    answer = presign(alice, b"abc", filename, content_type=content_type)

    assert (answer.status_code, answer.json()["error"]) == (415, "unsupported_format")
    assert named in answer.json()["detail"]


def test_a_file_over_the_limit_is_refused(alice: User, presign: Any, settings: Any) -> None:
    assert presign(alice, b"", size=settings.MAX_UPLOAD_BYTES + 1).json()["error"] == "too_large"
    assert presign(alice, b"", size=settings.MAX_UPLOAD_BYTES).status_code == 201
    assert presign(alice, b"", size=0).status_code == 400


def test_unknown_and_wrong_fields_are_refused(alice: User, presign: Any) -> None:
    assert "path" in presign(alice, b"abc", path="/etc").json()["fields"]
    assert "sha256" in presign(alice, b"abc", sha256="zz").json()["fields"]
    assert "size" in presign(alice, b"abc", size="many").json()["fields"]


def test_the_hash_may_be_left_out_where_it_cannot_be_computed(alice: User, upload: Any) -> None:
    assert upload(alice, picture(8), sha256="").status_code == 201


def test_an_aborted_upload_leaves_nothing(alice: User, presign: Any, send: Any, api_as: Any, media: Path) -> None:
    said = presign(alice, bytes(2500)).json()
    send(said["urls"][0], bytes(1000))

    assert api_as(alice).delete(f"/api/v1/uploads/{said['upload_id']}").status_code == 204

    assert not [path for path in media.rglob("*") if path.is_file()]
    assert send(said["urls"][0], bytes(1000)).json()["error"] == "upload_closed"
    assert api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete").json()["error"] == "upload_closed"
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_late_copy_of_a_part_cannot_touch_the_original(
    alice: User, presign: Any, send: Any, api_as: Any, media: Path
) -> None:
    content = picture(9)
    said = presign(alice, content).json()
    send(said["url"], content)
    api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")

    answer = send(said["urls"][0], bytes(PART))

    assert (answer.status_code, answer.json()["error"]) == (409, "upload_closed")
    assert (media / Original.objects.get().key).read_bytes() == content


def test_bob_and_nobody_see_nothing_of_alices_upload(alice: User, bob: User, presign: Any, api_as: Any) -> None:
    upload_id = presign(alice, bytes(2500)).json()["upload_id"]
    for ask in ("get", "delete"):
        hidden = getattr(api_as(bob), ask)(f"/api/v1/uploads/{upload_id}")
        absent = getattr(api_as(bob), ask)(f"/api/v1/uploads/{uuid.uuid4()}")
        assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert api_as(bob).post(f"/api/v1/uploads/{upload_id}/complete").status_code == 404
    assert api_as(None).get(f"/api/v1/uploads/{upload_id}").status_code == 401
    assert api_as(None).post("/api/v1/uploads/presign", {}).status_code == 401
    assert Upload.objects.get().state == "open"
