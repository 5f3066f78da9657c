"""An iris is biometric: nothing is made without a word, and taking it back leaves nothing."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from artworks.models import Artwork, ArtworkFile, HandMask
from artworks.recipes.iris import Iris
from circles.actions.opt_ins import OptInRequired, opt_out
from circles.models import OptIn, User
from processing import files, jobs, reconciler
from processing.models import FileDeletion, Job, JobEvent, JobFile
from tests.artworks.conftest import agree
from tests.artworks.stand_in import OUTLINES


def stored(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_without_a_word_every_door_is_closed(alice: User, make_artwork: Any, make_photo: Any, api_as: Any) -> None:
    artwork = make_artwork(alice)
    OptIn.objects.update(withdrawn_at=timezone.now())
    photo, client = str(make_photo(alice).pk), api_as(alice)
    answers = [
        client.post("/api/v1/processing/submit", {"photo_id": photo}),
        client.post("/api/v1/processing/submit", {"photo_id": str(artwork.photo_id)}),
        client.post("/api/v1/processing/batch", {"photo_ids": [photo]}),
        client.post(f"/api/v1/processing/jobs/{artwork.job_id}/reprocess", {}),
        client.post(f"/api/v1/artworks/{artwork.pk}/reprocess", {}),
        client.patch(f"/api/v1/artworks/{artwork.pk}/geometry", {"pupil": OUTLINES["pupil"]}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (403, "opt_in_required")
        assert "Settings" in answer.json()["suggestion"]
    assert Job.objects.count() == 1


def test_switching_it_off_leaves_no_row_and_no_file_but_the_photos(  # noqa: PLR0917
    alice: User, bob: User, make_artwork: Any, make_photo: Any, submit: Any, work: Any, media: Path, api_as: Any
) -> None:
    others = make_artwork(bob)
    photo = make_photo(alice, content=b"a closed eye")
    kept = make_photo(alice)
    before = stored(media)
    make_artwork(alice, kept)
    submit(alice, photo)
    work()
    submit(alice, kept, enhance=1)
    submit(alice, kept, pipeline="enhance")
    since = timezone.now()

    api_as(alice).delete("/api/v1/me/opt-ins/iris")
    reconciler.run_everything_once()

    assert timezone.now() - since < timedelta(seconds=60)
    assert stored(media) == before
    assert list(Artwork.objects.all()) == [others]
    assert set(ArtworkFile.objects.values_list("artwork", flat=True)) == {others.pk}
    assert set(Job.objects.filter(owner=alice).values_list("kind", flat=True)) == {"enhance"}
    assert not JobFile.objects.filter(job__owner=alice).exists()
    assert set(JobEvent.objects.values_list("job__kind", "job__owner")) == {("enhance", alice.pk), ("iris", bob.pk)}
    assert not HandMask.objects.exists()
    assert not FileDeletion.objects.exists()


def test_a_job_that_is_just_running_publishes_nothing_any_more(  # noqa: PLR0917
    alice: User, make_photo: Any, submit: Any, work: Any, media: Path, monkeypatch: Any
) -> None:
    submit(agree(alice), make_photo(alice))
    before = stored(media)
    storing = files.store

    def store_then_change_ones_mind(*args: Any) -> None:
        storing(*args)
        opt_out(actor=alice, purpose="iris")

    monkeypatch.setattr(files, "store", store_then_change_ones_mind)
    work()
    assert not Artwork.objects.exists()
    assert not Job.objects.exists()
    files.drain_deletions()
    assert stored(media) == before


@pytest.mark.django_db(transaction=True)
def test_publishing_and_taking_back_at_once_leave_nothing(alice: User, make_photo: Any, submit: Any) -> None:
    """Whoever comes first: the opt-in's row is locked by both."""
    submit(agree(alice), make_photo(alice))
    job = Job.objects.get()
    started, done = threading.Event(), threading.Event()

    def take_back() -> None:
        started.set()
        opt_out(actor=alice, purpose="iris")
        done.set()
        connection.close()

    thread = threading.Thread(target=take_back)
    with transaction.atomic():
        Iris.guard(job)
        thread.start()
        assert started.wait(5)
        assert not done.wait(0.5), "the opt-out did not wait for the publishing transaction"
        Iris.publish(job, {"width": 1, "height": 1}, {})
    thread.join(10)
    assert done.is_set()
    assert not Artwork.objects.exists()
    with pytest.raises(OptInRequired), transaction.atomic():
        Iris.guard(job)


def test_another_room_s_opt_out_touches_no_iris(alice: User, make_artwork: Any) -> None:
    from circles import consequences

    make_artwork(alice)
    consequences.opted_out.happen(alice, "faces")
    assert Artwork.objects.count() == 1


def test_deleting_the_account_takes_artworks_and_masks_along(alice: User, make_artwork: Any, media: Path) -> None:
    from circles import consequences

    artwork = make_artwork(alice)
    HandMask.objects.create(owner=alice, photo=artwork.photo, key="masks/one.png", byte_size=1)
    keys = {*artwork.files.values_list("key", flat=True), "masks/one.png"}
    consequences.account_deleting.happen(alice)
    jobs.delete_all(owner=alice)
    alice.delete()
    assert keys <= set(FileDeletion.objects.values_list("key", flat=True))
    assert not Artwork.objects.exists()
