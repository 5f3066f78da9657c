"""Photos that are not there, or not one's own: when a render is asked for, when it begins, and while it is made."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from artworks.models import Artwork, ArtworkFile
from circles.models import User
from photos.models import Photo
from processing import facade_job, reconciler
from processing.fetching.fetcher import Fetcher
from processing.models import Job
from processing.states import State
from tests.facades.conftest import BRICK, HOUSE, JOBS

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(alice: User, api_as: Any, library: Any) -> Callable[[], tuple[Any, Photo, Photo]]:
    """Alice asks for her photo with her texture: the answer, and both."""

    def send() -> tuple[Any, Photo, Photo]:
        photo, texture = Photo.objects.owned_by(alice).order_by("title").reverse()
        body = {"photo_id": str(photo.pk), "texture_photo_id": str(texture.pk)}
        return api_as(alice).post(JOBS, body), photo, texture

    library(alice)
    return send


def bin_it(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(deleted_at=timezone.now())


@pytest.mark.parametrize(("title", "field"), [("Our house", "photo_id"), ("Brick", "texture_photo_id")])
def test_what_lies_in_the_bin_cannot_be_asked_for(ask: Any, title: str, field: str) -> None:
    bin_it(Photo.objects.get(title=title))
    refused, _, _ = ask()
    assert (refused.status_code, list(refused.json()["details"])) == (400, [field])
    assert not Job.objects.exists()


@pytest.mark.parametrize("which", [1, 2])
def test_what_is_binned_before_it_begins_is_not_used(ask: Any, work: Callable[[], int], which: int) -> None:
    bin_it(ask()[which])
    work()
    job = Job.objects.get()
    assert (job.state, job.message) == (State.CANCELLED, "A photo it is made of was deleted.")


@pytest.mark.parametrize("which", [1, 2])
def test_what_goes_while_the_pixels_are_made_leaves_nothing(
    ask: Any, work: Callable[[], int], media: Any, monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    before = {path for path in media.rglob("*") if path.is_file()}
    gone = ask()[which]
    pixels = facade_job.pipeline.run

    def in_the_middle(*words: Any) -> dict[str, Any]:
        bin_it(gone)
        return pixels(*words)

    monkeypatch.setattr(facade_job.pipeline, "run", in_the_middle)
    work()
    assert Job.objects.get().state == State.CANCELLED
    assert not (Artwork.objects.exists() or ArtworkFile.objects.exists())
    reconciler.run_everything_once()
    assert {path for path in media.rglob("*") if path.is_file()} <= before


def test_what_is_refused_for_what_it_is_is_not_tried_again(
    alice: User, api_as: Any, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    download = Fetcher.download

    def listen(fetcher: Fetcher, url: str, *words: Any) -> Any:
        asked.append(url)
        return download(fetcher, url, *words)

    monkeypatch.setattr(Fetcher, "download", listen)
    inside = HOUSE.replace("pictures.example", "inside.example")
    api_as(alice).post(JOBS, {"image_url": inside, "texture_url": BRICK})
    work()
    assert asked == [inside]
    assert Job.objects.get().error_code == "download_failed"
