"""What people hear of consents: at once on their pages, and by mail; and never more than they may know."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from circles.models import User
from consent.actions import answering, asking
from processing import push
from tests.consent.conftest import Cast, piece


@pytest.fixture
def mail_on(settings: Any) -> None:
    settings.NOTIFICATION_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, dict[str, Any]]]:
    told: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr(push, "to_person", lambda user_id, message: told.append((user_id, message)))
    return told


@pytest.fixture
def after(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_the_asked_hear_at_once_and_only_that_there_is_something(cast: Cast, ask: Any, pushed: Any, after: Any) -> None:
    work = piece(cast.bob, title="Right eye")
    with after():
        ask(cast.alice, work)
    assert pushed == [(cast.bob.pk, {"type": "consent", "verb": "asked"})]
    with after():
        ask(cast.alice, work)
    assert len(pushed) == 1, "asked once, told once"


def test_both_sides_hear_of_answers_and_ends(cast: Cast, ask: Any, pushed: Any, after: Any) -> None:
    asked = ask(cast.alice, piece(cast.bob))
    with after():
        answering.grant_consent(actor=cast.bob, consent_id=asked.pk)
    with after():
        answering.revoke_consent(actor=cast.bob, consent_id=asked.pk)
    both = {cast.alice.pk, cast.bob.pk}
    assert [({to for to, _ in pushed[:2]}), {to for to, _ in pushed[2:]}] == [both, both]
    assert [message["verb"] for _, message in pushed] == ["answered", "answered", "ended", "ended"]


def test_nothing_is_told_of_what_did_not_happen(cast: Cast, ask: Any, pushed: Any, after: Any) -> None:
    asked = ask(cast.alice, piece(cast.bob))
    with after(), pytest.raises(answering.NothingGiven):
        answering.revoke_consent(actor=cast.bob, consent_id=asked.pk)
    assert pushed == []


def test_many_questions_are_one_mail(cast: Cast, seen: None, mail_on: None, after: Any) -> None:
    works = [piece(cast.bob, title="Right eye"), piece(cast.bob, title="Left eye")]
    with after():
        asking.request_consents(actor=cast.alice, artworks=works, purpose="fusion", circle=cast.circle)
    assert [(each.to, each.subject) for each in mail.outbox] == [(["bob@example.com"], "Alice asks for your consent")]
    body = mail.outbox[0].body
    assert "“Right eye” for a fusion" in body
    assert "“Left eye” for a fusion" in body
    assert "/consents" in body
    assert cast.alice.email not in body
    assert_is_ours(mail.outbox[0])


def test_who_asked_gets_the_answer_and_hears_of_its_end_without_a_name(
    cast: Cast, ask: Any, mail_on: None, after: Any
) -> None:
    asked = ask(cast.alice, piece(cast.bob, title="Right eye"))
    with after():
        answering.grant_consent(actor=cast.bob, consent_id=asked.pk)
    with after():
        answering.revoke_consent(actor=cast.bob, consent_id=asked.pk)
    given, gone = mail.outbox
    assert (given.to, gone.to) == (["alice@example.com"], ["alice@example.com"])
    assert "From Bob: “Right eye”" in given.body
    assert "no longer there" in gone.body
    for word in ("Bob", "Right eye"):
        assert word not in gone.subject + gone.body
    for message in mail.outbox:
        assert_is_ours(message)


def test_a_name_cannot_write_headers_or_markup(cast: Cast, ask: Any, mail_on: None, after: Any) -> None:
    User.objects.filter(pk=cast.alice.pk).update(name="A\r\nBcc: all@example.com <b>")
    cast.alice.refresh_from_db()
    with after():
        ask(cast.alice, piece(cast.bob))
    assert mail.outbox[0].subject == "A Bcc: all@example.com <b> asks for your consent"
    assert mail.outbox[0].recipients() == ["bob@example.com"]


def test_without_a_mail_server_the_log_shows_it(cast: Cast, ask: Any, after: Any, capsys: Any) -> None:
    with after():
        ask(cast.alice, piece(cast.bob))
    assert "Subject: Alice asks for your consent" in capsys.readouterr().out


def test_a_mail_that_cannot_be_sent_costs_nothing_else(
    cast: Cast, ask: Any, after: Any, settings: Any, pushed: Any
) -> None:
    settings.NOTIFICATION_BACKEND = "tests.consent.test_telling.Broken"
    with after():
        asked = ask(cast.alice, piece(cast.bob))
    asked.refresh_from_db()
    assert asked.state == "requested"
    assert pushed


class Broken:
    """A mail server that is away."""

    def __init__(self, *args: Any, **options: Any) -> None:
        raise OSError("away")


def assert_is_ours(message: Any) -> None:
    assert message.content_subtype == "plain"
    assert "!" not in message.subject + message.body
    assert "{" not in message.subject + message.body
    assert message.body.strip().splitlines()[-1].startswith("Aureole at ")
