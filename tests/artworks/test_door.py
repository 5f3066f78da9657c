"""Seed 004's own client, word by word: upload, start, poll, download, delete; and what it hears when it errs."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from artworks.models import Artwork, ArtworkFile
from circles.actions.tokens import make_token
from circles.models import User
from photos.actions.uploads import Announcement
from photos.actions.whole_files import keep_file
from photos.errors import CorruptImage
from photos.models import Photo, Upload
from processing.imaging.depth.scenes import scene
from processing.models import Job
from tests.artworks.test_crashes import due_now

pytestmark = pytest.mark.django_db

JOBS = "/api/v1/jobs"


def png(seed: int = 3) -> bytes:
    target = io.BytesIO()
    Image.fromarray(scene(seed, 90, 120).photo).save(target, "PNG")
    return target.getvalue()


def read(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


class Curl:
    """``curl -F``: forms, and a token in a header."""

    def __init__(self, user: User) -> None:
        _, token = make_token(actor=user, device="curl")
        self.words = {"Authorization": f"Token {token}"}
        self.client = Client(enforce_csrf_checks=True)

    def upload(self, content: bytes, name: str = "image.png", kind: str = "image/png") -> Any:
        file = SimpleUploadedFile(name, content, kind)
        return self.client.post(f"{JOBS}/upload", {"file": file}, headers=self.words)

    def post(self, **form: Any) -> Any:
        return self.client.post(JOBS, form, headers=self.words)

    def get(self, path: str = "", **query: Any) -> Any:
        return self.client.get(f"{JOBS}{path}", query, headers=self.words)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"{JOBS}{path}", headers=self.words)


@pytest.fixture
def curl(alice: User) -> Curl:
    return Curl(alice)


@pytest.fixture
def filename(curl: Curl) -> str:
    return curl.upload(png()).json()["filename"]


def test_its_own_way_from_the_file_to_the_layers_and_away(
    curl: Curl, alice: User, work: Callable[[], int], media: Path
) -> None:
    kept = curl.upload(png())
    assert kept.status_code == 201
    told = kept.json()
    assert told["filename"] == f"{told['file_id']}.png"
    started = curl.post(filename=told["filename"], mode="photo-realistic", num_layers="3")
    assert (started.status_code, started.json()["status"], started.json()["num_layers"]) == (201, "pending", 3)
    work()
    job = curl.get(f"/{started.json()['id']}").json()
    assert (job["status"], job["mode"], job["input_filename"], job["error_message"]) == (
        "completed",
        "photo-realistic",
        "image.png",
        None,
    )
    assert job["processing_time"] >= 0
    assert job["started_at"] <= job["completed_at"]
    assert [line["name"] for line in job["result_manifest"]["layers"]] == [
        "Layer_1_background.png",
        "Layer_2_midground.png",
        "Layer_3_foreground.png",
    ]
    assert {"Layer_1_background.png", "layer_manifest.json", "depth.png", "layers.zip", "result.jpg"} <= {
        file["filename"] for file in job["files"]
    }
    got = curl.get(f"/{job['id']}/download/Layer_1_background.png")
    assert Image.open(io.BytesIO(read(got))).mode == "RGBA"
    assert str(media) not in str(job)
    made = list(ArtworkFile.objects.values_list("key", flat=True))
    assert curl.delete(f"/{job['id']}").status_code == 204
    assert curl.get(f"/{job['id']}").status_code == 404
    assert not Artwork.objects.exists()
    due_now()
    assert [key for key in made if default_storage.exists(key)] == []
    assert Photo.objects.owned_by(alice).count() == 1


def test_the_list_is_paged_and_narrowed(curl: Curl, filename: str, alice: User) -> None:
    ids = [curl.post(filename=filename, num_layers=number).json()["id"] for number in (2, 3, 5)]
    first = curl.get(limit=2).json()
    assert [job["id"] for job in first["results"]] == ids[:0:-1]
    assert first["next"]
    assert [job["id"] for job in curl.get(limit=2, offset=2).json()["results"]] == ids[:1]
    assert curl.get(status="completed").json()["results"] == []
    assert len(curl.get(mode="photo-realistic").json()["results"]) == 3
    assert curl.get(mode="painterly").json()["results"] == []
    # The ingest of the upload is a job, too, but not this client's.
    assert Job.objects.filter(owner=alice).count() == 4


def test_a_form_without_words_means_layers_and_as_many_as_this_server_says(
    curl: Curl, filename: str, settings: Any
) -> None:
    settings.DEFAULT_NUM_LAYERS = 6
    job = curl.post(filename=filename).json()
    assert (job["mode"], job["num_layers"]) == ("photo-realistic", 6)


def test_painterly_is_the_other_mode(curl: Curl, filename: str, work: Callable[[], int], settings: Any) -> None:
    settings.DEFAULT_PAINTERLY_STRENGTH, settings.DEFAULT_PAINTERLY_SEED = 0.25, 7
    usual = curl.post(filename=filename, mode="painterly").json()
    words = ("painterly_style", "painterly_strength", "painterly_seed", "num_layers")
    assert [usual[word] for word in words] == ["oil", 0.25, 7, None]
    asked = {"painterly_style": "pencil", "painterly_strength": "0.75", "painterly_seed": "3"}
    job = curl.post(filename=filename, mode="painterly", num_layers=4, **asked).json()
    assert [job[word] for word in words] == ["pencil", 0.75, 3, None]
    work()
    done = curl.get(f"/{job['id']}").json()
    assert (done["status"], done["result_manifest"]["style"], done["result_manifest"]["seed"]) == (
        "completed",
        "pencil",
        3,
    )
    assert Image.open(io.BytesIO(read(curl.get(f"/{job['id']}/download/result.jpg")))).size == (120, 90)
    assert len(curl.get(mode="painterly").json()["results"]) == 2


def test_json_is_understood_as_well(api_as: Any, alice: User, filename: str) -> None:
    answer = api_as(alice).post(JOBS, {"filename": filename, "num_layers": 2})
    assert (answer.status_code, answer.json()["num_layers"]) == (201, 2)


def test_the_same_bytes_again_are_the_photo_that_is_there(curl: Curl, filename: str) -> None:
    again = curl.upload(png(), name="copy.png")
    assert (again.status_code, again.json()["filename"]) == (200, filename)
    assert Photo.objects.count() == 1
    Photo.objects.update(deleted_at="2026-11-01T00:00:00Z")
    binned = curl.upload(png())
    assert (binned.status_code, binned.json()["error"]) == (409, "in_bin")


def test_the_same_key_gives_the_same_job(curl: Curl, filename: str) -> None:
    curl.words["Idempotency-Key"] = "one"
    first, second = (curl.post(filename=filename).json()["id"] for _ in range(2))
    assert first == second
    assert curl.post(filename=filename, num_layers=2).status_code == 409


@pytest.mark.parametrize(
    ("content", "name", "kind", "status", "code"),
    [
        (b"", "empty.jpg", "image/jpeg", 400, "validation_failed"),
        (b"hello, this is no picture at all", "a.jpg", "image/jpeg", 415, "unsupported_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "a.svg", "image/svg+xml", 415, "unsupported_format"),
        (b"0" * 2_000_000, "large.png", "image/png", 413, "too_large"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(  # noqa: PLR0917
    curl: Curl, settings: Any, content: bytes, name: str, kind: str, status: int, code: str, media: Path
) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000_000
    answer = curl.upload(content, name, kind)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["detail"]
    assert answer.json()["suggestion"]
    assert not Photo.objects.exists()
    assert not Upload.objects.open().exists()
    due_now()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_an_upload_without_a_file_says_so(curl: Curl) -> None:
    answer = curl.client.post(f"{JOBS}/upload", {"file": "words"}, headers=curl.words)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])
    plain = curl.client.post(f"{JOBS}/upload", "{}", content_type="application/json", headers=curl.words)
    assert (plain.status_code, plain.json()["error"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"num_layers": "1"}, "num_layers"),
        ({"num_layers": "many"}, "num_layers"),
        ({"mode": "cubist"}, "mode"),
        ({"painterly_strength": "2"}, "painterly_strength"),
        ({"painterly_seed": "-1"}, "painterly_seed"),
        ({"mode": "painterly", "painterly_style": "baroque"}, "painterly_style"),
        ({"output_dir": "/etc"}, "output_dir"),
    ],
)
def test_odd_words_are_refused_by_the_names_it_used(
    curl: Curl, filename: str, form: dict[str, str], field: str
) -> None:
    answer = curl.post(filename=filename, **form)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Job.objects.exclude(kind="ingest").exists()


def test_an_unknown_mode_is_told_which_ones_there_are(curl: Curl, filename: str) -> None:
    for answer in (curl.post(filename=filename, mode="cubist"), curl.get(mode="cubist")):
        assert answer.status_code == 400
        assert answer.json()["fields"] == {"mode": ["One of photo-realistic, painterly, please."]}


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "image.png", "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10.png"])
def test_a_file_that_was_not_uploaded_is_absent(curl: Curl, name: str) -> None:
    assert curl.post(filename=name).status_code == (404 if name else 400)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..%2fsettings.py", "original", "256.webp", "a%00b"])
def test_only_the_files_it_lists_are_given(curl: Curl, filename: str, work: Callable[[], int], name: str) -> None:
    job = curl.post(filename=filename, num_layers=2).json()["id"]
    work()
    assert curl.get(f"/{job}/download/{name}").status_code == 404


def test_other_people_find_nothing(curl: Curl, filename: str, bob: User, work: Callable[[], int]) -> None:
    job = curl.post(filename=filename, num_layers=2).json()["id"]
    work()
    other = Curl(bob)
    assert other.post(filename=filename).status_code == 404
    assert other.get().json()["results"] == []
    assert other.get(f"/{job}").status_code == 404
    assert other.get(f"/{job}/download/result.jpg").status_code == 404
    assert other.delete(f"/{job}").status_code == 404
    assert curl.get(f"/{job}").json()["status"] == "completed"


def test_a_job_gives_its_own_files_alone(curl: Curl, filename: str, work: Callable[[], int]) -> None:
    two = curl.post(filename=filename, num_layers=2).json()["id"]
    work()
    three = curl.post(filename=filename, num_layers=3).json()["id"]
    assert read(curl.get(f"/{two}/download/result.jpg"))
    assert curl.get(f"/{three}/download/result.jpg").status_code == 404
    work()
    assert read(curl.get(f"/{three}/download/Layer_3_foreground.png"))
    assert curl.get(f"/{two}/download/Layer_3_foreground.png").status_code == 404


def test_nothing_at_all_is_no_file(alice: User) -> None:
    nothing = Announcement(filename="image.png", size=0, content_type="image/png")
    with pytest.raises(CorruptImage):
        keep_file(actor=alice, announcement=nothing, stream=io.BytesIO())
    assert not Upload.objects.exists()


def test_jobs_of_other_kinds_are_none_of_this_clients(curl: Curl, filename: str) -> None:
    ingest = Job.objects.get(kind="ingest").pk
    assert filename
    for answer in (curl.get(f"/{ingest}"), curl.get(f"/{ingest}/download/result.jpg"), curl.delete(f"/{ingest}")):
        assert answer.status_code == 404
    assert Job.objects.get(pk=ingest).state == "pending"


def test_nobody_without_a_token_or_the_sites_own_form(curl: Curl, filename: str, alice: User) -> None:
    words, curl.words = curl.words, {}
    assert (curl.upload(png(9)).status_code, curl.post(filename=filename).status_code) == (401, 401)
    curl.client.force_login(alice)
    assert (curl.upload(png(9)).status_code, curl.post(filename=filename).status_code) == (403, 403)
    curl.words = words
    assert curl.post(filename=filename).status_code == 201


def test_deleting_one_that_waits_stops_it(curl: Curl, filename: str, work: Callable[[], int]) -> None:
    job = curl.post(filename=filename).json()["id"]
    assert curl.delete(f"/{job}").status_code == 204
    work()
    assert not Artwork.objects.exists()
    assert curl.delete(f"/{job}").status_code == 404


def test_deleting_a_job_that_only_led_to_what_was_there_leaves_that(
    curl: Curl, filename: str, work: Callable[[], int]
) -> None:
    first = curl.post(filename=filename, num_layers=2).json()["id"]
    work()
    second = curl.post(filename=filename, num_layers=2).json()
    assert second["status"] == "completed"
    assert read(curl.get(f"/{second['id']}/download/result.jpg"))
    curl.delete(f"/{second['id']}")
    assert read(curl.get(f"/{first}/download/result.jpg"))


def test_why_it_failed_is_told(curl: Curl, alice: User, make_photo: Any, work: Callable[[], int]) -> None:
    photo = make_photo(alice, content=b"\x89PNG\r\n\x1a\n and then nothing")
    job = curl.post(filename=f"{photo.pk}.png").json()["id"]
    work()
    told = curl.get(f"/{job}").json()
    assert told["status"] == "failed"
    assert (told["error_code"], bool(told["error_message"]), bool(told["suggestion"])) == ("corrupt_image", True, True)
