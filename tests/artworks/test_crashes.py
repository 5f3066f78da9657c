"""What is left when something stops in the middle: never half an artwork, never a file nobody knows."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from artworks.actions import keeping, making
from artworks.models import Artwork, ArtworkFile, HandMask
from circles.models import User
from processing import files, leases, runner
from processing.models import FileDeletion, Job
from processing.states import Queue
from tests.artworks.test_library import png


def stored(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def due_now() -> None:
    FileDeletion.objects.update(not_before=timezone.now())
    files.drain_deletions()


def test_a_crash_while_publishing_leaves_no_artwork_and_no_file(  # noqa: PLR0917
    anna: User, make_photo: Any, submit: Any, work: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(anna, make_photo(anna))
    before = stored(media)

    def crash(*_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(ArtworkFile.objects, "bulk_create", crash)
    work()
    assert Job.objects.get().is_dead_letter
    assert not Artwork.objects.exists()
    due_now()
    assert stored(media) == before


def test_a_worker_that_was_away_too_long_publishes_nothing(  # noqa: PLR0917
    anna: User, make_photo: Any, submit: Any, stand_in: None, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(anna, make_photo(anna))
    before = stored(media)
    storing = files.store

    def lose_the_lease(*args: Any) -> None:
        storing(*args)
        Job.objects.update(lease_token=uuid.uuid4())

    monkeypatch.setattr(files, "store", lose_the_lease)
    job = leases.claim(Queue.HIGH, "here")
    assert job is not None
    runner.run(job)
    assert not Artwork.objects.exists()
    due_now()
    assert stored(media) == before


def test_a_second_run_after_a_crash_makes_one_artwork(  # noqa: PLR0917
    anna: User, make_photo: Any, submit: Any, work: Any, api_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit(anna, make_photo(anna)).json()["id"]
    with monkeypatch.context() as broken:
        broken.setattr(ArtworkFile.objects, "bulk_create", lambda *_: 1 / 0)
        work()
    api_as(anna).post(f"/api/v1/processing/jobs/{job_id}/reprocess", {})
    work()
    assert Artwork.objects.count() == 1
    assert Artwork.objects.get().files.count() == 5


def test_a_mask_stored_for_nothing_goes_by_itself(
    anna: User, make_artwork: Any, api_as: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artwork = make_artwork(anna)
    before = stored(media)

    def crash(*_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(making, "keep_mask", crash)
    with pytest.raises(RuntimeError):
        api_as(anna).put(f"/api/v1/artworks/{artwork.pk}/mask", png(), content_type="image/png")
    assert not HandMask.objects.exists()
    assert len(stored(media)) == len(before) + 1
    due_now()
    assert stored(media) == before


def test_masks_no_job_and_no_artwork_uses_any_more_are_swept(
    anna: User, make_artwork: Any, work: Any, api_as: Any, media: Path
) -> None:
    artwork = make_artwork(anna)
    for _ in range(2):
        api_as(anna).put(f"/api/v1/artworks/{artwork.pk}/mask", png(), content_type="image/png")
        work()
    used, unused = Artwork.objects.newest_first()[:2]
    job_id = unused.job_id
    HandMask.objects.update(created_at=timezone.now() - 2 * keeping.MASKS_KEPT)
    api_as(anna).delete(f"/api/v1/artworks/{unused.pk}")
    assert keeping.sweep_masks() == 0
    api_as(anna).delete(f"/api/v1/processing/jobs/{job_id}")
    assert keeping.sweep_masks() == 1
    assert [str(mask.pk) for mask in HandMask.objects.all()] == [used.options["mask"]]


def test_many_files_go_in_one_round(db: None, media: Path) -> None:
    """Two hundred in two seconds would take two minutes for a thousand artworks."""
    files.delete_later([f"iris/{number}" for number in range(450)], reason="opted out")
    assert files.drain_deletions(limit=200, seconds=60) == 450
    assert not FileDeletion.objects.exists()
