"""Sharing as people do it: from the selection, seen live in a second browser, gone from it when it is taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from artworks.actions import sharing
from circles.actions import circles, reports
from circles.models import Circle, Membership, User
from photos.models import Photo
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_circles import bob, said  # noqa: F401 - a fixture
from tests.browser.test_pages import LOOKS
from tests.browser.waiting import until

Shelf = Callable[..., list[Photo]]


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:  # noqa: F811 - the fixture
    made = circles.create_circle(
        actor=alice, name="The lake house and everybody who was ever there", description="Summers at the lake."
    )
    Membership.objects.create(circle=made, user=bob)
    return made


def shown(page: Page) -> Any:
    return page.locator("#circle-items .shared li")


def test_she_shares_what_she_selected_and_he_sees_it_come_and_go(
    alice: User, bob: User, circle: Circle, shelf: Shelf, open_page: Any  # noqa: F811
) -> None:  # fmt: skip
    shelf(alice, 4, filename="secret-name.jpg", place="Vienna, Austria")
    his = open_page(f"/circles/{circle.pk}", bob, expected=("404",))
    expect(his.get_by_text("Nothing is shared here yet.")).to_be_visible()

    hers = open_page("/", alice)
    for tile in hers.locator(".tile-check input").all()[:3]:
        tile.dispatch_event("click")
    hers.get_by_role("button", name="Share").click()
    expect(hers.get_by_role("heading", name="Share 3 photos")).to_be_visible()
    hers.get_by_role("button", name="Share", exact=True).click()
    expect(hers.get_by_text("3 photos shared.")).to_be_visible()

    expect(shown(his)).to_have_count(3)
    expect(his.locator("#circle-news").get_by_text("Alice shared 3 photos.")).to_be_visible()
    expect(his.locator("#circle-news img")).to_have_count(3)
    widths = his.evaluate("Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))")
    assert min(widths) > 0
    assert "Vienna" not in his.content()
    assert "secret-name" not in his.content()

    hers.get_by_role("button", name="Undo").click()
    expect(his.get_by_text("Nothing is shared here yet.")).to_be_visible()
    expect(his.locator("#circle-news").get_by_text("Alice shared")).to_have_count(0)


def test_who_looks_at_a_picture_is_led_away_when_it_is_taken_back(
    alice: User, bob: User, circle: Circle, shelf: Shelf, open_page: Any  # noqa: F811
) -> None:  # fmt: skip
    photos = shelf(alice, 2)
    items = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk for photo in photos]).items
    his = open_page(f"/circles/{circle.pk}", bob, expected=("404",))
    shown(his).first.get_by_role("link").click()
    expect(his).to_have_url(re.compile(f"/items/{items[0].pk}$"))
    until(his, "Boolean(customElements.get('photo-viewer'))")
    his.keyboard.press("ArrowRight")
    expect(his).to_have_url(re.compile(f"/items/{items[1].pk}$"))
    address = his.locator("main img").get_attribute("src")

    hers = open_page(f"/circles/{circle.pk}/items/{items[1].pk}", alice, expected=("404",))
    hers.locator("label.viewer-info").click()
    hers.get_by_role("button", name="Take it back").click()
    expect(his).to_have_url(re.compile(f"/circles/{circle.pk}$"))
    expect(shown(his)).to_have_count(1)
    assert his.request.get(str(address)).status == 404
    expect(hers.get_by_text("1 thing is no longer in")).to_be_visible()


def test_without_a_socket_the_page_asks_by_itself(
    alice: User, bob: User, circle: Circle, shelf: Shelf, open_page: Any  # noqa: F811
) -> None:  # fmt: skip
    his = open_page("/settings", bob, expected=("WebSocket", "ws/me"))
    his.route_web_socket(re.compile(r"/ws/me"), lambda socket: socket.close())
    his.goto(f"/circles/{circle.pk}")
    expect(his.get_by_text("Nothing is shared here yet.")).to_be_visible()
    sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk for photo in shelf(alice, 2)])
    expect(shown(his)).to_have_count(2)


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_every_page_of_sharing_is_usable_by_everybody_and_fits(
    circle: Circle, shelf: Shelf, open_page: Any, screen: str, scheme: str
) -> None:
    alice, his = User.objects.get(name="Alice"), User.objects.get(name="Bob")
    ids = [photo.pk for photo in shelf(alice, 5, title="A rather long title of a photo from the jetty at noon")]
    his_ids = [photo.pk for photo in shelf(his, 3, first=2)]
    items = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=ids, with_original=True).items
    reported = sharing.share_items(actor=his, circle_id=circle.pk, photo_ids=his_ids).items[0]
    reports.report_item(actor=alice, kind="item", subject_id=reported.pk, reason="hurts", words="It hurts.")
    size = PHONE if screen == "phone" else DESKTOP
    page = open_page("/circles", alice, screen=size, color_scheme=scheme, reduced_motion="reduce", expected=("409",))
    page.context.add_cookies([{"name": "details", "value": "1", "url": page.url}])
    paths = {
        "circle": f"/circles/{circle.pk}",
        "all": f"/circles/{circle.pk}/items",
        "mine": f"/circles/{circle.pk}/items/{items[0].pk}",
        "theirs": f"/circles/{circle.pk}/items/{reported.pk}",
        "report": f"/circles/{circle.pk}/items/{reported.pk}/report",
        "share": f"/share?photo={ids[0]}&photo={ids[1]}",
        "nothing": "/share",
        "photo": f"/photos/{ids[0]}",
        "safety": "/settings/safety",
    }
    found = {}
    for name, path in paths.items():
        page.goto(path)
        found[name] = said(page)
    assert not {name: words for name, words in found.items() if words}


def test_the_bar_of_the_selection_fits_a_phone(alice: User, shelf: Shelf, open_page: Any) -> None:
    shelf(alice, 3)
    page = open_page("/", alice, screen=PHONE, reduced_motion="reduce")
    page.locator(".tile-check input").first.dispatch_event("click")
    for name in ("Select none", "Share", "Favourite", "To the bin"):
        button = page.locator("selection-bar").get_by_role("button", name=name)
        expect(button).to_be_in_viewport(ratio=1)
        assert button.bounding_box()["width"] >= 44  # type: ignore[index]
