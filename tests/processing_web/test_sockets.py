"""Sockets: only one's own, only from this site or with a ticket, and no longer than one is signed in."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.db import connections
from django.utils import timezone
from knox.models import get_token_model
from rest_framework.test import APIClient

from processing import admission, jobs, push
from processing.layer import PushLayer
from processing.models import Job, OpenSocket, SocketTicket
from processing.states import State

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async


@pytest.fixture(autouse=True)
async def no_connection_stays_open() -> AsyncIterator[None]:
    """The thread that asks the database for sockets keeps nothing open that would stop the next test."""
    yield
    await sync_to_async(connections.close_all)()


async def close_code(socket, timeout: float = 5) -> int:
    """The code the server closes with, letting messages pass."""
    async with asyncio.timeout(timeout):
        while True:
            said = await socket.receive_output(timeout)
            if said["type"] == "websocket.close":
                return said["code"]


@in_thread
def move(job: Job, **fields) -> None:
    for name, value in fields.items():
        setattr(job, name, value)
    job.save()


async def test_alice_hears_how_her_job_stands_and_every_change(alice, make_job, session_of, open_socket):
    job = await in_thread(make_job)(alice, sequence=3)
    browser = await in_thread(session_of)(alice)
    let_in, _, socket = await open_socket(f"/ws/jobs/{job.pk}", browser)
    assert let_in
    assert await socket.receive_json_from(2) == {
        "type": "job", "job_id": str(job.pk), "sequence": 3, "status": "pending", "step": "", "progress": 0,
        "message": "Waiting for its turn", "kind": "ingest", "subject_id": None,
    }  # fmt: skip
    job.state, job.step, job.progress, job.sequence = State.PROCESSING, "decode", 40, 4
    push.job_progress(job)
    said = await socket.receive_json_from(2)
    assert (said["status"], said["step"], said["progress"]) == ("processing", "decode", 40)


async def test_the_persons_socket_tells_all_unfinished_jobs_and_other_news(
    alice, bob, make_job, session_of, open_socket
):
    mine = await in_thread(make_job)(alice)
    await in_thread(make_job)(alice, state=State.COMPLETED)
    await in_thread(make_job)(bob)
    _, _, socket = await open_socket("/ws/me", await in_thread(session_of)(alice))
    assert (await socket.receive_json_from(2))["job_id"] == str(mine.pk)
    push.to_person(bob.pk, {"type": "notice", "for": "bob"})
    push.to_person(alice.pk, {"type": "notice", "for": "alice"})
    assert await socket.receive_json_from(2) == {"type": "notice", "for": "alice"}
    assert await socket.receive_nothing(0.1)


async def test_a_deleted_job_ends_for_who_watches_it_and_the_socket_goes_on(alice, make_job, session_of, open_socket):
    job = await in_thread(make_job)(alice)
    _, _, socket = await open_socket("/ws/me", await in_thread(session_of)(alice))
    assert (await socket.receive_json_from(2))["status"] == "pending"
    await in_thread(jobs.delete)(actor=alice, job_id=job.pk)
    said = await socket.receive_json_from(2)
    assert (said["job_id"], said["status"]) == (str(job.pk), "cancelled")
    push.to_person(alice.pk, {"type": "notice"})
    assert await socket.receive_json_from(2) == {"type": "notice"}


async def test_an_older_message_never_follows_a_newer_one(alice, make_job, session_of, open_socket):
    job = await in_thread(make_job)(alice, sequence=5)
    _, _, socket = await open_socket(f"/ws/jobs/{job.pk}", await in_thread(session_of)(alice))
    await socket.receive_json_from(2)
    job.sequence = 4
    push.job_changed(job)
    job.sequence = 6
    push.job_changed(job)
    assert (await socket.receive_json_from(2))["sequence"] == 6


async def test_bobs_job_and_an_absent_one_close_alike_and_tell_nothing(alice, bob, make_job, session_of, open_socket):
    bobs = await in_thread(make_job)(bob)
    browser = await in_thread(session_of)(alice)
    answers = []
    for job_id in (bobs.pk, uuid.uuid4()):
        let_in, _, socket = await open_socket(f"/ws/jobs/{job_id}", browser)
        bobs.sequence += 1
        push.job_changed(bobs)
        answers.append((let_in, await socket.receive_output(2), await socket.receive_nothing(0.2)))
    assert answers[0] == answers[1]
    assert answers[0][1]["code"] == 4404


@pytest.mark.parametrize(
    "origin", [None, "https://evil.example", "null", "http://testserver.evil.example", "http://[", "ftp://testserver"]
)
async def test_a_page_of_another_site_cannot_use_the_cookie(alice, session_of, open_socket, origin):
    browser = await in_thread(session_of)(alice)
    let_in, _, _ = await open_socket("/ws/me", browser, origin=origin)
    assert not let_in


async def test_a_plain_page_cannot_use_a_secure_cookie(alice, session_of, open_socket, settings):
    browser = await in_thread(session_of)(alice)
    settings.SESSION_COOKIE_SECURE = True
    assert (await open_socket("/ws/me", browser))[0] is False
    assert (await open_socket("/ws/me", browser, origin="https://testserver"))[0] is True


@pytest.mark.parametrize("cookies", [None, "sessionid=forged", "sessionid=\x00", "=;;=", 'sessionid="\\x"; a'])
async def test_without_a_session_nobody_is_let_in(open_socket, cookies):
    assert (await open_socket("/ws/me", cookies=cookies))[0] is False


async def test_an_unknown_address_is_refused(alice, session_of, open_socket):
    browser = await in_thread(session_of)(alice)
    for path in ("/ws/", "/ws/jobs/1", "/ws/you", "/"):
        assert (await open_socket(path, browser))[0] is False


async def test_a_ticket_lets_one_socket_in_once_and_needs_no_origin(alice, api_as, open_socket):
    answer = await in_thread(api_as(alice).post)("/api/v1/auth/ticket")
    assert answer.status_code == 201
    ticket = answer.json()["ticket"]
    assert not await in_thread(SocketTicket.objects.filter(digest__contains=ticket).exists)()
    assert (await open_socket(f"/ws/me?ticket={ticket}", origin=None))[0] is True
    assert (await open_socket(f"/ws/me?ticket={ticket}", origin=None))[0] is False


async def test_two_sockets_racing_for_a_ticket_one_wins(alice, open_socket):
    ticket, _ = await in_thread(admission.issue_ticket)(user=alice)
    answers = await asyncio.gather(*(open_socket(f"/ws/me?ticket={ticket}", origin=None) for _ in range(4)))
    assert sorted(answer[0] for answer in answers) == [False, False, False, True]


async def test_an_old_or_forged_ticket_is_worth_nothing(alice, open_socket):
    ticket, expires_at = await in_thread(admission.issue_ticket)(user=alice)
    assert timezone.now() + timedelta(seconds=25) < expires_at <= timezone.now() + timedelta(seconds=30)
    await in_thread(SocketTicket.objects.update)(expires_at=timezone.now())
    for forged in (ticket, "", "x" * 43, "%00"):
        assert (await open_socket(f"/ws/me?ticket={forged}", origin=None))[0] is False


async def test_a_bad_ticket_does_not_fall_back_on_the_cookie(alice, session_of, open_socket):
    browser = await in_thread(session_of)(alice)
    assert (await open_socket("/ws/me?ticket=forged", browser))[0] is False


async def test_a_person_holds_five_sockets_and_gets_a_place_back(alice, bob, session_of, open_socket):
    browser = await in_thread(session_of)(alice)
    sockets = [await open_socket("/ws/me", browser) for _ in range(6)]
    assert [let_in for let_in, _, _ in sockets] == [True] * 6
    assert await close_code(sockets[5][2]) == 4429
    assert (await open_socket("/ws/me", await in_thread(session_of)(bob)))[0]
    await sockets[0][2].disconnect()
    _, _, another = await open_socket("/ws/me", browser)
    assert await another.receive_nothing(0.2)


async def test_an_account_that_ends_meanwhile_gets_no_place(db):
    assert await in_thread(admission.take_place)(uuid.uuid4()) is None
    assert not await in_thread(OpenSocket.objects.exists)()


async def test_sockets_of_a_dead_web_process_count_no_more(alice, session_of, open_socket):
    browser = await in_thread(session_of)(alice)
    old = timezone.now() - timedelta(seconds=41)
    await in_thread(OpenSocket.objects.bulk_create)(OpenSocket(user=alice, beat_at=old) for _ in range(5))
    _, _, socket = await open_socket("/ws/me", browser)
    assert await socket.receive_nothing(0.2)


async def signed_out(alice, browser) -> None:
    await in_thread(browser.logout)()


async def deactivated(alice, browser) -> None:
    alice.is_active = False
    await in_thread(alice.save)()


async def password_changed(alice, browser) -> None:
    await in_thread(alice.set_password)("another long one")
    await in_thread(alice.save)()


@pytest.mark.parametrize("ending", [signed_out, deactivated, password_changed])
async def test_within_five_seconds_of_signing_out_the_socket_is_closed(
    alice, make_job, session_of, open_socket, ending
):
    browser = await in_thread(session_of)(alice)
    job = await in_thread(make_job)(alice)
    sockets = [(await open_socket(path, browser))[2] for path in ("/ws/me", f"/ws/jobs/{job.pk}")]
    started = time.monotonic()
    await ending(alice, browser)
    assert await asyncio.gather(*(close_code(socket, 5) for socket in sockets)) == [4401, 4401]
    assert time.monotonic() - started < 5


async def test_a_socket_opened_with_a_token_ends_with_the_token(alice, open_socket):
    token, plain = await in_thread(get_token_model().objects.create)(alice)
    device = APIClient(headers={"Authorization": f"Token {plain}"})
    ticket = (await in_thread(device.post)("/api/v1/auth/ticket")).json()["ticket"]
    _, _, socket = await open_socket(f"/ws/me?ticket={ticket}", origin=None)
    assert await socket.receive_nothing(0.2)
    await in_thread(token.delete)()
    assert await close_code(socket, 5) == 4401


async def test_what_a_lost_message_did_not_tell_is_told_from_the_database(alice, make_job, session_of, open_socket):
    browser = await in_thread(session_of)(alice)
    job = await in_thread(make_job)(alice, sequence=1)
    sockets = [(await open_socket(path, browser))[2] for path in ("/ws/me", f"/ws/jobs/{job.pk}")]
    for socket in sockets:
        await socket.receive_json_from(2)
    await move(job, state=State.COMPLETED, progress=100, sequence=9)
    for socket in sockets:
        assert (await socket.receive_json_from(5))["status"] == "completed"


async def test_a_socket_opens_and_tells_while_redis_is_away(alice, make_job, session_of, open_socket, monkeypatch):
    away = PushLayer(hosts=[{"address": "redis://127.0.0.1:1/0", "socket_timeout": None}], prefix="away")
    monkeypatch.setattr("channels.consumer.get_channel_layer", lambda alias: away)
    job = await in_thread(make_job)(alice, sequence=1)
    _, _, socket = await open_socket(f"/ws/jobs/{job.pk}", await in_thread(session_of)(alice))
    assert (await socket.receive_json_from(3))["status"] == "pending"
    await move(job, state=State.CANCELLED, sequence=2)
    assert (await socket.receive_json_from(5))["status"] == "cancelled"


async def test_what_a_client_says_is_ignored_and_too_much_of_it_ends_the_socket(alice, session_of, open_socket):
    _, _, socket = await open_socket("/ws/me", await in_thread(session_of)(alice))
    await socket.send_to(text_data=json.dumps({"type": "push.message", "text": "hello"}))
    assert await socket.receive_nothing(0.2)
    await socket.send_to(text_data="x" * 70_000)
    assert await close_code(socket) == 1009


async def test_nobody_gets_a_ticket_without_signing_in(db, api_as):
    assert (await in_thread(api_as().post)("/api/v1/auth/ticket")).status_code == 401
