"""A fusion as two people make it: one asks, the other agrees and takes it back, and both see what follows at once."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from artworks.models import Artwork
from circles.actions.circles import create_circle
from circles.models import Circle, Membership, User
from fusion.models import FusionArtwork
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_circles import invite, said
from tests.browser.test_pages import LOOKS
from tests.fusion.conftest import piece

GONE = ("404",)


@pytest.fixture
def bob(clean_site: None) -> User:
    return User.objects.create_user("bob@example.com", "a-long-password", name="Bob")


@pytest.fixture
def mine(alice: User) -> Artwork:
    return piece(alice, 1)


@pytest.fixture
def another(alice: User) -> Artwork:
    return piece(alice, 4, title="In winter")


@pytest.fixture
def his(bob: User) -> Artwork:
    return piece(bob, 2)


def pick(page: Page, *artworks: Artwork) -> None:
    for artwork in artworks:
        page.locator(f'[data-source="{artwork.pk}"]').click()


def look(page: Page) -> str:
    """Wait for the quick look; its address."""
    picture = page.locator("[data-look]")
    expect(picture).to_be_visible()
    expect(page.locator("[data-stage][data-busy]")).to_have_count(0)
    return str(picture.get_attribute("src"))


def test_two_people_make_a_fusion_and_one_takes_it_back(
    alice: User, bob: User, mine: Artwork, his: Artwork, open_page: Any
) -> None:
    hers = open_page("/circles", alice, expected=GONE)
    hers.get_by_label("Name").fill("The lake house")
    hers.get_by_role("button", name="Make the circle").click()
    path = invite(hers)
    his_page = open_page(path, bob, expected=GONE)
    his_page.get_by_role("button", name="Join").click()
    expect(his_page.get_by_role("heading", name="The lake house")).to_be_visible()
    circle = Circle.objects.get()
    share(his_page, his, circle)

    his_page.goto("/consents")
    hers.goto(f"/fusion/new?circle={circle.pk}")
    pick(hers, mine, his)
    look(hers)
    expect(hers.get_by_text(re.compile("Bob will be asked for"))).to_be_visible()
    hers.get_by_role("button", name="Ask Bob, then make it").click()
    hers.wait_for_url("**/fusion/*")
    expect(hers.get_by_text("Waiting until everybody has agreed")).to_be_visible()

    agree = his_page.get_by_role("button", name="Agree").first
    expect(agree).to_be_visible()
    agree.click()
    expect(hers.get_by_role("link", name="Download")).to_be_visible(timeout=60_000)
    fusion = FusionArtwork.objects.get()
    file = f"/api/v1/fusion/{fusion.pk}/files/result.jpg"
    for page in (hers, his_page):
        page.goto(f"/circles/{circle.pk}")
        expect(page.locator("#circle-news").get_by_text("Alice fused two artworks.")).to_be_visible()
        assert page.request.get(file).status == 200

    hers.goto(f"/fusion/{fusion.pk}")
    his_page.goto(f"/fusion/{fusion.pk}")
    his_page.get_by_role("button", name="Take my picture out").click()
    expect(hers.get_by_text("A permission is gone", exact=True)).to_be_visible()
    assert "Bob" not in hers.locator(".studio-stage").inner_text()
    for page in (hers, his_page):
        assert page.request.get(file).status == 404
        page.goto(f"/circles/{circle.pk}")
        expect(page.get_by_text("Alice fused two artworks.")).to_have_count(0)
    assert his_page.goto(f"/fusion/{fusion.pk}").status == 404


def share(page: Page, artwork: Artwork, circle: Circle) -> None:
    """The owner shares it on its own page."""
    page.goto(f"/artworks/{artwork.pk}")
    page.get_by_role("link", name="Share to a circle").click()
    page.get_by_label(circle.name).check()
    page.get_by_role("button", name=re.compile("^Share")).click()
    expect(page.get_by_text(re.compile("Shared|shared")).first).to_be_visible()


def test_arranging_by_keys_shows_in_the_quick_look_and_in_the_result(
    alice: User, mine: Artwork, another: Artwork, open_page: Any
) -> None:
    page = open_page("/fusion/new", alice)
    pick(page, mine, another)
    first = look(page)
    page.get_by_text("Free", exact=True).click()
    expect(page.locator("[data-look]")).not_to_have_attribute("src", first)
    ring = page.get_by_role("slider", name=re.compile("In winter"))
    before = page.locator(f'[name="x-{another.pk}"]').input_value()
    ring.focus()
    for key in ("ArrowLeft", "ArrowLeft", "+", "["):
        ring.press(key)
    assert float(page.locator(f'[name="x-{another.pk}"]').input_value()) == pytest.approx(float(before) - 0.02)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=60_000)
    placed = FusionArtwork.objects.get().options["placements"][1]
    assert (placed["x"], placed["angle"]) == (pytest.approx(float(before) - 0.02), 5)


def test_a_ring_is_dragged_by_hand(alice: User, mine: Artwork, another: Artwork, open_page: Any) -> None:
    page = open_page("/fusion/new", alice)
    pick(page, mine, another)
    page.get_by_text("Free", exact=True).click()
    box = page.locator(f'[data-ring="{mine.pk}"] .ring-of').bounding_box()
    before = float(page.locator(f'[name="y-{mine.pk}"]').input_value())
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 60, steps=4)
    page.mouse.up()
    assert float(page.locator(f'[name="y-{mine.pk}"]').input_value()) > before + 0.05


def test_without_scripts_the_form_makes_one(alice: User, mine: Artwork, another: Artwork, open_page: Any) -> None:
    page = open_page("/fusion/new", alice, java_script_enabled=False)
    pick(page, mine, another)
    page.get_by_text("Yin and yang").click()
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/fusion/*")
    assert FusionArtwork.objects.get().layout == "yin_yang"


def test_what_stays_of_a_picture_is_painted(alice: User, mine: Artwork, another: Artwork, open_page: Any) -> None:
    page = open_page("/fusion/new", alice)
    pick(page, mine, another)
    first = look(page)
    page.get_by_text("Each picture", exact=True).click()
    page.get_by_role("button", name="Paint what stays").first.click()
    box = page.locator("dialog canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 80, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    page.get_by_role("button", name="Use this").click()
    expect(page.locator("[data-look]")).not_to_have_attribute("src", first)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=60_000)
    assert [bool(part["mask"]) for part in FusionArtwork.objects.get().options["parts"]].count(True) == 1


@pytest.mark.parametrize("status", [409, 202])
def test_a_quick_look_that_was_overtaken_or_late_is_asked_for_again(
    alice: User, mine: Artwork, another: Artwork, open_page: Any, status: int
) -> None:
    page = open_page("/fusion/new", alice, expected=("409",))
    page.route("**/api/v1/preview", lambda route: route.fulfill(status=status, json={"error": "outdated"}), times=1)
    pick(page, mine, another)
    look(page)
    assert page.locator("[data-look]").evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") > 1


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_every_page_of_fusions_is_usable_by_everybody_and_fits(  # noqa: PLR0917
    alice: User, mine: Artwork, another: Artwork, open_page: Any, screen: str, scheme: str
) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    page = open_page("/fusion", alice, screen=size, color_scheme=scheme, reduced_motion="reduce")
    found = {"none yet": said(page)}
    page.goto("/fusion/new")
    found["builder"] = said(page)
    pick(page, mine, another)
    look(page)
    found["chosen"] = said(page)
    page.get_by_text("Free", exact=True).click()
    page.get_by_text("Each picture", exact=True).click()
    found["free"] = said(page)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=60_000)
    found["result"] = said(page)
    page.goto("/fusion")
    found["gallery"] = said(page)
    assert not {name: words for name, words in found.items() if words}


def test_the_circle_of_two_is_offered(alice: User, bob: User, mine: Artwork, open_page: Any) -> None:
    made = create_circle(actor=alice, name="Only us")
    Membership.objects.create(circle=made, user=bob)
    page = open_page("/fusion/new", alice)
    expect(page.get_by_label("For the circle")).to_contain_text("Only us")
