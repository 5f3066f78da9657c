"""The page of consents, its buttons, and what the server's admin may see."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from circles.models import User
from consent import policy, presenting
from consent.actions import answering
from consent.models import Consent, ConsentEvent
from tests.consent.conftest import Cast, piece


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_a_question_shows_the_work_who_what_for_and_until_when(cast: Cast, ask: Any, session_of: Any) -> None:
    asked = ask(cast.alice, piece(cast.bob, title="Right <eye>"), circle=cast.circle, work=uuid.uuid4(), message="Hi")
    page = session_of(cast.bob).get("/consents")
    said = words(page)
    assert "Alice asks to use Right &lt;eye&gt; for a fusion" in said
    for line in ("the members of The lake house", "a fusion, this one only", "you take it back, at any time", "“Hi”"):
        assert line in said
    assert f"/api/v1/consents/{asked.pk}/picture" in page.content.decode()
    assert "cannot be called back" in said


def test_a_page_without_anything_says_what_will_be_there(cast: Cast, session_of: Any) -> None:
    browser = session_of(cast.bob)
    assert "Nobody waits for your answer" in words(browser.get("/consents"))
    for box, line in (("given", "You have given nothing"), ("received", "Nobody has given"), ("history", "refused")):
        assert line in words(browser.get(f"/consents?box={box}"))
    assert browser.get("/consents?box=nonsense&from=x").status_code == 200
    assert browser.get(f"/consents?box=given&from={10**30}").status_code == 200


def test_agreeing_refusing_and_taking_back_are_one_button_each(cast: Cast, ask: Any, session_of: Any) -> None:
    browser, asked = session_of(cast.bob), ask(cast.alice, piece(cast.bob))
    assert browser.post(f"/consents/{asked.pk}/grant", {"until": "31"}).headers["Location"] == "/consents"
    asked.refresh_from_db()
    assert asked.state == "granted"
    assert timedelta(days=30) < asked.valid_until - timezone.now() <= timedelta(days=31)
    browser.post(f"/consents/{asked.pk}/revoke", {"box": "given"})
    asked.refresh_from_db()
    assert (asked.state, ConsentEvent.objects.of_record(asked.pk).last().method) == ("withdrawn", "page")
    other = ask(cast.alice, piece(cast.bob))
    browser.post(f"/consents/{other.pk}/refuse")
    other.refresh_from_db()
    assert other.state == "refused"


def test_what_is_not_offered_cannot_be_chosen(cast: Cast, ask: Any, session_of: Any) -> None:
    asked = ask(cast.alice, piece(cast.bob))
    browser = session_of(cast.bob)
    for form in ({"scope": "everything"}, {"scope": "circle"}, {"until": "99999"}, {"notice_version": "x" * 21}):
        assert browser.post(f"/consents/{asked.pk}/grant", form).status_code == 400
    assert browser.post(f"/consents/{asked.pk}/grant", {"notice_version": "2020-01-01"}).status_code == 409
    asked.refresh_from_db()
    assert asked.state == "requested"


@pytest.mark.parametrize("who", ["alice", "charlie"])
def test_nobody_else_can_press_the_buttons(cast: Cast, give: Any, session_of: Any, who: str) -> None:
    given = give(cast.alice, piece(cast.bob))
    browser = session_of(getattr(cast, who))
    for verb in ("grant", "refuse", "revoke"):
        assert browser.post(f"/consents/{given.pk}/{verb}").status_code == 404
    given.refresh_from_db()
    assert given.state == "granted"


def test_a_button_needs_the_page_it_is_on(cast: Cast, give: Any) -> None:
    given = give(cast.alice, piece(cast.bob))
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.bob, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.post(f"/consents/{given.pk}/revoke").status_code == 403
    assert browser.get(f"/consents/{given.pk}/revoke").status_code == 405


def test_the_page_goes_on_where_it_ends(cast: Cast, ask: Any, session_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presenting, "SHOWN", 2)
    for number in range(5):
        ask(cast.alice, piece(cast.bob, title=f"Eye {number}"))
    browser, found, url = session_of(cast.bob), [], "/consents?box=asked"
    while url:
        text = browser.get(url).content.decode()
        found += re.findall(r"<i>(Eye \d)</i>", text)
        onward = re.search(r'href="(/consents\?box=asked&amp;from=\d+)"', text)
        url = onward[1].replace("&amp;", "&") if onward else ""
    assert found == [f"Eye {number}" for number in (4, 3, 2, 1, 0)]


def test_what_people_allow_themselves_is_on_nobody_s_page(cast: Cast, session_of: Any) -> None:
    policy.require(requester=cast.bob, artworks=[piece(cast.bob)], purpose="fusion")
    assert "You have given nothing" in words(session_of(cast.bob).get("/consents"))
    assert Consent.objects.count() == 1


def test_a_page_costs_as_many_queries_for_many_as_for_one(cast: Cast, ask: Any, session_of: Any) -> None:
    browser, counts = session_of(cast.bob), []
    for _ in range(3):
        answering.grant_consent(actor=cast.bob, consent_id=ask(cast.alice, piece(cast.bob)).pk)
        ask(cast.alice, piece(cast.bob), circle=cast.circle)
        with CaptureQueriesContext(connection) as queries:
            browser.get("/consents")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_what_happened_is_told_to_each_side_as_far_as_it_may_know(
    cast: Cast, give: Any, session_of: Any, api_as: Any
) -> None:
    given = give(cast.alice, piece(cast.bob, title="Right eye"), circle=cast.circle)
    answering.revoke_consent(actor=cast.bob, consent_id=given.pk)
    told = {
        person.name: [row["sentence"] for row in api_as(person).get("/api/v1/notifications").json()["results"]]
        for person in (cast.alice, cast.bob, cast.charlie)
    }
    assert told == {
        "Alice": ["A permission is no longer there."],
        "Bob": ["You took it back: “Right eye” for a fusion, each time, for the members of The lake house."],
        "Charlie": [],
    }
    for person in (cast.alice, cast.bob):
        assert told[person.name][0] in words(session_of(person).get("/notifications"))
    assert "Nothing yet" in words(session_of(cast.charlie).get("/notifications"))


@pytest.fixture
def admin(make_user: Any, session_of: Any) -> Client:
    return session_of(make_user("admin@example.com", is_staff=True, is_superuser=True))


def test_an_admin_reads_the_ledger_and_writes_nothing(cast: Cast, give: Any, admin: Client) -> None:
    given = give(cast.alice, piece(cast.bob, title="A secret title"), message="A letter")
    line = ConsentEvent.objects.of_record(given.pk).last()
    for model, pk in (("consentevent", line.pk), ("consent", given.pk), ("consentevidence", None)):
        root = f"/admin/consent/{model}/"
        page = admin.get(root)
        assert page.status_code == 200
        assert admin.get(f"{root}add/").status_code == 403
        assert "A secret title" not in page.content.decode()
        if pk is None:
            continue
        shown = admin.get(f"{root}{pk}/change/")
        assert shown.status_code == 200
        assert "A letter" not in shown.content.decode()
        assert admin.post(f"{root}{pk}/change/", {"event": "refused", "state": "refused"}).status_code == 403
        assert admin.post(f"{root}{pk}/delete/", {"post": "yes"}).status_code == 403
    given.refresh_from_db()
    assert given.state == "granted"


def test_staff_without_rights_see_no_ledger(cast: Cast, make_user: Any, session_of: Any) -> None:
    staff: User = make_user("staff@example.com", is_staff=True)
    assert session_of(staff).get("/admin/consent/consentevent/").status_code == 403
