"""The secret of one's own webhooks: shown when asked for, made anew at once, nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from circles.models import User
from facades import receiving
from facades.actions.signing import find_secret, renew_secret
from facades.models import WebhookSecret
from facades.receiving import is_genuine
from processing.models import Job
from processing.states import Queue, State
from tests.facades.conftest import BRICK, HOUSE, JOBS
from tests.facades.test_webhook import HOOK, received
from tests.processing.fetching.origin import Origin, answer

pytestmark = pytest.mark.django_db
BODY = {"image_url": HOUSE, "texture_url": BRICK, "webhook_url": HOOK}
SECRET = "/api/v1/render/webhook-secret"
PASSWORD = "a quiet gallery of facades"


@pytest.fixture
def heard(origin: Origin, api_as: Any, work: Callable[..., int]) -> Callable[[User], tuple[dict[str, str], bytes]]:
    """What a person's receiver hears of a render of theirs: headers and body."""
    origin.pages["/hook"] = answer(b"", "204 No Content")

    def listen(owner: User) -> tuple[dict[str, str], bytes]:
        assert api_as(owner).post(JOBS, BODY).status_code == 201
        work()
        return received(origin)[-1]

    return listen


@pytest.fixture
def browser(session_of: Any, settings: Any) -> Callable[[User], Client]:
    """Somebody who gave their password a moment ago."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def open_one(owner: User) -> Client:
        owner.set_password(PASSWORD)
        owner.save()
        found = session_of(owner)
        assert found.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        return found

    return open_one


def test_what_the_settings_tell_a_receiver_is_enough(
    alice: User, heard: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very program that the page shows checks the message that came."""
    page = browser(alice).get("/settings/webhooks")
    shown = page.context["code"]
    scope: dict[str, Any] = {}
    exec(compile(shown, "receiver", "exec"), scope)
    headers, body = heard(alice)
    secret = find_secret(actor=alice).secret
    assert scope["is_genuine"](secret, headers, body)
    assert not scope["is_genuine"](secret, headers, body + b" ")
    assert not scope["is_genuine"]("0" * 64, headers, body)
    now = int(headers["Aureole-Timestamp"])
    assert not is_genuine(secret, headers | {"Aureole-Timestamp": str(now - 1)}, body)
    assert not is_genuine(secret, headers | {"Aureole-Timestamp": "soon"}, body)
    monkeypatch.setattr(receiving.time, "time", lambda: now + 301)
    assert not is_genuine(secret, headers, body)


def test_a_new_one_signs_at_once_and_the_old_one_no_more(alice: User, api_as: Any, heard: Any) -> None:
    old = api_as(alice).get(SECRET).json()["secret"]
    assert is_genuine(old, *heard(alice))
    made = api_as(alice).post(SECRET)
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    new = made.json()["secret"]
    assert api_as(alice).get(SECRET).json() == made.json()
    headers, body = heard(alice)
    assert is_genuine(new, headers, body)
    assert not is_genuine(old, headers, body)
    assert len(old) == len(new) == 64
    assert old != new


def test_a_message_that_waits_for_another_try_is_signed_with_the_new_one(
    alice: User, heard: Any, work: Callable[..., int], origin: Origin
) -> None:
    origin.pages["/hook"] = answer(b"", "503 Busy")
    old = find_secret(actor=alice).secret
    assert is_genuine(old, *heard(alice))
    new = renew_secret(actor=alice).secret
    Job.objects.filter(kind="webhook").update(not_before=None)
    work(Queue.LOW)
    headers, body = received(origin)[-1]
    assert len(received(origin)) == 2
    assert is_genuine(new, headers, body)
    assert not is_genuine(old, headers, body)
    assert Job.objects.get(kind="webhook").state == State.PENDING


def test_it_depends_on_nothing_but_itself(alice: User, heard: Any, settings: Any) -> None:
    secret = find_secret(actor=alice).secret
    settings.SECRET_KEY = "another key of this server, after a move"
    assert is_genuine(secret, *heard(alice))


def test_nobody_sees_or_changes_anothers(alice: User, bob: User, api_as: Any, browser: Any, heard: Any) -> None:
    hers = find_secret(actor=alice).secret
    for told in (api_as(bob).get(SECRET), api_as(bob).post(SECRET)):
        assert hers not in told.content.decode()
    for path in ("/settings/webhooks/show", "/settings/webhooks/renew"):
        assert hers not in browser(bob).post(path).content.decode()
    assert list(WebhookSecret.objects.visible_to(bob).values_list("user", flat=True)) == [bob.pk]
    assert is_genuine(hers, *heard(alice))
    assert (api_as(None).get(SECRET).status_code, api_as(None).post(SECRET).status_code) == (401, 401)
    assert Client().post("/settings/webhooks/show")["Location"].startswith("/accounts/login/")


def test_the_page_shows_it_on_request_and_makes_a_new_one(alice: User, browser: Any) -> None:
    secret = find_secret(actor=alice).secret
    opened = browser(alice)
    first = opened.get("/settings/webhooks").content.decode()
    assert secret not in first
    assert "Show the secret" in first
    shown = opened.post("/settings/webhooks/show")
    assert f'id="secret">{secret}<' in shown.content.decode()
    assert '<copy-text from="secret"' in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    renewed = opened.post("/settings/webhooks/renew").content.decode()
    assert secret not in renewed
    assert find_secret(actor=alice).secret in renewed


def test_whoever_did_not_just_give_their_password_is_asked_for_it(alice: User, session_of: Any, browser: Any) -> None:
    browser(alice)
    secret = find_secret(actor=alice).secret
    for path in ("show", "renew"):
        asked = session_of(alice).post(f"/settings/webhooks/{path}")
        assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert find_secret(actor=alice).secret == secret


def test_it_goes_with_the_account(alice: User) -> None:
    find_secret(actor=alice)
    alice.delete()
    assert not WebhookSecret.objects.exists()


def test_after_the_password_what_was_asked_for_is_done(alice: User, session_of: Any, browser: Any) -> None:
    browser(alice)
    secret = find_secret(actor=alice).secret
    asked = session_of(alice)
    there = asked.post("/settings/webhooks/show")["Location"]
    shown = asked.post(there, {"password": PASSWORD}, follow=True)
    assert (shown.status_code, secret in shown.content.decode()) == (200, True)
    another = session_of(alice)
    there = another.post("/settings/webhooks/renew")["Location"]
    assert find_secret(actor=alice).secret == secret
    renewed = another.post(there, {"password": PASSWORD}, follow=True)
    assert renewed.status_code == 200
    assert find_secret(actor=alice).secret != secret
    assert find_secret(actor=alice).secret in renewed.content.decode()
