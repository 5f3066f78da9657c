"""A quick look: waited for, forgotten at once, never an artwork."""

import base64
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from artworks.actions import previewing
from artworks.models import Artwork
from circles.models import User
from processing import broker, files, recipe
from processing.models import Job
from tests.artworks.conftest import agree

URL = "/api/v1/preview"


@pytest.fixture
def live(work: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that begins as soon as somebody waits."""
    waiting = previewing.wait_for_preview

    def work_then_wait(**words: Any) -> Any:
        work()
        return waiting(**words)

    monkeypatch.setattr(previewing, "wait_for_preview", work_then_wait)


def stored(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("live")
def test_a_look_is_a_small_jpeg_and_leaves_nothing(anna: User, make_photo: Any, api_as: Any, media: Path) -> None:
    photo = make_photo(anna)
    before = stored(media)
    answer = api_as(anna).post(URL, {"photo_id": str(photo.pk), "options": {"background": "white"}})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"
    files.drain_deletions()
    assert stored(media) == before
    assert not Job.objects.exists()
    assert not Artwork.objects.exists()


@pytest.mark.usefixtures("live")
def test_outlines_and_numbers_come_along_when_asked_for(anna: User, make_photo: Any, api_as: Any) -> None:
    body = {"photo_id": str(make_photo(anna).pk), "with_facts": True}
    said = api_as(anna).post(URL, body).json()
    assert set(said) == {"picture", "engine", "confidence", "gate", "geometry"}
    assert said["geometry"]["pupil"]["angle"] == pytest.approx(28.6479, abs=1e-4)
    head, _, content = said["picture"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(content).startswith(b"\xff\xd8")


@pytest.mark.usefixtures("live")
def test_a_refusal_is_told_at_once_and_leaves_no_job(anna: User, make_photo: Any, api_as: Any) -> None:
    answer = api_as(anna).post(URL, {"photo_id": str(make_photo(anna, content=b"a closed eye").pk)})
    assert (answer.status_code, answer.json()["error"]) == (422, "eye_closed")
    assert answer.json()["suggestion"] == "Open the eye wide."
    assert answer.json()["details"]["geometry"]["limbus"]["cx"] == 321.0
    assert not Job.objects.exists()


def test_what_takes_longer_is_a_job_to_look_at(
    anna: User, make_photo: Any, api_as: Any, work: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(previewing.wait_for_preview, "__kwdefaults__", {"seconds": 0.05})
    answer = api_as(anna).post(URL, {"photo_id": str(make_photo(anna).pk)})
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    work()
    said = api_as(anna).get(f"/api/v1/processing/jobs/{answer.json()['id']}").json()
    assert "result.jpg" in {file["name"] for file in said["files"]}
    assert not Artwork.objects.exists()


def test_what_nobody_waited_for_is_forgotten(anna: User, make_photo: Any, work: Any, media: Path) -> None:
    photo = make_photo(anna)
    before = stored(media)
    previewing.start_preview(actor=anna, photo=photo, options={})
    work()
    assert previewing.forget_old_previews() == 0
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert previewing.forget_old_previews() == 1
    files.drain_deletions()
    assert stored(media) == before


def test_a_newer_look_takes_the_place_of_one_that_waits(anna: User, bob: User, make_photo: Any) -> None:
    photo = make_photo(anna)
    first = previewing.start_preview(actor=anna, photo=photo, options={})
    his = previewing.start_preview(actor=agree(bob), photo=make_photo(bob), options={})
    second = previewing.start_preview(actor=anna, photo=photo, options={"enhance": 1})
    assert set(Job.objects.values_list("pk", flat=True)) == {second.pk, his.pk}
    from processing.errors import Conflict

    with pytest.raises(Conflict) as raised:
        previewing.wait_for_preview(actor=anna, job_id=first.pk)
    assert raised.value.error_code == "outdated"


def test_a_look_goes_before_a_batch(anna: User, make_photo: Any, api_as: Any) -> None:
    photos = [make_photo(anna) for _ in range(3)]
    body = {"photo_ids": [str(photo.pk) for photo in photos], "pipeline": "iris"}
    assert api_as(anna).post("/api/v1/processing/batch", body).status_code == 201
    previewing.start_preview(actor=anna, photo=photos[0], options={})
    assert Job.objects.order_by("-priority")[0].kind == "preview"
    assert (recipe.find("preview").queue, recipe.find("preview").attempts) == ("high", 1)


def test_it_is_as_closed_as_the_real_thing(
    alice: User, bob: User, make_photo: Any, api_as: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(broker, "wake", lambda *_: True)
    photo = make_photo(alice)
    body = {"photo_id": str(photo.pk)}
    assert api_as(alice).post(URL, body).json()["error"] == "opt_in_required"
    assert api_as(agree(bob)).post(URL, body).status_code == 404
    assert api_as(None).post(URL, body).status_code == 401
    agree(alice)
    for wrong in ({"options": {"enhance": 9}}, {"pipeline": "enhance"}, {"size": 3}):
        assert api_as(alice).post(URL, body | wrong).status_code == 400
    api_as(alice).delete(f"/api/v1/photos/{photo.pk}")
    assert api_as(alice).post(URL, body).json()["error"] == "in_bin"
    assert not Job.objects.exists()
