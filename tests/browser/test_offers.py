"""Offers as people see them: a ticked box while sharing, a picture that cannot be chosen, a fusion that is reported."""

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from artworks.actions.sharing import share_items
from artworks.models import Artwork
from circles.actions.circles import create_circle
from circles.models import Circle, Membership, User
from fusion.models import FusionArtwork
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_circles import said
from tests.fusion.conftest import piece


@pytest.fixture
def bob(clean_site: None) -> User:
    return User.objects.create_user("bob@example.com", "a-long-password", name="Bob")


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = create_circle(actor=bob, name="The lake house")
    Membership.objects.create(circle=made, user=alice)
    return made


@pytest.fixture
def his(bob: User, circle: Circle) -> Artwork:
    """Bob's, shared and not offered."""
    made = piece(bob, 2, is_consent_ready=False)
    share_items(actor=bob, circle_id=circle.pk, artwork_ids=[made.pk])
    return made


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_what_is_not_offered_cannot_be_chosen_until_it_is(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, his: Artwork, open_page: Any, screen: str
) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    mine = piece(alice, 1)
    page = open_page(f"/fusion/new?circle={circle.pk}", alice, screen=size)
    expect(page.locator(f'[data-source="{his.pk}"] input')).to_be_disabled()
    expect(page.locator(f'[data-source="{his.pk}"]')).to_contain_text("not offered")
    assert said(page) == []
    sharing = open_page(f"/share?artwork={his.pk}", bob, screen=size, expected=("404",))
    expect(sharing.get_by_label(re.compile("Members may ask to use it in a fusion"))).to_be_checked()
    assert said(sharing) == []
    sharing.get_by_role("button", name="Share", exact=True).click()
    sharing.wait_for_url(f"**/circles/{circle.pk}")
    page.reload()
    for artwork in (mine, his):
        page.locator(f'[data-source="{artwork.pk}"]').click()
    expect(page.get_by_role("button", name="Ask Bob, then make it")).to_be_enabled()
    Artwork.objects.filter(pk=his.pk).update(is_consent_ready=False)
    page.locator('input[name="kind"][value="composition"]').check(force=True)
    expect(page.get_by_text("Bob lets nobody ask for")).to_be_visible()
    expect(page.locator("[data-go]")).to_be_disabled()
    assert said(page) == []


def test_an_answer_that_comes_late_does_not_undo_who_will_be_asked(
    alice: User, bob: User, circle: Circle, his: Artwork, open_page: Any
) -> None:
    Artwork.objects.filter(pk=his.pk).update(is_consent_ready=True)
    mine = piece(alice, 1)
    page = open_page(f"/fusion/new?circle={circle.pk}", alice)
    expect(page.get_by_role("button", name="Make it")).to_be_visible()
    late: list[Route] = []
    page.route("**/fusion/asking*", lambda route: late.append(route), times=1)  # noqa: PLW0108
    page.locator(f'[data-source="{mine.pk}"]').click()
    page.locator(f'[data-source="{his.pk}"]').click()
    expect(page.locator("[data-look]")).to_be_visible()
    with page.expect_response(late[0].request.url):
        late[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Ask Bob, then make it")).to_be_enabled()


def test_a_fusion_is_reported_from_its_page(alice: User, bob: User, circle: Circle, open_page: Any) -> None:
    made = FusionArtwork.objects.create(
        creator=bob, circle=circle, fusion_type="fusion", blend_mode="alpha", layout="overlap", state="ready",
        options={"size": 256, "background": "#000000", "placements": [], "parts": []}, width=192, height=192,
    )  # fmt: skip
    page = open_page(f"/fusion/{made.pk}", alice, expected=("404",))
    page.get_by_role("link", name="Report or block").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Report Fusion of")
    page.get_by_label("It hurts, threatens or shames somebody").check()
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_text("Nobody has decided yet.")).to_be_visible()
