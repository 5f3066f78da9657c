"""A fusion is reported by members of its circle, decided by staff, and taken out of it: its creator keeps it."""

import re
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from artworks.models import Artwork
from circles.actions import blocks, reports
from circles.models import Circle, FeedItem, Membership, Report, TakenOut, User
from consent.actions import answering
from consent.models import Consent
from fusion.actions import ending, making
from fusion.models import FusionArtwork, FusionPart
from processing.errors import AureoleError, NotFound
from tests.fusion.conftest import piece


@pytest.fixture
def hers(alice: User, circle: Circle, mine: Artwork, fuse: Any, work: Any) -> FusionArtwork:
    """Alice's, of pictures of her own alone, published to the circle bob is in."""
    assert fuse(alice, mine, piece(alice, 7), circle=circle, title="Both of mine").status_code == 201
    work()
    return FusionArtwork.objects.get()


@pytest.fixture
def staff(make_user: Any, settings: Any) -> User:
    settings.NOTIFICATION_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return make_user("admin@example.com", is_staff=True, is_superuser=True)


def report(user: User, fusion: FusionArtwork, **words: Any) -> Report:
    return reports.report_item(actor=user, **({"kind": "fusion", "subject_id": fusion.pk, "reason": "shows"} | words))


def told(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def code_of(act: Any, *given: Any, **words: Any) -> str:
    with pytest.raises(AureoleError) as refused:
        act(*given, **words)
    return refused.value.error_code


def test_bob_reports_it_and_it_is_taken_out_of_the_circle_alone(  # noqa: PLR0917
    alice: User, bob: User, charlie: User, staff: User, circle: Circle, hers: FusionArtwork, api_as: Any, committed: Any
) -> None:
    Membership.objects.create(circle=circle, user=charlie)
    asked = {"kind": "fusion", "subject_id": str(hers.pk), "reason": "hurts", "words": "Not this."}
    made = api_as(bob).post("/api/v1/reports", asked)
    assert (made.status_code, made.json()["title"], made.json()["state"]) == (201, "Both of mine", "open")
    report(charlie, hers)
    with committed():
        reports.decide_report(actor=staff, report_id=made.json()["id"], takes_out=True, answer="You were right.")
    for person in (bob, charlie):
        assert api_as(person).get(f"/api/v1/fusion/{hers.pk}").status_code == 404
        assert api_as(person).get(f"/api/v1/fusion/{hers.pk}/thumb/256.webp").status_code == 404
        assert api_as(person).get(f"/api/v1/circles/{circle.pk}/fusions").json()["results"] == []
    assert not FeedItem.objects.filter(verb="fused").exists()
    said = api_as(alice).get(f"/api/v1/fusion/{hers.pk}").json()
    assert (said["status"], said["circle_id"]) == ("completed", None)
    assert api_as(alice).get(said["thumbnail_url"]).status_code == 200
    assert {letter.to[0] for letter in mail.outbox} == {"bob@example.com", "charlie@example.com"}
    assert {one.state for one in Report.objects.all()} == {"taken_out"}
    ending.unpublish(hers.pk)


def test_what_is_left_where_it_is_stays(  # noqa: PLR0917
    bob: User, staff: User, circle: Circle, hers: FusionArtwork, api_as: Any, committed: Any
) -> None:  # fmt: skip
    with committed():
        reports.decide_report(actor=staff, report_id=report(bob, hers).pk, takes_out=False)
    assert api_as(bob).get(f"/api/v1/fusion/{hers.pk}").status_code == 200
    assert [letter.to for letter in mail.outbox] == [["bob@example.com"]]


def test_only_who_sees_it_in_the_circle_reports_it(
    alice: User, bob: User, charlie: User, circle: Circle, hers: FusionArtwork
) -> None:
    with pytest.raises(NotFound):
        report(charlie, hers)
    assert code_of(report, alice, hers) == "that_is_you"
    theirs = piece(charlie, 3)
    FusionPart.objects.create(fusion=hers, artwork=theirs, part_id=theirs.pk)
    assert FusionArtwork.objects.visible_to(charlie).filter(pk=hers.pk).exists()
    with pytest.raises(NotFound):
        report(charlie, hers)
    report(bob, hers)
    assert code_of(report, bob, hers) == "reported_already"
    Membership.objects.filter(circle=circle, user=bob).delete()
    with pytest.raises(NotFound):
        report(bob, hers)


def test_what_was_published_to_nobody_cannot_be_reported(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, grant: Any, work: Any
) -> None:  # fmt: skip
    fuse(alice, mine, his)
    grant(bob)
    work()
    fusion = FusionArtwork.objects.get()
    assert fusion.state == "ready"
    with pytest.raises(NotFound):
        report(bob, fusion)


def test_a_crash_while_deciding_leaves_it_published(
    bob: User, staff: User, circle: Circle, hers: FusionArtwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(given: Report) -> None:
        raise RuntimeError("the power went")

    made = report(bob, hers)
    monkeypatch.setattr(reports, "_tell", crash)
    with pytest.raises(RuntimeError):
        reports.decide_report(actor=staff, report_id=made.pk, takes_out=True)
    hers.refresh_from_db()
    assert (hers.circle, FeedItem.objects.filter(verb="fused").count()) == (circle, 1)


def test_staff_decide_in_the_admin_without_seeing_it(
    bob: User, staff: User, circle: Circle, hers: FusionArtwork, session_of: Any
) -> None:
    made = report(bob, hers)
    here, desk = reverse("admin:circles_report_change", args=[made.pk]), session_of(staff)
    assert "/thumb/" not in desk.get(here).content.decode()
    desk.post(here, {"decision": "taken_out", "answer": "You were right."})
    hers.refresh_from_db()
    assert hers.circle is None


def test_the_pages_of_reporting_without_a_script(  # noqa: PLR0917
    alice: User, bob: User, charlie: User, circle: Circle, hers: FusionArtwork, session_of: Any
) -> None:  # fmt: skip
    his, form = session_of(bob), f"/circles/{circle.pk}/fusions/{hers.pk}/report"
    assert f'href="{form}"' in told(his.get(f"/fusion/{hers.pk}"))
    assert form not in told(session_of(alice).get(f"/fusion/{hers.pk}"))
    page = told(his.get(form))
    assert "Report Both of mine" in page
    assert "Alice does not learn who reported it" in page
    assert f"/api/v1/fusion/{hers.pk}/thumb/" in page
    assert "is required" in told(his.post(form, {"words": "no reason"}))
    assert "Both of mine" in told(his.post(form, {"reason": "hurts"}, follow=True))
    assert his.post(form, {"reason": "hurts"}).status_code == 409
    assert session_of(alice).post(form, {"reason": "hurts"}).status_code == 409
    assert session_of(charlie).get(form).status_code == 404
    other = session_of(bob).get(f"/circles/{hers.pk}/fusions/{hers.pk}/report")
    assert other.status_code == 404
    assert Report.objects.count() == 1


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_after_a_block_neither_sees_what_the_other_fused(  # noqa: PLR0917
    blocker: str, alice: User, bob: User, circle: Circle, hers: FusionArtwork, api_as: Any, session_of: Any
) -> None:  # fmt: skip
    one, other = (alice, bob) if blocker == "alice" else (bob, alice)
    blocks.block_person(actor=one, person_id=other.pk)
    his = api_as(bob)
    gone = [f"/api/v1/fusion/{hers.pk}", f"/api/v1/fusion/{hers.pk}/thumb/256.webp"]
    assert [his.get(path).status_code for path in gone] == [404] * 2
    assert session_of(bob).get(f"/fusion/{hers.pk}").status_code == 404
    assert his.get(f"/api/v1/circles/{circle.pk}/fusions").json()["results"] == []
    assert str(hers.pk) not in told(session_of(bob).get(f"/circles/{circle.pk}"))
    assert api_as(alice).get(f"/api/v1/fusion/{hers.pk}").status_code == 200
    with pytest.raises(NotFound):
        report(bob, hers)


def test_what_was_taken_out_is_not_made_for_that_circle_again(  # noqa: PLR0917
    alice: User, bob: User, staff: User, circle: Circle, hers: FusionArtwork, fuse: Any, api_as: Any
) -> None:
    reports.decide_report(actor=staff, report_id=report(bob, hers).pk, takes_out=True)
    ids = [str(one.source_id) for one in hers.sources.all()]  # type: ignore[attr-defined]
    body = {"source_artwork_ids": ids[::-1], "circle_id": str(circle.pk)}
    for path in ("fusion", "composition"):
        said = api_as(alice).post(f"/api/v1/{path}", body)
        assert (said.status_code, said.json()["error"]) == (409, "taken_out")
    assert FusionArtwork.objects.count() == 1
    assert api_as(alice).post("/api/v1/fusion", {"source_artwork_ids": ids}).status_code == 201
    FusionArtwork.objects.filter(pk=hers.pk).update(state="failed", circle=circle)
    again = api_as(alice).post(f"/api/v1/fusion/{hers.pk}/retry", {})
    assert (again.status_code, again.json()["error"]) == (409, "taken_out")
    TakenOut.objects.all().delete()
    assert api_as(alice).post("/api/v1/fusion", body).status_code == 201


@pytest.mark.parametrize("goes_on", ["by its last yes", "by a worker"])
def test_one_that_waited_meanwhile_ends_and_its_creator_hears_why(  # noqa: PLR0917
    alice: User,
    bob: User,
    staff: User,
    circle: Circle,
    hers: FusionArtwork,
    fuse: Any,
    work: Any,
    goes_on: str,
    api_as: Any,
) -> None:
    again = [one.artwork for one in hers.sources.order_by("-position")]  # type: ignore[attr-defined]
    if goes_on == "by its last yes":
        Artwork.objects.filter(pk=again[0].pk).update(whose="member", subject=bob)
    said = fuse(alice, *again, circle=circle)
    assert said.status_code == (202 if goes_on == "by its last yes" else 201)
    reports.decide_report(actor=staff, report_id=report(bob, hers).pk, takes_out=True)
    if goes_on == "by its last yes":
        answering.grant_consent(actor=bob, consent_id=Consent.objects.waiting().get().pk)
        making.start_all_waiting()
    work()
    told_to_her = api_as(alice).get(f"/api/v1/fusion/{FusionArtwork.objects.exclude(pk=hers.pk).get().pk}").json()
    assert (told_to_her["status"], told_to_her["error_code"]) == ("failed", "taken_out")
    assert "took this out of the circle" in told_to_her["message"]
    assert api_as(bob).get(f"/api/v1/circles/{circle.pk}/fusions").json()["results"] == []
    assert not FeedItem.objects.filter(verb="fused").exists()
