"""Consents as people give them: asked and answered live in two browsers, taken back, and fit for every screen."""

import io
import json
import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from artworks.actions.sharing import share_items
from artworks.models import Artwork, ArtworkFile
from circles.actions import circles
from circles.models import Circle, Membership, User
from consent.actions import answering, asking
from consent.models import Consent
from consent.receipts import check_receipt
from tests.access.things import photo_of
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_pages import LOOKS, overflow, problems
from tests.imaging.fusion.eyes import iris


@pytest.fixture
def bob(clean_site: None) -> User:
    return User.objects.create_user("bob@example.com", "a-long-password", name="Bob")


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def work(circle: Circle) -> Callable[..., Artwork]:
    """A drawn iris of somebody's, shared into the circle."""

    def make(owner: User, title: str, seed: int) -> Artwork:
        photo = photo_of(owner, state="ready", width=512, height=512)
        made = Artwork.objects.create(
            owner=owner, photo=photo, kind="iris", version="iris-1", width=512, height=512, title=title,
            whose="me", subject=owner, is_consent_ready=True,
        )  # fmt: skip
        target = io.BytesIO()
        Image.fromarray(iris(seed, 512).pixels).convert("RGB").save(target, "WEBP")
        key = default_storage.save(f"iris/{uuid.uuid4()}/512.webp", ContentFile(target.getvalue()))
        ArtworkFile.objects.create(
            artwork=made, name="512.webp", key=key, byte_size=len(target.getvalue()), content_type="image/webp"
        )
        share_items(actor=owner, circle_id=circle.pk, artwork_ids=[made.pk])
        return made

    return make


def ask(actor: User, artwork: Artwork, circle: Circle | None = None, **terms: Any) -> Consent:
    wanted = {"purpose": "fusion", "circle": circle} | terms
    return asking.request_consents(actor=actor, artworks=[artwork], **wanted)[0]


@pytest.fixture
def full(alice: User, bob: User, circle: Circle, work: Any) -> None:
    """Alice is asked, has given, was given, and has a past."""
    eyes = [work(alice, title, seed) for seed, title in enumerate(("Right eye", "Left eye in March", "Summer eye"))]
    ask(bob, eyes[0], circle, work=uuid.uuid4(), message="For grandmother's birthday: all our eyes in one circle.")
    ask(bob, eyes[1])
    for number, purpose in enumerate(("fusion", "composition")):
        asked = ask(bob, eyes[2], circle, purpose=purpose)
        until = timezone.now() + timedelta(days=90) if number else None
        answering.grant_consent(actor=alice, consent_id=asked.pk, valid_until=until)
    answering.give_consent(actor=alice, purpose="composition", scope="circle", circle_id=circle.pk)
    refused = ask(bob, eyes[0])
    answering.refuse_consent(actor=alice, consent_id=refused.pk)
    his = [work(bob, "Hazel", 7), work(bob, "By the window", 8), work(bob, "Green", 9)]
    for number, theirs in enumerate(his):
        asked = ask(alice, theirs, circle)
        if number:
            answering.grant_consent(actor=bob, consent_id=asked.pk)
        if number == 2:
            answering.revoke_consent(actor=bob, consent_id=asked.pk)


def test_a_question_arrives_live_is_answered_and_taken_back(
    alice: User, bob: User, circle: Circle, work: Any, open_page: Any
) -> None:
    hers = work(alice, "Right eye", 1)
    page = open_page("/consents", alice)
    expect(page.get_by_text("Nobody waits for your answer")).to_be_visible()
    asked = ask(bob, hers, circle)
    question = page.locator(".consent-question")
    expect(question).to_contain_text("Bob asks to use Right eye for a fusion.")
    expect(question).to_contain_text("the members of The lake house")
    expect(page.locator("consent-count")).to_have_text("1")
    expect(page.get_by_text("Nobody waits for your answer")).to_have_count(0)
    assert question.locator("img").evaluate("each => each.naturalWidth || each.decode().then(() => each.naturalWidth)")

    page.get_by_role("button", name="Agree").click()
    expect(page.get_by_text("You agreed.")).to_be_visible()
    assert Consent.objects.get(pk=asked.pk).state == "granted"
    expect(page.locator("consent-count")).to_be_hidden()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Receipt").click()
    receipt = check_receipt(json.loads(Path(waiting.value.path()).read_text()))
    assert receipt["state"] == "granted"

    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.locator(".consent-row")).to_contain_text("You took it back.")
    page.get_by_role("button", name="Agree after all").click()
    expect(page.locator(".consent-row")).to_have_count(0)
    assert Consent.objects.get(pk=asked.pk).epoch == 4


def test_both_sides_see_it_at_once(alice: User, bob: User, circle: Circle, work: Any, open_page: Any) -> None:
    asked = ask(alice, work(bob, "Hazel", 2), circle)
    his = open_page("/consents", bob)
    hers = open_page("/consents?box=received", alice)
    expect(hers.locator(".consent-row")).to_contain_text("You asked Bob to let you use “Hazel”")
    his.get_by_role("button", name="Agree").click()
    expect(hers.locator(".consent-row")).to_contain_text("From Bob: “Hazel”")
    his.get_by_role("button", name="Take back").click()
    expect(hers.locator(".consent-row")).to_contain_text("A permission is no longer there.")
    assert "Hazel" not in hers.locator(".consent-row").inner_text()
    assert Consent.objects.get(pk=asked.pk).state == "withdrawn"


def test_a_question_arrives_without_a_socket_too(
    alice: User, bob: User, circle: Circle, work: Any, open_page: Any
) -> None:
    page = open_page("/nothing-here", alice, expected=("404", "WebSocket"))
    page.route_web_socket("**/ws/me", lambda socket: socket.close())
    page.goto("/consents")
    expect(page.get_by_text("Nobody waits for your answer")).to_be_visible()
    ask(bob, work(alice, "Right eye", 1), circle)
    expect(page.locator(".consent-question")).to_contain_text("Bob asks to use Right eye")
    expect(page.locator("consent-count")).to_have_text("1")


def test_an_opened_question_stays_while_others_come(
    alice: User, bob: User, circle: Circle, work: Any, open_page: Any
) -> None:
    ask(bob, work(alice, "Right eye", 1), circle)
    page = open_page("/consents", alice)
    page.get_by_text("Other terms").click()
    page.get_by_label("Everything of mine in The lake house").check()
    page.get_by_label("Until").select_option("31")
    ask(bob, work(alice, "Left eye", 2), circle)
    expect(page.locator(".consent-question")).to_have_count(2)
    expect(page.get_by_label("Everything of mine in The lake house").last).to_be_checked()
    page.locator(".consent-question", has_text="Right eye").get_by_role("button", name="Agree").click()
    expect(page.get_by_text("You agreed.")).to_be_visible()
    given = Consent.objects.get(state="granted")
    assert (given.scope, given.scope_circle) == ("circle", circle)
    assert timedelta(days=30) < given.valid_until - timezone.now() < timedelta(days=32)


def test_answering_needs_no_mouse_and_no_script(
    alice: User, bob: User, circle: Circle, work: Any, open_page: Any
) -> None:
    asked = ask(bob, work(alice, "Right eye", 1), circle)
    page = open_page("/consents", alice, java_script_enabled=False)
    refuse = page.get_by_role("button", name="Refuse")
    for _ in range(40):
        page.keyboard.press("Tab")
        if refuse.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("You refused.")).to_be_visible()
    assert Consent.objects.get(pk=asked.pk).state == "refused"


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_every_box_is_usable_by_everybody_and_fits(
    full: None, alice: User, open_page: Any, screen: str, scheme: str
) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    page = open_page("/consents", alice, screen=size, color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for box in ("", "given", "received", "history"):
        page.goto(f"/consents?box={box}")
        found[box] = said(page)
        snap(page, f"consents-{box or 'asked'}-{screen}-{scheme}")
    page.goto("/notifications")
    found["notifications"] = said(page)
    snap(page, f"notifications-{screen}-{scheme}")
    page.goto("/consents")
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true; }")
    found["everything open"] = said(page)
    snap(page, f"consents-open-{screen}-{scheme}")
    assert not {name: words for name, words in found.items() if words}
    sizes = (
        page.locator(".consent-answer")
        .first.locator("button")
        .evaluate_all(
            "each => each.map((one) => [one.offsetWidth, one.offsetHeight, getComputedStyle(one).backgroundColor])"
        )
    )
    assert sizes[0] == sizes[1], "refusing and agreeing look alike"


def said(page: Page) -> list[str]:
    page.wait_for_load_state("networkidle")
    return problems(page) + ([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])


def snap(page: Page, name: str) -> None:
    """Kept for whoever names a folder to look at them."""
    if folder := os.environ.get("LOOK_AT"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
