"""Telling a client's own server: signed, after the commit, through the guarded fetcher, and never in anybody's way."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from circles.models import User
from processing import counting, jobs
from processing.models import Job
from processing.states import Queue, State
from tests.facades.conftest import BRICK, HOUSE, JOBS
from tests.facades.stand_in import NAME
from tests.processing.fetching.origin import Origin, answer

pytestmark = pytest.mark.django_db
HOOK = f"http://{NAME}/hook"
BODY = {"image_url": HOUSE, "texture_url": BRICK, "webhook_url": HOOK}


@pytest.fixture
def submit(api_as: Any, origin: Origin) -> Callable[..., dict[str, Any]]:
    def ask(owner: User, **body: Any) -> dict[str, Any]:
        origin.pages.setdefault("/hook", answer(b"", "204 No Content"))
        sent = api_as(owner).post(JOBS, BODY | body)
        assert sent.status_code == 201, sent.json()
        return sent.json()

    return ask


def received(origin: Origin) -> list[tuple[dict[str, str], bytes]]:
    """Headers and bodies that came to /hook."""
    found = []
    for request in origin.requests:
        if request.startswith(b"POST /hook "):
            head, _, body = request.partition(b"\r\n\r\n")
            lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
            found.append((dict(lines), body))
    return found


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As a receiver computes it, by the documentation alone."""
    said = headers["Aureole-Timestamp"].encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def test_the_receiver_can_check_who_says_it_and_open_the_picture(
    alice: User, submit: Any, work: Callable[..., int], origin: Origin, client: Any
) -> None:
    told = submit(alice, project_id="0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10", user_id=str(alice.pk))
    work()
    [(headers, body)] = received(origin)
    assert headers["Aureole-Signature"] == signature(told["webhook_secret"], headers, body)
    assert headers["Aureole-Signature"] != signature("another secret", headers, body)
    assert headers["Aureole-Signature"] != signature(told["webhook_secret"], headers, body + b" ")
    assert abs(int(headers["Aureole-Timestamp"]) - time.time()) < 60
    said = json.loads(body)
    assert (said["event"], said["status"], said["job_id"]) == ("render.completed", "completed", told["job_id"])
    assert said["project_id"] == "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"
    assert (headers["Aureole-Event"], headers["Host"]) == ("render.completed", NAME)
    assert b"".join(client.get(said["result_url"]).streaming_content).startswith(b"\xff\xd8")


def test_everybody_has_a_secret_of_their_own_that_stays_the_same(alice: User, bob: User, submit: Any) -> None:
    secrets = [submit(person)["webhook_secret"] for person in (alice, alice, bob)]
    assert secrets[0] == secrets[1] != secrets[2]
    assert len(secrets[0]) == 64


def test_without_a_webhook_nothing_is_told_and_no_secret_shown(
    alice: User, api_as: Any, work: Callable[..., int], origin: Origin
) -> None:
    sent = api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).json()
    work()
    assert "webhook_secret" not in sent
    assert not Job.objects.filter(kind="webhook").exists()
    assert received(origin) == []


def test_a_failure_is_told_too_and_a_cancel_is_not(
    alice: User, submit: Any, work: Callable[..., int], origin: Origin
) -> None:
    origin.pages["/brick.png"] = answer(b"", "404 Not Found")
    submit(alice)
    work()
    [(_, body)] = received(origin)
    assert (json.loads(body)["event"], json.loads(body)["error_code"]) == ("render.failed", "download_failed")
    jobs.cancel(actor=alice, job_id=submit(alice)["job_id"])
    work()
    assert len(received(origin)) == 1


def test_nothing_is_told_of_what_was_not_committed(
    alice: User, submit: Any, work: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crash in the middle: the transaction that publishes is undone, and with it the word of it."""
    submit(alice)
    move = Job.move

    def crash(job: Job, to: State, **words: Any) -> bool:
        if to == State.COMPLETED and job.kind == "render":
            raise RuntimeError("in the middle")
        return move(job, to, **words)

    monkeypatch.setattr(Job, "move", crash)
    work(Queue.DEFAULT)
    [message] = Job.objects.filter(kind="webhook")
    assert Job.objects.get(kind="render").state == State.FAILED
    work(Queue.LOW)
    message.refresh_from_db()
    assert message.state == State.COMPLETED


def test_a_receiver_that_is_busy_is_asked_again_a_few_times(
    alice: User, submit: Any, work: Callable[..., int], origin: Origin
) -> None:
    origin.pages["/hook"] = answer(b"", "503 Busy")
    submit(alice)
    work()
    message = Job.objects.get(kind="webhook")
    assert (message.state, message.attempt) == (State.PENDING, 1)
    assert message.not_before is not None
    pauses = []
    while message.state == State.PENDING:
        assert message.not_before is not None
        pauses.append(round((message.not_before - timezone.now()).total_seconds()))
        Job.objects.filter(pk=message.pk).update(not_before=None)
        work()
        message.refresh_from_db()
    assert (pauses, message.state, message.error_code) == ([2, 4, 8], State.FAILED, "webhook_failed")
    assert len(received(origin)) == 4
    assert not message.is_dead_letter
    assert Job.objects.get(kind="render").state == State.COMPLETED


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found"])
def test_only_a_yes_is_a_yes(alice: User, submit: Any, work: Callable[..., int], origin: Origin, status: str) -> None:
    origin.pages["/hook"] = answer(b"", status, Location=HOOK)
    submit(alice)
    work()
    assert Job.objects.get(kind="webhook").state == State.PENDING
    assert len(received(origin)) == 1


def test_it_never_goes_inside_and_is_not_tried_again(
    alice: User, submit: Any, work: Callable[..., int], origin: Origin
) -> None:
    counting._pending.clear()
    submit(alice, webhook_url="http://inside.example/hook")
    work()
    message = Job.objects.get(kind="webhook")
    assert (message.state, message.error_code, message.attempt) == (State.FAILED, "webhook_failed", 1)
    assert counting._pending["ssrf_refusals", ""] == 1
    assert received(origin) == []


def test_what_is_deleted_meanwhile_is_not_told(
    alice: User, submit: Any, api_as: Any, work: Callable[..., int], origin: Origin
) -> None:
    told = submit(alice)
    work(Queue.DEFAULT)
    api_as(alice).delete(told["poll_url"])
    work(Queue.LOW)
    assert Job.objects.get(kind="webhook").state == State.CANCELLED
    assert received(origin) == []


def test_a_full_queue_does_not_keep_it_back(
    alice: User, submit: Any, work: Callable[..., int], settings: Any, origin: Origin
) -> None:
    submit(alice)
    settings.QUEUE_LIMIT_PERSON = settings.QUEUE_LIMIT_ALL = 0
    work()
    assert len(received(origin)) == 1


def test_an_account_that_ends_takes_its_messages_along(alice: User, submit: Any, work: Callable[..., int]) -> None:
    submit(alice)
    with transaction.atomic():
        jobs.delete_all(owner=alice)
    assert not Job.objects.exists()
    assert work() == 0
