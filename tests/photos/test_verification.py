"""verify_library finds every planted fault; make_missing starts what lacks; staff look without seeing pictures."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from circles.models import User
from photos.models import Photo
from processing import jobs
from processing.models import FileDeletion, Job, JobFile
from tests.photos.conftest import picture


def verified(*words: str) -> dict[str, Any]:
    said = io.StringIO()
    try:
        call_command("verify_library", "--json", *words, stdout=said)
    except CommandError:
        return json.loads(said.getvalue()) | {"is_sound": False}
    return json.loads(said.getvalue()) | {"is_sound": True}


def test_a_sound_library_is_said_to_be_sound(
    alice: User, make_photo: Any, presign: Any, send: Any, media: Path
) -> None:
    make_photo(alice)
    send(presign(alice, picture(1)).json()["url"], picture(1))
    (media / ".aureole").write_text("marker")

    found = verified()

    assert (found["is_sound"], found["originals"], found["renditions"]) == (True, 1, 9)


def test_every_planted_fault_is_found(alice: User, make_photo: Any, media: Path) -> None:
    photos = [make_photo(alice, content=picture(seed)) for seed in range(4)]
    keys = [photo.original.key for photo in photos]
    pictures = list(photos[3].renditions.values_list("key", flat=True))
    (media / keys[0]).unlink()
    flipped = bytearray((media / keys[1]).read_bytes())
    flipped[500] ^= 1
    (media / keys[1]).write_bytes(flipped)
    (media / keys[2]).write_bytes(b"short")
    (media / pictures[0]).unlink()
    (media / pictures[1]).write_bytes(b"")
    planted = ["originals/nobodys", "ingest/x/y/256.webp", "uploads/closed/1.abc", "loose"]
    for key in planted:
        (media / key).parent.mkdir(parents=True, exist_ok=True)
        (media / key).write_bytes(b"?")

    found = verified()

    assert not found["is_sound"]
    assert sorted(found["missing"]) == sorted([keys[0], pictures[0]])
    assert sorted(found["mismatched"]) == sorted([keys[1], keys[2], pictures[1]])
    assert found["orphans"] == sorted(planted)
    assert keys[1] not in verified("--quick")["mismatched"]


def test_what_the_last_full_look_found_is_told_in_figures(
    alice: User, make_photo: Any, media: Path, client: Any
) -> None:
    photo = make_photo(alice)
    (media / photo.original.key).write_bytes(b"x" * photo.original.byte_size)
    (media / "stray").write_bytes(b"?")
    for words in ((), ("--quick",)):
        verified(*words)
        told = client.get("/metrics").content.decode()
        assert 'aureole_integrity_files{finding="mismatched"} 1.0' in told
        assert 'aureole_integrity_files{finding="orphan"} 1.0' in told
        assert 'aureole_integrity_files{finding="missing"} 0.0' in told
    assert "aureole_integrity_checked_timestamp_seconds 0.0" not in told


def test_files_on_their_way_are_no_findings(alice: User, make_photo: Any, media: Path) -> None:
    photo = make_photo(alice)
    job = jobs.submit(actor=alice, kind="ingest", subject_id=photo.pk)
    staged = JobFile.objects.create(job=job, lease_token=job.pk, name="a", key="ingest/j/l/a")
    leaving = FileDeletion.objects.create(key="originals/leaving", reason="x", not_before=job.created_at)
    for key in (staged.key, leaving.key):
        (media / key).parent.mkdir(parents=True, exist_ok=True)
        (media / key).write_bytes(b"?")
    assert verified()["is_sound"]


def test_the_findings_are_told_in_words(alice: User, make_photo: Any, media: Path) -> None:
    said = io.StringIO()
    call_command("verify_library", stdout=said)
    assert "Everything is there" in said.getvalue()
    photo = make_photo(alice)
    (media / photo.original.key).unlink()
    with pytest.raises(CommandError, match="backup"):
        call_command("verify_library", stdout=said)
    assert f"Missing: {photo.original.key}" in said.getvalue()


def test_make_missing_starts_what_lacks_pictures(alice: User, make_photo: Any) -> None:
    make_photo(alice).renditions.filter(size=256).delete()
    make_photo(alice)
    said = io.StringIO()
    call_command("make_missing", stdout=said)
    assert (said.getvalue().strip(), Job.objects.count()) == ("Started 1 photo.", 1)


@pytest.fixture
def staff(make_user: Any) -> User:
    user = make_user("staff@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="photos"))
    return user


def test_staff_see_how_photos_stand_but_not_what_they_show(
    alice: User, staff: User, make_photo: Any, client: Any
) -> None:
    photo = make_photo(alice, title="Secret birthday", caption="whisper", filename="private.jpg", place="Hidden Lake")
    client.force_login(staff)

    pages = [
        client.get("/admin/photos/photo/"),
        client.get(f"/admin/photos/photo/{photo.pk}/change/"),
        client.get("/admin/photos/original/"),
        client.get("/admin/photos/upload/"),
    ]

    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert not [
            word
            for word in ("Secret", "whisper", "private.jpg", "Hidden Lake", "/thumb/", '/original"')
            if word in text
        ]
    assert client.post(f"/admin/photos/photo/{photo.pk}/change/", {"title": "x"}).status_code == 403
    assert client.get(f"/admin/photos/photo/{photo.pk}/delete/").status_code == 403
    assert client.get(f"/admin/photos/photo/{photo.pk}/history/").status_code == 404
    assert client.get(f"/api/v1/photos/{photo.pk}").status_code == 404
    assert client.get(f"/api/v1/photos/{photo.pk}/thumb/256.webp").status_code == 404


def test_staff_can_have_pictures_made_again(alice: User, staff: User, make_photo: Any, client: Any) -> None:
    photo = make_photo(alice)
    client.force_login(staff)
    body = {"action": "make_pictures_again", "_selected_action": [str(photo.pk)]}

    assert client.post("/admin/photos/photo/", body).status_code == 302

    job = Job.objects.get()
    assert (job.owner, job.subject_id, job.options) == (alice, photo.pk, {"everything": True})


def test_staff_without_permission_see_nothing(make_user: Any, make_photo: Any, client: Any) -> None:
    client.force_login(make_user("helper@example.com", is_staff=True))
    for model in ("photo", "original", "upload"):
        assert client.get(f"/admin/photos/{model}/").status_code == 403
    assert not Photo.objects.exists()
