"""Blocking people and reporting things: what vanishes, who learns what, and that a report is answered."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from artworks.actions import sharing
from circles import consequences
from circles.actions import blocks, circles, memberships, reports
from circles.models import Block, Circle, Membership, Report, User
from photos.models import CircleShare, Photo
from processing.errors import AureoleError, NotFound


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def item(alice: User, circle: Circle, make_photo: Callable[..., Photo]) -> CircleShare:
    photo = make_photo(alice, filename="secret-name.jpg")
    return sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]


@pytest.fixture
def staff(make_user: Callable[..., User], settings: Any) -> User:
    settings.NOTIFICATION_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return make_user("admin@example.com", is_staff=True, is_superuser=True)


def report(user: User, item: CircleShare, **words: Any) -> Report:
    asked = {"kind": "item", "subject_id": item.pk, "reason": "shows"} | words
    return reports.report_item(actor=user, **asked)


def code_of(act: Callable[..., object], *given: Any, **words: Any) -> str:
    with pytest.raises(AureoleError) as refused:
        act(*given, **words)
    return refused.value.error_code


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_after_a_block_neither_sees_the_others_things_anywhere(
    blocker: str, alice: User, bob: User, item: CircleShare, api_as: Any
) -> None:
    one, other = (alice, bob) if blocker == "alice" else (bob, alice)
    circle = item.membership.circle_id
    assert api_as(one).post("/api/v1/me/blocks", {"person_id": str(other.pk)}, format="json").status_code == 201
    his = api_as(bob)
    gone = [
        f"/api/v1/photos/{item.photo_id}",
        f"/api/v1/photos/{item.photo_id}/thumb/256.webp",
        f"/api/v1/circles/{circle}/items/{item.pk}",
    ]
    assert [his.get(path).status_code for path in gone] == [404] * 3
    assert his.get(f"/api/v1/circles/{circle}/items").json()["results"] == []
    assert his.get(f"/api/v1/photos?circle={circle}").json()["results"] == []
    told = his.get(f"/api/v1/circles/{circle}/feed").json()["results"]
    assert [each["verb"] for each in told] == ["made"]
    assert api_as(alice).get(f"/api/v1/photos/{item.photo_id}").status_code == 200


def test_a_block_is_taken_back_and_only_by_who_made_it(alice: User, bob: User, item: CircleShare, api_as: Any) -> None:
    blocks.block_person(actor=alice, person_id=bob.pk)
    assert api_as(bob).get("/api/v1/me/blocks").json()["results"] == []
    assert api_as(bob).delete(f"/api/v1/me/blocks/{alice.pk}").status_code == 404
    [told] = api_as(alice).get("/api/v1/me/blocks").json()["results"]
    assert told["person"] == {"id": str(bob.pk), "name": "Bob"}
    assert api_as(alice).delete(f"/api/v1/me/blocks/{bob.pk}").status_code == 204
    assert api_as(bob).get(f"/api/v1/photos/{item.photo_id}").status_code == 200


def test_whom_one_shares_no_circle_with_cannot_be_blocked_nor_found_out(
    alice: User, bob: User, charlie: User, circle: Circle
) -> None:
    assert code_of(blocks.block_person, actor=alice, person_id=charlie.pk) == "not_found"
    assert code_of(blocks.block_person, actor=alice, person_id=alice.pk) == "that_is_you"
    blocks.block_person(actor=alice, person_id=bob.pk)
    memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=bob.pk)
    blocks.block_person(actor=alice, person_id=bob.pk)
    assert Block.objects.count() == 1


def test_rooms_above_hear_of_a_block_once_and_in_its_transaction(alice: User, bob: User, circle: Circle) -> None:
    heard: list[tuple[str, str]] = []

    def hear(blocker: User, blocked: User) -> None:
        heard.append((blocker.name, blocked.name))
        if len(heard) > 1:
            raise RuntimeError("the power went")

    consequences.blocked.then(hear)
    try:
        blocks.block_person(actor=alice, person_id=bob.pk)
        blocks.block_person(actor=alice, person_id=bob.pk)
        with pytest.raises(RuntimeError):
            blocks.block_person(actor=bob, person_id=alice.pk)
    finally:
        consequences.blocked.forget(hear)
    assert heard == [("Alice", "Bob"), ("Bob", "Alice")]
    assert [row.blocker for row in Block.objects.all()] == [alice]


def test_bob_reports_and_hears_that_it_was_taken_out(
    bob: User, staff: User, item: CircleShare, api_as: Any, django_capture_on_commit_callbacks: Any
) -> None:
    asked = {"subject_id": str(item.pk), "reason": "shows", "words": "That is me."}
    made = api_as(bob).post("/api/v1/reports", asked, format="json")
    assert (made.status_code, made.json()["title"], made.json()["state"]) == (201, "A photo by Alice", "open")
    with django_capture_on_commit_callbacks(execute=True):
        reports.decide_report(actor=staff, report_id=made.json()["id"], takes_out=True, answer="You were right.")
    told = api_as(bob).get(f"/api/v1/reports/{made.json()['id']}").json()
    assert (told["state"], told["sentence"]) == ("taken_out", "It was taken out of the circle.")
    assert not CircleShare.objects.exists()
    [letter] = mail.outbox
    assert letter.to == ["bob@example.com"]
    assert "You were right." in letter.body


def test_everybody_who_reported_the_same_thing_hears_back_from_one_decision(
    bob: User, charlie: User, staff: User, item: CircleShare, django_capture_on_commit_callbacks: Any
) -> None:
    Membership.objects.create(circle=item.membership.circle, user=charlie)
    first, second = report(bob, item), report(charlie, item, reason="hurts")
    with django_capture_on_commit_callbacks(execute=True):
        reports.decide_report(actor=staff, report_id=first.pk, takes_out=False)
    second.refresh_from_db()
    assert second.state == "kept"
    assert {letter.to[0] for letter in mail.outbox} == {"bob@example.com", "charlie@example.com"}
    assert CircleShare.objects.exists()
    assert code_of(reports.decide_report, actor=staff, report_id=second.pk, takes_out=True) == "decided_already"


def test_a_report_is_its_reporters_alone(alice: User, bob: User, charlie: User, item: CircleShare, api_as: Any) -> None:
    made = report(bob, item)
    assert api_as(alice).get("/api/v1/reports").json()["results"] == []
    assert api_as(alice).get(f"/api/v1/reports/{made.pk}").status_code == 404
    with pytest.raises(NotFound):
        report(charlie, item)
    with pytest.raises(NotFound):
        reports.decide_report(actor=alice, report_id=made.pk, takes_out=False)
    assert code_of(report, bob, item) == "reported_already"
    assert code_of(report, alice, item) == "that_is_you"
    assert code_of(report, bob, item, kind="weather") == "validation_failed"


def test_reports_are_counted_so_that_nobody_floods_the_desk(
    bob: User, item: CircleShare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_A_DAY", 0)
    assert code_of(report, bob, item) == "throttled"


def test_a_crash_while_deciding_decides_nothing(
    bob: User, staff: User, item: CircleShare, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(given: Report) -> None:
        raise RuntimeError("the power went")

    made = report(bob, item)
    monkeypatch.setattr(reports, "_tell", crash)
    with pytest.raises(RuntimeError):
        reports.decide_report(actor=staff, report_id=made.pk, takes_out=True)
    made.refresh_from_db()
    assert made.state == "open"
    assert CircleShare.objects.exists()


def test_staff_decide_in_the_admin_without_seeing_the_picture(
    bob: User, staff: User, item: CircleShare, session_of: Any
) -> None:
    made = report(bob, item, words="That is me.")
    here = reverse("admin:circles_report_change", args=[made.pk])
    desk = session_of(staff)
    page = desk.get(here).content.decode()
    assert "That is me." in page
    assert "secret-name" not in page
    assert "/thumb/" not in page
    assert "Nothing was decided." in desk.post(here, {"decision": "", "answer": "Hm."}, follow=True).content.decode()
    desk.post(here, {"decision": "taken_out", "answer": "You were right."})
    made.refresh_from_db()
    assert (made.state, made.answer, made.decided_by) == ("taken_out", "You were right.", staff)
    assert not CircleShare.objects.exists()
    again = desk.get(here).content.decode()
    assert 'name="decision"' not in again
    assert desk.post(here, {"decision": "kept", "answer": "No."}, follow=True).status_code == 200
    made.refresh_from_db()
    assert made.state == "taken_out"
    assert session_of(bob).get(here).status_code == 302


def test_the_pages_of_safety_without_a_script(alice: User, bob: User, item: CircleShare, session_of: Any) -> None:
    circle = item.membership.circle_id
    his = session_of(bob)
    assert "Report or block" in his.get(f"/circles/{circle}/items/{item.pk}").content.decode()
    form = f"/circles/{circle}/items/{item.pk}/report"
    assert "does not learn who reported it" in " ".join(his.get(form).content.decode().split())
    assert "is required" in his.post(form, {"words": "no reason"}).content.decode()
    told = his.post(form, {"reason": "hurts", "words": "It hurts."}, follow=True).content.decode()
    assert "A photo by Alice" in told
    assert "Nobody has decided yet." in told
    assert his.post(form, {"reason": "hurts"}).status_code == 409
    page = his.post(f"/circles/{circle}/members/{alice.pk}/block", follow=True).content.decode()
    assert "Blocked by you" in page
    assert "/thumb/" not in page
    assert his.get(f"/circles/{circle}/items/{item.pk}").status_code == 404
    assert "Alice" in his.get("/settings/safety").content.decode()
    his.post(f"/settings/safety/blocked/{alice.pk}/unblock")
    assert his.get(f"/circles/{circle}/items/{item.pk}").status_code == 200
