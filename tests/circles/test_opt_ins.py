"""Agreeing to what is sensitive: off at first, to a text that is shown, recorded with time and version."""

import hashlib
from typing import Any

import pytest
from django.utils import timezone

from circles import consequences
from circles.actions.opt_ins import OptInRequired, opt_in, opt_out, require_opt_in
from circles.models import OptIn, User
from circles.notices import NOTICES, Notice

VERSION = NOTICES["iris"].version
URL = "/api/v1/me/opt-ins/iris"


def test_it_is_off_at_first_and_says_what_it_means(alice: User, api_as: Any) -> None:
    said = api_as(alice).get("/api/v1/me/opt-ins").json()["results"]
    assert [(row["purpose"], row["is_on"], row["given_at"]) for row in said] == [("iris", False, None)]
    assert "can identify a person" in " ".join(said[0]["paragraphs"])
    with pytest.raises(OptInRequired):
        require_opt_in(actor=alice, purpose="iris")


def test_agreeing_records_when_and_to_which_text(alice: User, api_as: Any) -> None:
    before = timezone.now()
    said = api_as(alice).put(URL, {"version": VERSION}).json()
    assert (said["is_on"], said["accepted_version"]) == (True, VERSION)
    row = OptIn.objects.get()
    assert (row.user, row.purpose, row.text_version) == (alice, "iris", VERSION)
    assert before <= row.given_at <= timezone.now()
    notice = NOTICES["iris"]
    text = "".join(f"{line}\n" for line in (notice.title, *notice.paragraphs))
    assert row.text_sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_agreeing_twice_keeps_the_first_record(alice: User, api_as: Any) -> None:
    first = api_as(alice).put(URL, {"version": VERSION}).json()
    assert api_as(alice).put(URL, {"version": VERSION}).json() == first
    assert OptIn.objects.count() == 1


def test_nobody_agrees_to_a_text_they_have_not_seen(alice: User, api_as: Any) -> None:
    answer = api_as(alice).put(URL, {"version": "2020-01-01"})
    assert (answer.status_code, answer.json()["error"]) == (409, "text_changed")
    assert api_as(alice).put(URL, {}).status_code == 400
    assert not OptIn.objects.exists()


def test_a_newer_text_needs_a_new_word(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    opt_in(actor=alice, purpose="iris", version=VERSION)
    monkeypatch.setitem(NOTICES, "iris", Notice("iris", "2027-01-01", "New", ("Other words.",)))
    with pytest.raises(OptInRequired):
        require_opt_in(actor=alice, purpose="iris")
    opt_in(actor=alice, purpose="iris", version="2027-01-01")
    require_opt_in(actor=alice, purpose="iris")
    assert OptIn.objects.standing().count() == 1
    assert OptIn.objects.count() == 2


def test_taking_it_back_keeps_the_record_of_both(alice: User, api_as: Any) -> None:
    opt_in(actor=alice, purpose="iris", version=VERSION)
    said = api_as(alice).delete(URL)
    assert (said.status_code, said.json()["is_on"]) == (200, False)
    row = OptIn.objects.get()
    assert row.withdrawn_at > row.given_at
    assert api_as(alice).delete(URL).status_code == 200
    with pytest.raises(OptInRequired):
        require_opt_in(actor=alice, purpose="iris")


def test_what_fails_upstairs_leaves_the_word_as_it_was(alice: User) -> None:
    """Otherwise the switch would be off and the data still there."""

    def stumble(user: User, purpose: str) -> None:
        raise RuntimeError

    opt_in(actor=alice, purpose="iris", version=VERSION)
    consequences.opted_out.then(stumble)
    try:
        with pytest.raises(RuntimeError):
            opt_out(actor=alice, purpose="iris")
    finally:
        consequences.opted_out.forget(stumble)
    require_opt_in(actor=alice, purpose="iris")


def test_one_persons_word_is_nobody_elses(alice: User, bob: User, api_as: Any) -> None:
    opt_in(actor=alice, purpose="iris", version=VERSION)
    assert api_as(bob).get(URL).json()["is_on"] is False
    api_as(bob).delete(URL)
    require_opt_in(actor=alice, purpose="iris")
    assert api_as(None).get(URL).status_code == 401


@pytest.mark.parametrize("purpose", ["faces", "iris ", "IRIS", "..", "%00"])
def test_there_is_nothing_to_agree_to_under_another_name(alice: User, api_as: Any, purpose: str) -> None:
    for method in ("get", "delete"):
        assert getattr(api_as(alice), method)(f"/api/v1/me/opt-ins/{purpose}").status_code == 404
    assert api_as(alice).put(f"/api/v1/me/opt-ins/{purpose}", {"version": VERSION}).status_code == 404
