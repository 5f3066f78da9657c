"""The jobs API: one's own jobs with reason and way out, files by link or sign-in, nobody else's anything."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from processing.links import file_url
from processing.models import FileDeletion, Job, JobFile
from processing.states import State
from tests.processing_web import recipes

JOBS = "/api/v1/processing/jobs"


@pytest.fixture
def carved(make_job):
    def make(owner, **fields) -> Job:
        return make_job(owner, **({"kind": "carving", "label": "a bird"} | fields))

    assert recipes.Carving
    return make


@pytest.fixture
def make_file(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }

    def make(job: Job, name: str = "mask.png", body: bytes = b"<svg onload=alert(1)>", **fields) -> JobFile:
        key = default_storage.save(f"carving/{job.pk}/{uuid.uuid4()}/{name}", ContentFile(body))
        shape = {"status": "published", "byte_size": len(body), "content_type": "image/png"} | fields
        return JobFile.objects.create(job=job, lease_token=uuid.uuid4(), name=name, key=key, **shape)

    return make


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_running_job_says_where_it_stands(alice, api_as, carved):
    job = carved(alice, state=State.PROCESSING, step="carve_it", progress=55, sequence=4, attempt=1)
    answer = api_as(alice).get(f"{JOBS}/{job.pk}").json()
    assert answer["title"] == "A carving of a bird"
    assert (answer["status"], answer["step"], answer["progress"], answer["sequence"]) == (
        "processing",
        "carve_it",
        55,
        4,
    )
    assert answer["steps"] == [
        {"name": "decode", "label": "Reading the picture", "until": 40, "state": "done"},
        {"name": "carve_it", "label": "Carve it", "until": 100, "state": "running"},
    ]
    assert answer["message"] == "Carve it"
    assert answer["error_type"] is None
    assert answer["result_url"] == "/carvings/1"
    assert answer["websocket_url"] == f"ws://testserver/ws/jobs/{job.pk}"


def test_a_failed_job_says_why_and_what_to_do(alice, api_as, carved):
    job = carved(
        alice,
        state=State.FAILED,
        error_type="quality_issue",
        error_code="corrupt_image",
        message="The file ends in the middle of the picture.",
        suggestion="Copy it from the camera again.",
        duration_ms=84,
    )
    answer = api_as(alice).get(f"{JOBS}/{job.pk}").json()
    assert (answer["error_type"], answer["error_code"]) == ("quality_issue", "corrupt_image")
    assert answer["message"] == "The file ends in the middle of the picture."
    assert answer["suggestion"] == "Copy it from the camera again."
    assert answer["processing_time_ms"] == 84


def test_the_list_is_ones_own_newest_first_and_narrows(alice, bob, api_as, carved):
    photo = uuid.uuid4()
    old = carved(alice, subject_id=photo)
    new = carved(alice, state=State.FAILED)
    gone = carved(alice, state=State.CANCELLED)
    carved(bob, subject_id=photo)
    client = api_as(alice)

    def ids(query: str) -> list[str]:
        return [job["id"] for job in client.get(f"{JOBS}?{query}").json()["results"]]

    assert ids("") == [str(gone.pk), str(new.pk), str(old.pk)]
    assert ids("status=failed") == [str(new.pk)]
    assert ids("status=failed&status=cancelled") == [str(gone.pk), str(new.pk)]
    assert ids(f"subject_id={photo}") == [str(old.pk)]
    assert ids("kind=ingest") == []
    assert ids("limit=1") == [str(gone.pk)]


@pytest.mark.parametrize(
    "query", ["status=broken", "colour=red", "subject_id=1", "limit=1000", "cursor=%00", "kind=%00"]
)
def test_a_question_that_makes_no_sense_is_refused_by_name(alice, api_as, query):
    answer = api_as(alice).get(f"{JOBS}?{query}")
    assert answer.status_code == 400
    assert query.split("=", maxsplit=1)[0] in answer.json()["fields"]


def test_a_list_costs_the_same_queries_for_two_jobs_and_for_fifty(alice, carved):
    client = APIClient()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    counts = []
    for more in (2, 48):
        for _ in range(more):
            carved(alice)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"{JOBS}?limit=100").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


@pytest.fixture
def bobs_job(bob, carved, make_file) -> Job:
    job = carved(bob, state=State.FAILED)
    make_file(job)
    return job


@pytest.mark.parametrize(
    ("method", "tail"),
    [("get", ""), ("delete", ""), ("post", "/cancel"), ("post", "/reprocess"), ("get", "/files/mask.png")],
)
def test_bobs_job_and_an_absent_one_answer_alike(alice, api_as, bobs_job, method, tail):
    bobs = bobs_job
    answers = [getattr(api_as(alice), method)(f"{JOBS}/{key}{tail}") for key in (bobs.pk, uuid.uuid4())]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    heads = [{name: value for name, value in answer.items() if name != "X-Request-ID"} for answer in answers]
    assert heads[0] == heads[1]
    assert Job.objects.filter(pk=bobs.pk).exists()


@pytest.mark.parametrize(("method", "tail"), [("get", ""), ("delete", ""), ("post", "/cancel"), ("get", "/files/a")])
def test_nobody_does_anything_without_signing_in(api_as, db, method, tail):
    answer = getattr(api_as(), method)(f"{JOBS}/{uuid.uuid4()}{tail}")
    assert answer.status_code == 401
    assert answer.json()["error"] == "not_authenticated"


def test_cancelling_stops_a_waiting_job_and_twice_is_fine(alice, api_as, carved):
    job = carved(alice)
    for _ in range(2):
        answer = api_as(alice).post(f"{JOBS}/{job.pk}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_cancelling_what_is_done_is_a_conflict(alice, api_as, carved):
    job = carved(alice, state=State.COMPLETED)
    assert api_as(alice).post(f"{JOBS}/{job.pk}/cancel").status_code == 409


def test_reprocessing_makes_a_new_linked_job_with_the_options_laid_over(alice, api_as, carved):
    old = carved(alice, state=State.FAILED, options={"depth": 1, "wood": "oak"})
    answer = api_as(alice).post(f"{JOBS}/{old.pk}/reprocess", {"options": {"depth": 2}})
    assert answer.status_code == 201
    new = Job.objects.get(pk=answer.json()["id"])
    assert answer.json()["retry_of"] == str(old.pk)
    assert new.options == {"depth": 2, "wood": "oak"}
    assert new.state == State.PENDING


def test_reprocessing_with_one_key_makes_one_job_and_another_body_is_a_conflict(alice, api_as, carved):
    old = carved(alice, state=State.FAILED)
    client, url, key = api_as(alice), f"{JOBS}/{old.pk}/reprocess", {"Idempotency-Key": "again-1"}
    first = client.post(url, {"options": {"depth": 2}}, headers=key)
    Job.objects.filter(pk=first.json()["id"]).update(state=State.CANCELLED)
    assert client.post(url, {"options": {"depth": 2}}, headers=key).json()["id"] == first.json()["id"]
    other = client.post(url, {"options": {"depth": 3}}, headers=key)
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_conflict")
    assert Job.objects.filter(retry_of=old).count() == 1


def test_a_key_names_its_own_job_even_after_a_click_without_one(alice, api_as, carved):
    old = carved(alice, state=State.FAILED)
    client, url, key = api_as(alice), f"{JOBS}/{old.pk}/reprocess", {"Idempotency-Key": "again-2"}
    client.post(url, {})
    first = client.post(url, {}, headers=key).json()["id"]
    Job.objects.filter(retry_of=old).update(state=State.CANCELLED)
    assert client.post(url, {}, headers=key).json()["id"] == first


@pytest.mark.parametrize("body", [{"option": {}}, {"options": 7}, [], "x"])
def test_a_strange_body_is_refused(alice, api_as, carved, body):
    old = carved(alice, state=State.FAILED)
    assert api_as(alice).post(f"{JOBS}/{old.pk}/reprocess", body).status_code == 400
    assert not Job.objects.filter(retry_of=old).exists()


def test_deleting_forgets_the_job_and_its_files(alice, api_as, carved, make_file):
    job = carved(alice, state=State.COMPLETED)
    file = make_file(job)
    assert api_as(alice).delete(f"{JOBS}/{job.pk}").status_code == 204
    assert not Job.objects.filter(pk=job.pk).exists()
    assert FileDeletion.objects.filter(key=file.key).exists()
    assert api_as(alice).get(f"{JOBS}/{job.pk}").status_code == 404


def test_a_file_comes_as_a_download_that_can_run_nothing(alice, api_as, carved, make_file):
    job = carved(alice, state=State.COMPLETED)
    make_file(job)
    answer = api_as(alice).get(f"{JOBS}/{job.pk}/files/mask.png", headers={"Accept": "image/avif,image/webp"})
    assert body_of(answer) == b"<svg onload=alert(1)>"
    assert answer["Content-Disposition"] == 'attachment; filename="mask.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")


def test_a_signed_link_opens_that_file_for_a_minute_and_nothing_else(alice, api_as, carved, make_file, monkeypatch):
    job, other = carved(alice, state=State.COMPLETED), carved(alice, state=State.COMPLETED)
    make_file(job), make_file(job, "depth.png"), make_file(other)
    files = {file["name"]: file["url"] for file in api_as(alice).get(f"{JOBS}/{job.pk}").json()["files"]}
    nobody, link = api_as(), files["mask.png"]
    assert body_of(nobody.get(link)) == b"<svg onload=alert(1)>"
    for wrong in (
        link.replace("mask.png", "depth.png"),
        link.replace(str(job.pk), str(other.pk)),
        link[:-1],
        link.split("signature=", maxsplit=1)[0] + "signature=",
    ):
        assert nobody.get(wrong).status_code in {401, 404}
    soon = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: soon + 58)
    assert body_of(nobody.get(link))
    monkeypatch.setattr("django.core.signing.time.time", lambda: soon + 62)
    assert nobody.get(link).status_code == 404


def test_what_is_not_published_or_adopted_by_another_room_is_no_file_of_the_job(alice, api_as, carved, make_file):
    job = carved(alice, state=State.COMPLETED)
    make_file(job, "a.png", status="staged"), make_file(job, "b.png", is_adopted=True)
    assert api_as(alice).get(f"{JOBS}/{job.pk}").json()["files"] == []
    for name in ("a.png", "b.png", "..", "../../etc/passwd"):
        assert api_as(alice).get(f"{JOBS}/{job.pk}/files/{name}").status_code == 404


def test_a_file_missing_from_the_storage_is_a_sentence_not_a_crash(alice, api_as, carved, make_file):
    job = carved(alice, state=State.COMPLETED)
    default_storage.delete(make_file(job).key)
    answer = api_as(alice).get(f"{JOBS}/{job.pk}/files/mask.png")
    assert (answer.status_code, answer.json()["error"]) == (404, "file_missing")


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_a_file_is_streamed_piece_by_piece(alice, carved, make_file, monkeypatch):
    monkeypatch.setattr("processing.links.CHUNK", 4)
    job = await sync_to_async(carved)(alice, state=State.COMPLETED)
    file = await sync_to_async(make_file)(job, body=b"0123456789")
    answer = await AsyncClient().get(file_url(file))
    assert answer.is_async
    assert [piece async for piece in answer.streaming_content] == [b"0123", b"4567", b"89"]
    await sync_to_async(answer.close)()
    await sync_to_async(connections.close_all)()


def test_on_s3_a_file_is_a_redirect_of_a_minute(bob, api_as, bobs_job, monkeypatch):
    job, file = bobs_job, bobs_job.files.get()
    asked = {}

    def url(key, parameters, expire):
        asked.update(key=key, expire=expire, **parameters)
        return "https://s3.example.org/x?X-Amz-Expires=60"

    monkeypatch.setattr("processing.links.default_storage", SimpleNamespace(url=url, bucket_name="photos"))
    answer = api_as(bob).get(f"{JOBS}/{job.pk}/files/mask.png")
    assert (answer.status_code, answer["Location"]) == (302, "https://s3.example.org/x?X-Amz-Expires=60")
    assert asked == {"key": file.key, "expire": 60, "ResponseContentDisposition": 'attachment; filename="mask.png"'}


def test_tickets_are_throttled_per_person(alice, bob, api_as, monkeypatch):
    monkeypatch.setattr("processing.api.TicketThrottle.rate", "2/min")
    codes = [api_as(alice).post("/api/v1/auth/ticket").status_code for _ in range(3)]
    assert codes == [201, 201, 429]
    assert api_as(bob).post("/api/v1/auth/ticket").status_code == 201


def test_a_ticket_takes_no_fields(alice, api_as):
    assert api_as(alice).post("/api/v1/auth/ticket", {"seconds": 900}).status_code == 400


def test_an_old_job_keeps_its_place_in_time(alice, api_as, carved):
    job = carved(alice)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=400))
    newer = carved(alice)
    found = api_as(alice).get(JOBS).json()["results"]
    assert [row["id"] for row in found] == [str(newer.pk), str(job.pk)]
