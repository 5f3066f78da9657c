"""The wall of a facade that came from an address, painted over: the address is not needed any more."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from artworks.models import Artwork, ArtworkFile, HandMask
from circles.models import User
from processing import facade_job, reconciler
from processing.models import Job
from processing.states import State
from tests.facades.conftest import BRICK, HOUSE, JOBS, png
from tests.processing.fetching.origin import Origin, answer

pytestmark = pytest.mark.django_db
WALL = png(np.full((270, 360), 255, np.uint8))
KEPT = {"original", "photo.webp", "texture"}


@pytest.fixture
def api(alice: User, api_as: Any) -> Any:
    return api_as(alice)


@pytest.fixture
def given(work: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[bytes, bytes, bool]]]:
    """Photo, texture, and whether a mask by hand: what each run of the pixels was given."""
    found: list[tuple[bytes, bytes, bool]] = []
    pixels = facade_job.pipeline.run

    def look(folder: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
        read = [(folder / request[name]).read_bytes() for name in ("source", "texture")]
        found.append((read[0], read[1], bool(request.get("mask"))))
        return pixels(folder, request, report)

    monkeypatch.setattr(facade_job.pipeline, "run", look)
    yield found


@pytest.fixture
def laid(api: Any, work: Callable[[], int], given: Any) -> Artwork:
    """A render of two addresses."""
    assert api.post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).status_code == 201
    work()
    return Artwork.objects.get()


def painted(api: Any, artwork: Artwork, wall: bytes = WALL, follow: str = "") -> Any:
    return api.put(f"/api/v1/artworks/{artwork.pk}/mask{follow}", data=wall, content_type="image/png")


def newest() -> Artwork:
    found = Artwork.objects.newest_first().first()
    assert found is not None
    return found


def test_it_is_laid_again_from_what_was_kept_and_so_is_the_next(
    api: Any, laid: Artwork, work: Callable[[], int], given: Any, origin: Origin
) -> None:
    assert set(laid.files.values_list("name", flat=True)) >= KEPT
    origin.pages = {name: answer(b"", "404 Not Found") for name in origin.pages}
    asked = len(origin.requests)
    before = laid
    for _ in range(2):
        sent = painted(api, before)
        assert sent.status_code == 201, sent.json()
        work()
        made = newest()
        assert (made.parent, made.options["image_url"], made.photo) == (before, HOUSE, None)
        assert made.options["mask"] in {str(mask.pk) for mask in HandMask.objects.all()}
        assert set(made.files.values_list("name", flat=True)) >= KEPT
        before = made
    assert len(origin.requests) == asked
    assert [with_mask for _, _, with_mask in given] == [False, True, True]
    assert len({(photo, texture) for photo, texture, _ in given}) == 1
    assert Job.objects.filter(state=State.COMPLETED, label="A facade from pictures.example").count() == 3


def test_another_texture_is_asked_for_and_the_photo_is_not(
    api: Any, laid: Artwork, work: Callable[[], int], given: Any, origin: Origin
) -> None:
    origin.requests.clear()
    origin.pages["/other.png"] = answer(png(np.zeros((40, 40, 3), np.uint8)))
    other = {"options": {"texture_url": BRICK.replace("brick", "other")}}
    assert api.post(f"/api/v1/artworks/{laid.pk}/reprocess", other).status_code == 201
    work()
    assert [request.split()[1] for request in origin.requests] == [b"/other.png"]
    assert given[1][0] == given[0][0]
    assert given[1][1] != given[0][1]


def test_the_page_has_the_photo_to_paint_on(
    alice: User, bob: User, session_of: Any, laid: Artwork, work: Callable[[], int]
) -> None:
    browser = session_of(alice)
    photo = f"/api/v1/artworks/{laid.pk}/files/photo.webp"
    page = browser.get(f"/artworks/{laid.pk}").content.decode()
    assert f'src="{photo}"' in page
    assert f'datetime="{(laid.created_at + timedelta(hours=48)).strftime("%Y-%m-%dT%H:%M")}' in page
    tab = browser.get(f"/artworks/{laid.pk}?view=brush").content.decode()
    assert f'src="{photo}"' in tab
    assert 'data-width="360" data-height="270"' in tab
    opened = browser.get(photo)
    assert opened["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(opened.streaming_content))).size == (360, 270)
    for name in KEPT:
        assert session_of(bob).get(f"/api/v1/artworks/{laid.pk}/files/{name}").status_code == 404
    sent = browser.post(f"/artworks/{laid.pk}/mask", {"mask": SimpleUploadedFile("m.png", WALL, "image/png")})
    assert (sent.status_code, sent["Location"]) == (302, f"/studio/jobs/{Job.objects.exclude(pk=laid.job_id).get().pk}")
    work()
    assert newest().parent == laid


def test_what_is_painted_is_as_large_as_the_picture_and_ones_own(
    api: Any, charlie: User, api_as: Any, laid: Artwork
) -> None:
    small = painted(api, laid, png(np.zeros((20, 20), np.uint8)))
    assert (small.status_code, small.json()["error"]) == (400, "validation_failed")
    assert "20 × 20 pixels, the photo 360 × 270" in small.json()["detail"]
    assert painted(api_as(charlie), laid).status_code == 404
    assert Job.objects.count() == 1


def test_where_the_photo_was_not_kept_that_is_said_with_a_way_out(api: Any, laid: Artwork) -> None:
    ArtworkFile.objects.filter(artwork=laid, name="original").delete()
    for refused in (
        painted(api, laid),
        api.post(f"/api/v1/artworks/{laid.pk}/reprocess", {"options": {"real_world_scale": 3}}),
    ):
        told = refused.json()
        assert (refused.status_code, told["error"]) == (409, "photo_gone")
        assert told["detail"] == "The photo of this artwork is gone."
        assert told["suggestion"] == "Upload it again and start anew."


def test_a_photo_that_goes_while_the_job_waits_ends_it(
    api: Any, laid: Artwork, work: Callable[[], int], given: Any
) -> None:
    painted(api, laid)
    api.delete(f"/api/v1/artworks/{laid.pk}")
    work()
    job = Job.objects.latest("created_at")
    assert (job.state, job.message) == (State.CANCELLED, "The photo it was painted on is gone.")
    assert len(given) == 1


def test_what_takes_too_long_before_the_pixels_counts_as_loading(
    api: Any, laid: Artwork, work: Callable[[], int], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow(*_: Any) -> None:
        while True:
            pass

    monkeypatch.setattr(facade_job.following, "follow", follow)
    settings.RENDER_STAGE_TIMEOUT = 0.5
    assert painted(api, laid, follow="?follow=true").status_code == 201
    work()
    failed = Job.objects.latest("created_at")
    assert (failed.state, failed.error_code) == (State.FAILED, "pipeline_error")
    assert "“load” took longer" in failed.message


def test_in_time_all_of_it_goes(
    api: Any, laid: Artwork, work: Callable[[], int], media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted(api, laid)
    work()
    assert len(list(media.rglob("original"))) == 2
    assert HandMask.objects.count() == 1
    later = timezone.now() + timedelta(hours=49)
    monkeypatch.setattr(timezone, "now", lambda: later)
    for _ in range(2):
        reconciler.run_everything_once()
    assert (Artwork.objects.count(), HandMask.objects.count(), Job.objects.count()) == (0, 0, 0)
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_deleting_one_render_leaves_the_masks_of_others(api: Any, laid: Artwork, work: Callable[[], int]) -> None:
    painted(api, laid)
    work()
    assert api.delete(f"{JOBS}/{laid.job_id}").status_code == 204
    assert HandMask.objects.count() == 1
    assert api.delete(f"{JOBS}/{newest().job_id}").status_code == 204
    assert HandMask.objects.count() == 0


def test_of_ones_own_photo_no_copy_is_kept_but_its_texture_from_elsewhere_is(
    alice: User, api: Any, library: Any, work: Callable[[], int], *, given: Any, origin: Origin
) -> None:
    photo, _ = library(alice)
    api.post(JOBS, {"photo_id": str(photo.pk), "texture_url": BRICK})
    work()
    made = Artwork.objects.get()
    assert KEPT & set(made.files.values_list("name", flat=True)) == {"texture"}
    origin.pages = {}
    origin.requests.clear()
    wall = png(np.full((photo.height, photo.width), 255, np.uint8))
    assert painted(api, made, wall).status_code == 201
    work()
    assert newest().parent == made
    assert origin.requests == []
    assert given[0][:2] == given[1][:2]
