"""Two at once, and crashes in the middle: one photo, and no byte that nobody knows of."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from circles.models import User
from photos import sweeps
from photos.actions import uploads
from photos.models import Original, Photo, Upload
from processing import files
from processing.errors import AureoleError
from processing.models import FileDeletion, Job
from tests.photos.conftest import picture


def announced(owner: User, content: bytes, sha256: str = "") -> Upload:
    """An upload whose bytes have all arrived."""
    import io

    said = uploads.Announcement("a.jpg", len(content), sha256)
    upload = uploads.announce_upload(actor=owner, announcement=said)
    uploads.receive_bytes(upload_id=upload.pk, first=0, length=len(content), stream=io.BytesIO(content))
    return upload


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def settle(days: int = 0) -> None:
    """What the reconciler does, as if ``days`` had gone by."""
    FileDeletion.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    files.drain_deletions()
    sweeps.sweep_uploads()


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at once, each on a connection of its own; returns results or the errors people would see."""
    barrier = threading.Barrier(len(calls))
    found: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            found[place] = call()
        except AureoleError as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_completions_at_once_make_one_photo(alice: User, media: Path) -> None:
    for seed in range(3):
        upload = announced(alice, picture(seed))

        def complete(upload_id: uuid.UUID = upload.pk) -> uploads.Completion:
            return uploads.complete_upload(actor=alice, upload_id=upload_id)

        found = together(complete, complete, complete)

        assert [type(one) for one in found] == [uploads.Completion] * 3
        assert len({one.photo.pk for one in found}) == 1
    settle()
    assert (Photo.objects.count(), Original.objects.count(), Job.objects.count()) == (3, 3, 3)
    assert len(stored(media)) == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_file_uploaded_twice_at_once_is_kept_once(alice: User, media: Path) -> None:
    content = picture(5)
    first, second = announced(alice, content), announced(alice, content)

    found = together(
        *(lambda pk=upload.pk: uploads.complete_upload(actor=alice, upload_id=pk) for upload in (first, second))
    )

    assert sorted(type(one).__name__ for one in found) == ["Completion", "Duplicate"]
    settle()
    assert (Photo.objects.count(), len(stored(media))) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_cannot_pass_a_quota_that_has_room_for_one(alice: User, media: Path) -> None:
    contents = [picture(6), picture(7)]
    ready = [announced(alice, content) for content in contents]
    User.objects.filter(pk=alice.pk).update(quota_bytes=max(map(len, contents)) + 10)

    found = together(*(lambda pk=u.pk: uploads.complete_upload(actor=alice, upload_id=pk) for u in ready))

    assert sorted(type(one).__name__ for one in found) == ["Completion", "QuotaExceeded"]
    assert Original.objects.count() == 1


class PowerCut(BaseException):
    """Ends a process wherever it is: nothing after it runs."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["_inspected", "_new_photo", "_close"])
def test_a_crash_between_file_and_row_leaves_no_orphan(alice: User, media: Path, monkeypatch: Any, moment: str) -> None:
    upload = announced(alice, picture(8))

    def cut(*args: Any, **kwargs: Any) -> None:
        raise PowerCut()

    with monkeypatch.context() as patch:
        patch.setattr(uploads, moment, cut)
        with pytest.raises(PowerCut):
            uploads.complete_upload(actor=alice, upload_id=upload.pk)
    assert (media / "originals").exists()

    settle()

    assert [path.parent.parent.name for path in stored(media)] == ["uploads"]
    assert not Photo.objects.exists()
    done = uploads.complete_upload(actor=alice, upload_id=upload.pk)
    settle()
    assert stored(media) == [media / done.photo.original.key]


def test_a_process_killed_before_it_could_tidy_is_tidied_after_an_hour(
    alice: User, media: Path, monkeypatch: Any
) -> None:
    """As after kill -9: not even ``finally`` ran, only what was committed is there."""
    upload = announced(alice, picture(9))
    key = f"originals/{uuid.uuid4()}"
    FileDeletion.objects.create(key=key, reason="original not kept", not_before=timezone.now() + uploads.GRACE)
    uploads.backend().assemble(upload, key)
    files.drain_deletions()
    assert (media / key).exists()

    settle()

    assert not (media / key).exists()


def test_an_expired_upload_is_given_up_and_its_bytes_go(alice: User, media: Path) -> None:
    old, young = announced(alice, picture(10)), announced(alice, picture(11))
    Upload.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    sweeps.sweep_uploads()

    assert {u.pk: u.state for u in Upload.objects.all()} == {old.pk: "aborted", young.pk: "open"}
    assert [path.parent.name for path in stored(media)] == [str(young.pk)]


def test_uploads_that_ended_long_ago_are_forgotten_but_not_their_photos(alice: User, media: Path) -> None:
    done = [announced(alice, picture(seed)) for seed in (20, 21)]
    for upload in done:
        uploads.complete_upload(actor=alice, upload_id=upload.pk)
    Upload.objects.filter(pk=done[0].pk).update(expires_at=timezone.now() - sweeps.REMEMBERED - timedelta(seconds=1))

    sweeps.sweep_uploads()

    assert Upload.objects.get() == done[1]
    assert Photo.objects.count() == 2


def test_bytes_of_uploads_nobody_knows_are_swept(alice: User, media: Path) -> None:
    upload = announced(alice, picture(12))
    upload.delete()
    (media / "uploads" / "not-one-of-ours").mkdir()

    assert sweeps.sweep_uploads() == 1
    assert not stored(media)


def test_the_reconciler_knows_the_sweeps() -> None:
    from processing import reconciler

    names = set(reconciler._chores)
    assert {"photos.sweeps.sweep_uploads", "photos.sweeps.sweep_bins"} <= names
