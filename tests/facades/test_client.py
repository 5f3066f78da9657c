"""The client of seed 003: submits addresses, polls, opens the result; and what it is told when that cannot be."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client
from PIL import Image

from artworks.models import Artwork, ArtworkFile
from artworks.versions import PIPELINES
from circles.models import User
from facades.answers import code_of
from facades.recipes.render import STEPS
from photos.models import Photo
from processing import counting, jobs, presenting
from processing.errors import DownloadFailed
from processing.facade_job import STEP
from processing.imaging.facade import pipeline
from processing.models import Job
from processing.states import State
from tests.facades.conftest import BRICK, HOUSE, JOBS
from tests.facades.stand_in import NAME
from tests.processing.fetching.origin import Origin, answer, redirect

pytestmark = pytest.mark.django_db
BODY = {"image_url": HOUSE, "texture_url": BRICK}


@pytest.fixture
def submit(api_as: Any) -> Callable[..., Any]:
    def ask(owner: User, *, headers: Any = None, **body: Any) -> Any:
        return api_as(owner).post(JOBS, body, headers=headers)

    return ask


@pytest.fixture
def poll(api_as: Any, work: Callable[[], int]) -> Callable[..., Any]:
    """What is told of a render that was handed in, once the worker has done it."""

    def ask(owner: User, sent: Any) -> Any:
        work()
        return api_as(owner).get(sent.json()["poll_url"]).json()

    return ask


@pytest.mark.usefixtures("real_pixels")
def test_submit_poll_and_open_the_result(
    alice: User, api_as: Any, submit: Any, work: Callable[[], int], origin: Origin
) -> None:
    project = "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"
    sent = submit(alice, **BODY, project_id=project, user_id=str(alice.pk), options={"real_world_scale": 12})
    assert sent.status_code == 201, sent.json()
    told = sent.json()
    assert (told["status"], told["poll_url"]) == ("processing", f"http://testserver{JOBS}/{told['job_id']}")
    waiting = api_as(alice).get(told["poll_url"]).json()
    assert waiting == {
        "job_id": told["job_id"],
        "status": "processing",
        "project_id": project,
        "step": None,
        "progress": 0,
    }
    work()
    done = api_as(alice).get(told["poll_url"]).json()
    assert (done["status"], done["project_id"]) == ("completed", project)
    opened = Client().get(done["result_url"])
    assert (opened.status_code, opened["Content-Type"], opened["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    assert Image.open(io.BytesIO(b"".join(opened.streaming_content))).size == (360, 270)
    artwork = Artwork.objects.get(pk=done["artwork_id"])
    assert (artwork.kind, artwork.photo, artwork.version) == ("render", None, f"render-{PIPELINES['render']}")
    assert artwork.options["real_world_scale"] == 12
    assert {"result.jpg", "mask.png", "texture_tile.png"} <= set(artwork.files.values_list("name", flat=True))
    assert [request.split()[1] for request in origin.requests] == [b"/house.png", b"/brick.png"]


def test_photos_of_the_library_will_do(
    alice: User, submit: Any, api_as: Any, work: Callable[[], int], library: Any
) -> None:
    photo, texture = library(alice)
    sent = submit(alice, photo_id=str(photo.pk), texture_photo_id=str(texture.pk)).json()
    work()
    artwork = Artwork.objects.get()
    assert (artwork.photo, str(artwork), artwork.job_id) == (photo, "Our house", Job.objects.get().pk)
    assert api_as(alice).get(sent["poll_url"]).json()["artwork_id"] == str(artwork.pk)
    again = api_as(alice).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {"options": {"real_world_scale": 6}})
    assert again.status_code == 201, again.json()
    work()
    assert Artwork.objects.newest_first().first().parent == artwork


@pytest.mark.usefixtures("real_pixels")
def test_the_photo_as_its_own_texture_comes_back_as_it_is(
    alice: User, submit: Any, work: Callable[[], int], origin: Origin
) -> None:
    submit(alice, image_url=HOUSE, texture_url=HOUSE)
    work()
    assert Artwork.objects.get().engine == "none"
    assert len(origin.requests) == 1


def test_steps_are_named_numbered_and_those_of_the_pipeline(alice: User, submit: Any, api_as: Any) -> None:
    assert tuple(step.name for step in STEPS) == (STEP, *(name for name, _ in pipeline.STEPS))
    assert PIPELINES["render"] == pipeline.VERSION
    job_id = submit(alice, **BODY).json()["job_id"]
    Job.objects.filter(pk=job_id).update(step="segment", progress=41)
    told = api_as(alice).get(f"{JOBS}/{job_id}").json()
    assert told["step"] == {"number": 4, "of": 7, "name": "segment", "label": "Finding the wall"}
    assert {presenting.step_name(step.name, "render") for step in STEPS}.isdisjoint({step.name for step in STEPS})


def test_the_same_key_twice_is_one_job(alice: User, submit: Any) -> None:
    key = {"Idempotency-Key": "project-1"}
    first, second = (submit(alice, **BODY, headers=key).json() for _ in range(2))
    assert first == second
    assert Job.objects.count() == 1
    other = submit(alice, **BODY, options={"real_world_scale": 3}, headers=key)
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_conflict")


def test_a_full_queue_says_when_to_come_back_and_the_retry_succeeds(
    alice: User, submit: Any, settings: Any, work: Callable[[], int]
) -> None:
    settings.QUEUE_LIMIT_PERSON = 1
    assert submit(alice, **BODY).status_code == 201
    full = submit(alice, **BODY)
    assert (full.status_code, full.json()["error"]) == (503, "queue_full")
    assert int(full["Retry-After"]) > 0
    work()
    assert submit(alice, **BODY).status_code == 201


def test_ten_a_minute_and_polling_as_often_as_one_likes(alice: User, bob: User, submit: Any, api_as: Any) -> None:
    sent = [submit(alice, **BODY) for _ in range(11)]
    assert [answer.status_code for answer in sent] == [201] * 10 + [429]
    assert int(sent[-1]["Retry-After"]) > 0
    assert submit(bob, **BODY).status_code == 201
    assert {api_as(alice).get(sent[0].json()["poll_url"]).status_code for _ in range(15)} == {200}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no photo": ({"texture_url": BRICK}, "image_url"),
    "two photos": (BODY | {"photo_id": "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"}, "image_url"),
    "no texture": ({"image_url": HOUSE}, "texture_url"),
    "no address": (BODY | {"image_url": "a house"}, "image_url"),
    "an inner address": (BODY | {"texture_url": "http://169.254.169.254/latest"}, "texture_url"),
    "an inner webhook": (BODY | {"webhook_url": "http://[::1]/"}, "webhook_url"),
    "another's photo": ({"photo_id": "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10", "texture_url": BRICK}, "photo_id"),
    "a project of nobody": (BODY | {"project_id": "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"}, "user_id"),
    "somebody else": (BODY | {"user_id": "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"}, "user_id"),
    "an unknown field": (BODY | {"mask_url": BRICK}, "mask_url"),
    "an odd option": (BODY | {"options": {"real_world_scale": 0}}, "options"),
    "an unknown option": (BODY | {"options": {"gpu": True}}, "options"),
    "one point twice": (
        BODY | {"options": {"reference": {"points": [[1, 1], [1, 1]], "metres": 2, "tile_metres": 1}}},
        "options",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(alice: User, submit: Any, name: str) -> None:
    body, field = WRONG[name]
    refused = submit(alice, **body)
    told = refused.json()
    assert (refused.status_code, told["error"]) == (400, "validation_failed")
    assert field in told["details"]
    assert told["details"] == told["fields"]
    assert not Job.objects.exists()


def test_plain_http_is_refused_unless_this_server_allows_it(alice: User, submit: Any, settings: Any) -> None:
    settings.FETCH_ALLOW_HTTP = False
    assert set(submit(alice, **BODY).json()["details"]) == {"image_url", "texture_url"}
    secure = {name: url.replace("http:", "https:") for name, url in BODY.items()}
    assert submit(alice, **secure).status_code == 201


FAILING: dict[str, Any] = {
    "absent": answer(b"", "404 Not Found"),
    "a page": answer(b"<!doctype html>"),
    "inside": redirect("http://inside.example/"),
}


@pytest.mark.parametrize("name", FAILING)
def test_what_cannot_be_fetched_is_download_failed_in_the_same_words(
    alice: User, submit: Any, poll: Any, origin: Origin, name: str
) -> None:
    origin.pages["/brick.png"] = FAILING[name]
    counting._pending.clear()
    failed = poll(alice, submit(alice, **BODY))
    assert (failed["status"], failed["error_code"]) == ("failed", "download_failed")
    assert failed["error_message"] == f"{DownloadFailed.detail} {DownloadFailed.suggestion}"
    assert counting._pending["ssrf_refusals", ""] == (1 if name == "inside" else 0)
    assert not ArtworkFile.objects.exists()


def test_a_failed_download_is_tried_once_more(
    alice: User, submit: Any, work: Callable[[], int], origin: Origin, brick: bytes
) -> None:
    pages = iter([answer(b"", "503 Busy"), answer(brick)])

    def busy_at_first(request: bytes, sock: Any) -> None:
        next(pages)(request, sock)

    origin.pages["/brick.png"] = busy_at_first
    submit(alice, **BODY)
    work()
    assert Job.objects.get().state == State.COMPLETED
    origin.pages["/house.png"] = answer(b"", "503 Busy")
    origin.requests.clear()
    submit(alice, **BODY)
    work()
    assert len(origin.requests) == 2


def test_refusals_are_counted_and_shown_to_operators(alice: User, submit: Any, client: Client) -> None:
    counting._pending.clear()
    submit(alice, **BODY | {"image_url": "https://127.0.0.1/"})
    assert "aureole_ssrf_refusals_total 1.0" in client.get("/metrics").content.decode()


@pytest.mark.usefixtures("real_pixels")
def test_a_photo_without_a_plane_is_validation_failed_with_a_sentence(
    alice: User, submit: Any, api_as: Any, work: Callable[[], int], origin: Origin
) -> None:
    origin.pages["/house.png"] = answer(_meadow())
    told = submit(alice, **BODY).json()
    work()
    failed = api_as(alice).get(told["poll_url"]).json()
    assert (failed["status"], failed["error_code"]) == ("failed", "validation_failed")
    assert failed["error_message"].endswith(".")


def _meadow() -> bytes:
    target = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("error_type", "error_code", "told"),
    [
        ("transient_error", "storage_unavailable", "upload_failed"),
        ("quality_issue", "too_demanding", "pipeline_error"),
        ("quality_issue", "corrupt_image", "validation_failed"),
        ("transient_error", "pipeline_error", "pipeline_error"),
        ("server_error", "job_died", "pipeline_error"),
    ],
)
def test_every_failure_has_one_of_four_codes(error_type: str, error_code: str, told: str) -> None:
    assert code_of(Job(state=State.FAILED, error_type=error_type, error_code=error_code)) == told


def test_a_storage_that_is_full_is_upload_failed(
    alice: User, submit: Any, poll: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **words: Any) -> str:
        raise OSError("No space left on device")

    sent = submit(alice, **BODY)
    Job.objects.update(max_attempts=1)
    monkeypatch.setattr(FileSystemStorage, "save", full)
    assert poll(alice, sent)["error_code"] == "upload_failed"


def test_a_step_that_takes_too_long_is_pipeline_error(
    alice: User, submit: Any, poll: Any, library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def slow(work: Any, request: dict[str, Any], report: Any) -> dict[str, Any]:
        asked.append(request["stage_timeout_seconds"])
        with pipeline.Steps(report, 0.01).step("segment"):
            while True:
                pass

    monkeypatch.setattr(pipeline, "run", slow)
    photo, texture = library(alice)
    body = {"photo_id": str(photo.pk), "texture_photo_id": str(texture.pk), "options": {"stage_timeout_seconds": 7}}
    failed = poll(alice, submit(alice, **body))
    assert (failed["error_code"], asked) == ("pipeline_error", [7.0])
    assert "segment" in failed["error_message"]


def test_nobody_gets_more_time_for_a_step_than_this_server_gives(
    alice: User, submit: Any, work: Callable[[], int], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    pixels = pipeline.run

    def look(folder: Any, request: dict[str, Any], report: Any) -> dict[str, Any]:
        asked.append(request)
        return pixels(folder, request, report)

    monkeypatch.setattr(pipeline, "run", look)
    settings.RENDER_STAGE_TIMEOUT = 9
    for seconds in (None, 600, 5):
        submit(alice, **BODY, options={"stage_timeout_seconds": seconds})
    work()
    assert [request["stage_timeout_seconds"] for request in asked] == [9, 9, 5]
    assert [set(request["step_seconds"].values()) for request in asked] == [{9}, {9}, {5}]


def test_other_peoples_eyes_see_nothing(alice: User, charlie: User, submit: Any, api_as: Any, library: Any) -> None:
    photo, texture = library(alice)
    url = submit(alice, **BODY).json()["poll_url"]
    for method in ("get", "delete"):
        hidden = getattr(api_as(charlie), method)(url)
        assert (hidden.status_code, hidden.json()["error"]) == (404, "job_not_found")
    assert api_as(None).get(url).status_code == 401
    for body in (
        {"photo_id": str(photo.pk), "texture_url": BRICK},
        {"image_url": HOUSE, "texture_photo_id": str(texture.pk)},
    ):
        refused = submit(charlie, **body)
        assert list(refused.json()["details"]) == [name for name in body if name.endswith("id")]
    assert Job.objects.get().owner == alice


def test_a_photo_that_is_given_away_meanwhile_is_not_used(
    alice: User, charlie: User, submit: Any, work: Callable[[], int], library: Any
) -> None:
    photo, texture = library(alice)
    submit(alice, photo_id=str(photo.pk), texture_photo_id=str(texture.pk))
    Photo.objects.filter(pk=texture.pk).update(owner=charlie)
    work()
    assert Job.objects.get().state == State.CANCELLED


def test_the_picture_opens_for_its_owner_and_by_its_own_link_alone(
    alice: User, charlie: User, submit: Any, api_as: Any, work: Callable[[], int]
) -> None:
    first, second = (submit(alice, **BODY).json() for _ in range(2))
    work()
    links = [api_as(alice).get(told["poll_url"]).json()["result_url"] for told in (first, second)]
    path, _, signature = links[0].partition("?")
    assert b"".join(api_as(alice).get(path).streaming_content).startswith(b"\xff\xd8")
    assert api_as(charlie).get(path).status_code == 404
    assert Client().get(path).status_code == 401
    assert Client().get(f"{path}?signature=abc").status_code == 404
    assert Client().get(links[1].partition("?")[0] + "?" + signature).status_code == 404


def test_a_link_is_good_for_a_minute(
    alice: User, submit: Any, api_as: Any, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = submit(alice, **BODY).json()
    work()
    link = api_as(alice).get(told["poll_url"]).json()["result_url"]
    monkeypatch.setattr("facades.links.LINK_SECONDS", -1)
    assert Client().get(link).status_code == 404


def test_trying_again_keeps_where_it_came_from(
    alice: User, submit: Any, work: Callable[[], int], origin: Origin, brick: bytes
) -> None:
    origin.pages["/brick.png"] = answer(b"", "404 Not Found")
    submit(alice, **BODY)
    work()
    origin.pages["/brick.png"] = answer(brick)
    again = jobs.retry(actor=alice, job_id=Job.objects.get().pk, options={"real_world_scale": 5})
    work()
    again.refresh_from_db()
    assert (again.state, again.options["image_url"], again.options["real_world_scale"]) == (State.COMPLETED, HOUSE, 5.0)


def test_names_inside_are_never_connected_to(alice: User, submit: Any, work: Callable[[], int], origin: Origin) -> None:
    submit(alice, image_url="http://inside.example/house.png", texture_url=f"http://{NAME}/brick.png")
    work()
    assert (Job.objects.get().error_code, origin.connections) == ("download_failed", 0)
