"""A circle as people make it: one makes it and invites by link, another joins in a second browser, and both see it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from circles.actions import circle_invitations, circles
from circles.models import Circle, Membership, User
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_pages import LOOKS, overflow, problems


@pytest.fixture
def bob(clean_site: None) -> User:
    return User.objects.create_user("bob@example.com", "a-long-password", name="Bob")


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(
        actor=alice, name="The lake house and everybody who was ever there", description="Summers at the lake."
    )
    Membership.objects.create(circle=made, user=bob, role="admin")
    circle_invitations.make_invitation(
        actor=alice, circle_id=made.pk, email="a.rather.long.address.of.somebody@subdomain.example.com"
    )
    circle_invitations.make_invitation(actor=alice, circle_id=made.pk, max_uses=5)
    return made


def invite(page: Page) -> str:
    """Make a link on the page of a circle; its path."""
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("#secret").inner_text().strip()
    return re.sub(r"^https?://[^/]+", "", link)


def test_one_makes_a_circle_and_another_joins_by_its_link(alice: User, bob: User, open_page: Any) -> None:
    hers = open_page("/", alice)
    hers.get_by_role("link", name="Circles").click()
    expect(hers.get_by_role("heading", name="People you share with")).to_be_visible()
    hers.get_by_label("Name").fill("The lake house")
    hers.get_by_label("What it is for").fill("Summers at the lake.")
    hers.get_by_role("button", name="Make the circle").click()
    expect(hers.get_by_role("heading", name="The lake house")).to_be_visible()
    path = invite(hers)
    hers.get_by_role("link", name="Circles").click()
    hers.get_by_role("link", name="The lake house").click()

    his = open_page(path, bob, expected=("404",))
    expect(his.get_by_text("Alice invites you to this circle.")).to_be_visible()
    his.get_by_role("button", name="Join").click()
    expect(his.get_by_role("heading", name="The lake house")).to_be_visible()
    expect(his.get_by_role("heading", name="Invite somebody")).to_have_count(0)

    expect(hers.locator("#circle-news").get_by_text("Bob joined.")).to_be_visible()
    expect(hers.locator("#circle-members").get_by_text("Bob", exact=True)).to_be_visible()
    hers.locator("#circle-members").get_by_text("Change").click()
    hers.get_by_role("button", name="Remove Bob").click()
    expect(his.get_by_role("heading", name="Circles", exact=True)).to_be_visible()
    assert his.goto(hers.url).status == 404


def test_somebody_new_signs_up_into_the_circle(circle: Circle, alice: User, open_page: Any) -> None:
    path = invite(open_page(f"/circles/{circle.pk}", alice))
    page = open_page(path)
    page.get_by_role("link", name="Sign up and join").click()
    page.get_by_label("Name").fill("Dora")
    page.get_by_label("Email").fill("dora@example.com")
    page.get_by_label("Password", exact=True).fill("a quiet gallery of irises")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(f"**/circles/{circle.pk}")
    expect(page.get_by_text("Dora joined.")).to_be_visible()


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_every_page_of_circles_is_usable_by_everybody_and_fits(
    circle: Circle, alice: User, open_page: Any, screen: str, scheme: str
) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    page = open_page("/circles", alice, screen=size, color_scheme=scheme, reduced_motion="reduce")
    found = {"circles": said(page)}
    page.goto(f"/circles/{circle.pk}")
    found["circle"] = said(page)
    path = invite(page)
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true; }")
    found["everything open"] = said(page)
    outside = open_page(path, screen=size, color_scheme=scheme)
    found["join"] = said(outside)
    assert not {name: words for name, words in found.items() if words}


def said(page: Page) -> list[str]:
    page.wait_for_load_state("networkidle")
    return problems(page) + ([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])
