"""What keeps uploads within bounds: idempotency keys, the throttle, full disks, hostile names."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from circles.models import User
from photos.models import Photo, Upload
from tests.photos.conftest import picture


def test_an_idempotency_key_means_one_upload(alice: User, bob: User, presign: Any) -> None:
    key = {"Idempotency-Key": "once"}
    first = presign(alice, b"abc", headers=key, sha256="").json()

    assert presign(alice, b"abc", headers=key, sha256="").json()["upload_id"] == first["upload_id"]
    assert presign(alice, b"abcd", headers=key, sha256="").json()["error"] == "idempotency_conflict"
    assert presign(bob, b"abc", headers=key, sha256="").json()["upload_id"] != first["upload_id"]
    assert presign(alice, b"abc", sha256="").json()["upload_id"] != first["upload_id"]


def test_who_completes_uploads_is_never_slowed(alice: User, upload: Any, presign: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("photos.actions.uploads.UPLOADS_A_MINUTE", 3)
    for seed in range(20, 26):
        assert upload(alice, picture(seed)).status_code == 201
    for seed in range(20, 26):
        assert upload(alice, picture(seed), sha256="").json()["error"] == "duplicate"
    assert presign(alice, b"one more").status_code == 201


def test_too_many_uploads_that_were_not_completed_wait(alice: User, bob: User, presign: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("photos.actions.uploads.UPLOADS_A_MINUTE", 3)
    for number in range(3):
        assert presign(alice, bytes([number])).status_code == 201

    answer = presign(alice, b"x")

    assert (answer.status_code, answer.json()["error"]) == (429, "throttled")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert presign(bob, b"x").status_code == 201
    Upload.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    assert presign(alice, b"x").status_code == 201


def test_completion_is_never_refused_by_queue_limits(alice: User, upload: Any, settings: Any) -> None:
    settings.QUEUE_LIMIT_PERSON = settings.QUEUE_LIMIT_ALL = 0

    assert upload(alice, picture(30)).status_code == 201


def test_a_full_disk_is_told_as_such(alice: User, presign: Any, send: Any, monkeypatch: Any, media: Path) -> None:
    import errno
    import os

    said = presign(alice, bytes(2500)).json()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("photos.uploads.disk.os.fsync", full)
    answer = send(said["urls"][0], bytes(2500))

    assert (answer.status_code, answer.json()["error"]) == (507, "storage_full")
    assert not [path for path in media.rglob("*") if path.is_file()]


def names() -> list[str]:
    import os

    folder = Path(os.environ.get("AUREOLE_TEST_DATA", "../shared/data"))
    return (folder / "bad" / "FILENAMES.txt").read_text().split("\n")


def test_hostile_file_names_are_shown_harmlessly_and_never_become_paths(
    alice: User, upload: Callable[..., Any], media: Path, tmp_path: Path
) -> None:
    for seed, name in enumerate(name for name in names() if name):
        content = picture(100 + seed)
        done = upload(alice, content, name)
        if done.status_code in {400, 415}:
            continue
        assert done.status_code == 201, (name, done.content)
        shown = done.json()["photo"]["filename"]
        assert "/" not in shown
        assert "\\" not in shown
        assert shown.isprintable()
        assert 1 <= len(shown) <= 255
        assert not shown.startswith(".")
    assert Photo.objects.count() >= 10
    assert {path.relative_to(media).parts[0] for path in media.rglob("*")} <= {"originals", "uploads"}
    assert [path.name for path in tmp_path.iterdir()] == ["media"]
