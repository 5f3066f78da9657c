"""A render given up: while it waits, in the moment it ends, and when it is done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from artworks.models import Artwork
from circles.models import User
from facades.answers import CODES
from facades.answers import answer as answer_of
from processing import jobs, reconciler
from processing.models import Job
from processing.states import State
from tests.facades.conftest import BRICK, HOUSE, JOBS

BODY = {"image_url": HOUSE, "texture_url": BRICK}


@pytest.mark.django_db
def test_deleting_cancels_what_waits_and_then_forgets_it(alice: User, api_as: Any) -> None:
    url = api_as(alice).post(JOBS, BODY).json()["poll_url"]
    assert api_as(alice).delete(url).status_code == 204
    told = api_as(alice).get(url).json()
    assert told == {
        "job_id": url.rpartition("/")[2],
        "status": "failed",
        "error_code": "pipeline_error",
        "error_message": "It was cancelled.",
        "is_cancelled": True,
    }
    assert api_as(alice).delete(url).status_code == 204
    gone = api_as(alice).get(url)
    assert (gone.status_code, gone.json()["error"]) == (404, "job_not_found")


@pytest.mark.django_db
def test_what_ends_in_the_moment_of_its_deletion_is_deleted(
    alice: User, api_as: Any, work: Callable[[], int], media: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel = jobs.cancel

    def too_late(**words: Any) -> Job:
        assert work() == 1
        return cancel(**words)

    monkeypatch.setattr(jobs, "cancel", too_late)
    url = api_as(alice).post(JOBS, BODY).json()["poll_url"]
    assert api_as(alice).delete(url).status_code == 204
    assert api_as(alice).get(url).status_code == 404
    reconciler.run_everything_once()
    assert not Artwork.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
def test_deleting_what_is_done_leaves_no_file(alice: User, api_as: Any, work: Callable[[], int], media: Any) -> None:
    url = api_as(alice).post(JOBS, BODY).json()["poll_url"]
    work()
    picture = api_as(alice).get(url).json()["result_url"]
    assert api_as(alice).delete(url).status_code == 204
    reconciler.run_everything_once()
    assert not Artwork.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert Client().get(picture).status_code == 404


@pytest.mark.django_db
def test_jobs_of_other_kinds_are_no_renders(alice: User, api_as: Any) -> None:
    other = jobs.submit(actor=alice, kind="webhook", options={"webhook_url": HOUSE, "render_id": str(alice.pk)})
    for method in ("get", "delete"):
        hidden = getattr(api_as(alice), method)(f"{JOBS}/{other.pk}")
        assert (hidden.status_code, hidden.json()["error"]) == (404, "job_not_found")
    assert Job.objects.get().state == State.PENDING


def test_no_answer_has_a_code_that_its_contract_does_not_know() -> None:
    assert CODES == ("download_failed", "pipeline_error", "upload_failed", "validation_failed")
    for state in State:
        told = answer_of(Job(kind="render", state=state))
        assert told["status"] in ("processing", "completed", "failed")
        assert told.get("error_code", CODES[0]) in CODES
        assert told.get("is_cancelled", False) == (state == State.CANCELLED)
