"""The buttons of the jobs page: plain forms for everybody, one row for htmx, nothing for strangers."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from processing import metrics
from processing.models import Job
from processing.states import State
from tests.processing_web import recipes

assert recipes.Carving
HTMX = {"HX-Request": "true"}


@pytest.fixture
def job(alice, make_job) -> Job:
    return make_job(
        alice, kind="carving", label="a bird <b>", state=State.FAILED, message="It broke.", suggestion="Glue."
    )


def words(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_a_row_says_what_is_made_of_its_photo_and_not_twice(alice, make_job, session_of):
    for kind, label in (("painterly", "walk.jpg"), ("layers", "walk.jpg"), ("render", "")):
        make_job(alice, kind=kind, label=label, state=State.COMPLETED, finished_at=timezone.now())
    page = session_of(alice).get("/jobs").content.decode()
    assert [page.count(name) for name in ("A painting", "A photo in layers", "A texture on a facade")] == [1, 1, 1]


def test_trying_again_by_a_plain_form_leads_back_and_says_so(alice, job, session_of):
    answer = session_of(alice).post(f"/jobs/{job.pk}/retry", {"next": "/jobs?state=failed"})
    assert (answer.status_code, answer["Location"]) == (302, "/jobs?state=failed")
    assert words(answer) == "Started again."
    assert Job.objects.get(retry_of=job).state == State.PENDING


def test_trying_again_by_htmx_answers_with_the_new_jobs_row(alice, job, session_of):
    answer = session_of(alice).post(f"/jobs/{job.pk}/retry", headers=HTMX)
    new = Job.objects.get(retry_of=job)
    assert f'id="job-{new.pk}"' in answer.content.decode()
    assert "A carving of a bird &lt;b&gt;" in answer.content.decode()


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_way_back_is_never_another_site(alice, job, session_of, wanted):
    answer = session_of(alice).post(f"/jobs/{job.pk}/delete", {"next": wanted})
    assert answer["Location"] == "/jobs"
    assert not Job.objects.filter(pk=job.pk).exists()


def test_cancelling_by_htmx_answers_with_the_row_as_it_is_now(alice, make_job, session_of):
    job = make_job(alice, kind="carving")
    answer = session_of(alice).post(f"/jobs/{job.pk}/cancel", headers=HTMX)
    assert 'data-state="cancelled"' in answer.content.decode()


def test_removing_by_htmx_leaves_nothing(alice, job, session_of):
    answer = session_of(alice).post(f"/jobs/{job.pk}/delete", headers=HTMX)
    assert (answer.status_code, answer.content) == (200, b"")


def test_what_cannot_be_done_is_said_on_the_page_and_to_htmx(alice, make_job, session_of):
    done = make_job(alice, kind="carving", state=State.COMPLETED)
    browser = session_of(alice)
    answer = browser.post(f"/jobs/{done.pk}/cancel")
    assert answer.status_code == 302
    assert "ended already" in words(answer)
    answer = browser.post(f"/jobs/{done.pk}/cancel", headers=HTMX)
    assert f'id="job-{done.pk}"' in answer.content.decode()
    assert "ended already" in answer["HX-Trigger"]


def test_all_failed_jobs_start_again_but_not_those_whose_picture_is_at_fault(alice, job, make_job, session_of):
    make_job(alice, kind="carving", state=State.FAILED, error_type="quality_issue")
    answer = session_of(alice).post("/jobs/retry-failed")
    assert words(answer) == "One job started again."
    assert session_of(alice).post("/jobs/retry-failed", headers=HTMX)["HX-Refresh"] == "true"
    assert Job.objects.filter(retry_of__isnull=False).count() == 1


@pytest.mark.parametrize("action", ["cancel", "retry", "delete"])
def test_charlies_clicks_on_alices_job_find_nothing(alice, charlie, job, session_of, action):
    answers = [session_of(charlie).post(f"/jobs/{key}/{action}") for key in (job.pk, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Job.objects.get(pk=job.pk).state == State.FAILED


def test_a_stranger_is_sent_to_sign_in_and_a_link_does_nothing(alice, job, client, session_of):
    assert client.post(f"/jobs/{job.pk}/delete").status_code == 302
    assert client.get(f"/jobs/{job.pk}/row").status_code == 302
    assert session_of(alice).get(f"/jobs/{job.pk}/delete").status_code == 405
    assert Job.objects.filter(pk=job.pk).exists()


def test_the_row_alone_can_be_polled(alice, charlie, job, session_of):
    page = session_of(alice).get(f"/jobs/{job.pk}/row").content.decode()
    assert "It broke." in page
    assert "Glue." in page
    assert session_of(charlie).get(f"/jobs/{job.pk}/row").status_code == 404


def test_clearing_takes_what_is_done_and_nothing_else(alice, bob, job, make_job, session_of):
    for state in (State.COMPLETED, State.CANCELLED):
        make_job(alice, kind="carving", state=state)
    waiting = make_job(alice, kind="carving")
    bobs = make_job(bob, kind="carving", state=State.COMPLETED)

    answer = session_of(alice).post("/jobs/clear-done", {"next": "/jobs"})

    assert answer.status_code == 302
    assert words(answer) == "2 done jobs cleared. What they made is still there."
    assert set(Job.objects.all()) == {job, waiting, bobs}


def test_what_is_cleared_is_still_counted(alice, make_job, session_of):
    make_job(alice, kind="carving", state=State.COMPLETED, finished_at=timezone.now())
    before = [line for line in metrics.text().decode().splitlines() if 'kind="carving"' in line]

    session_of(alice).post("/jobs/clear-done")

    assert before
    assert [line for line in metrics.text().decode().splitlines() if 'kind="carving"' in line] == before
