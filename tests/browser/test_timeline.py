"""The timeline as hands and eyes meet it: still while loading, walked by keys, changed in bulk, live."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from circles.models import User
from photos.models import Photo
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.waiting import until

Shelf = Callable[..., list[Photo]]
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def watched(page: Page) -> Page:
    page.add_init_script(SHIFTS)
    page.reload()
    return page


def focused_photo(page: Page) -> str:
    return page.evaluate("document.activeElement.closest('.tile')?.dataset.id ?? ''")


def test_nothing_moves_while_the_timeline_loads_and_scrolls(alice: User, shelf: Shelf, open_page: Any) -> None:
    shelf(alice, 160, apart=timedelta(hours=11))
    for screen in (DESKTOP, PHONE):
        page = watched(open_page("/", alice, screen=screen))
        page.wait_for_load_state("networkidle")
        for _ in range(12):
            page.mouse.wheel(0, 700)
            page.wait_for_timeout(200)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shifts") <= 0.02


def test_every_picture_says_its_size_and_comes_as_avif_then_webp_then_jpeg(
    alice: User, shelf: Shelf, open_page: Any
) -> None:
    photo = shelf(alice, 1)[0]
    page = open_page("/", alice)
    image = page.locator(f"#p-{photo.pk} img")
    assert (image.get_attribute("width"), image.get_attribute("height")) == (str(photo.width), str(photo.height))
    types = page.eval_on_selector_all(f"#p-{photo.pk} source", "found => found.map(one => one.type)")
    assert types == ["image/avif", "image/webp"]
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0
    assert "avif" in image.evaluate("image => image.currentSrc")


def test_arrow_keys_walk_enter_opens_and_escape_comes_back_to_the_same_photo(
    alice: User, shelf: Shelf, open_page: Any
) -> None:
    photos = shelf(alice, 12)
    page = open_page("/", alice)
    page.keyboard.press("ArrowRight")
    assert focused_photo(page) == str(photos[0].pk)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert focused_photo(page) == str(photos[1].pk)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/photos/{photos[1].pk}")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/photos/{photos[2].pk}")
    expect(page.locator("photo-viewer")).to_have_attribute("data-photo", str(photos[2].pk))
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Photos", exact=True)).to_be_visible()


def test_a_stretch_is_selected_put_into_the_bin_and_brought_back(alice: User, shelf: Shelf, open_page: Any) -> None:
    photos = shelf(alice, 6)
    page = open_page("/", alice)
    page.get_by_role("button", name="Select", exact=True).click()
    page.locator(f"#p-{photos[1].pk} a").click()
    page.locator(f"#p-{photos[3].pk} a").click(modifiers=["Shift"])
    expect(page.locator(".selection-count")).to_have_text("3 selected")
    page.get_by_role("button", name="To the bin").click()
    expect(page.get_by_text("3 photos in the bin.")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(3)
    assert Photo.objects.in_bin().count() == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".tile")).to_have_count(6)
    assert Photo.objects.in_bin().count() == 0


def test_the_keyboard_alone_selects_marks_and_bins(alice: User, shelf: Shelf, open_page: Any) -> None:
    photos = shelf(alice, 4)
    page = open_page("/", alice)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("f")
    expect(page.get_by_text("1 photo among your favourites.")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.locator(".selection-count")).to_have_text("2 selected")
    page.keyboard.press("Delete")
    expect(page.get_by_text("2 photos in the bin.")).to_be_visible()
    assert set(Photo.objects.in_bin().values_list("pk", flat=True)) == {photos[0].pk, photos[1].pk}


def test_the_scrubber_goes_from_month_to_month_by_keys(alice: User, shelf: Shelf, open_page: Any) -> None:
    shelf(alice, 40)
    old = shelf(alice, 5, newest=datetime(2021, 5, 20, 12, tzinfo=UTC))
    page = open_page("/", alice)
    scrubber = page.get_by_role("slider", name="Months")
    scrubber.focus()
    page.keyboard.press("End")
    expect(page.locator(f"#p-{old[0].pk} img")).to_be_in_viewport()
    expect(scrubber).to_have_attribute("aria-valuetext", "May 2021")
    page.keyboard.press("Home")
    expect(page.locator(".tile").first).to_be_in_viewport()


def settled(page: Page, look: str) -> object:
    """What ``look`` gives once it has given the same for a second: months above may still be loading."""
    found = [page.evaluate(look)]
    while len(found) < 5 or len(set(found[-5:])) > 1:
        page.wait_for_timeout(250)
        found.append(page.evaluate(look))
    return found[-1]


def test_a_reload_keeps_the_place_in_a_long_library(alice: User, shelf: Shelf, open_page: Any) -> None:
    shelf(alice, 90, apart=timedelta(days=9))
    page = open_page("/", alice)
    page.get_by_role("slider", name="Months").focus()
    page.keyboard.press("PageDown")
    look = "[...document.querySelectorAll('.tile')].find(tile => tile.getBoundingClientRect().top > 90)?.dataset.id"
    until(page, "scrollY > 500")
    before = settled(page, look)
    page.reload()
    until(page, f"{look} === '{before}'")
    assert page.evaluate("scrollY") > 500


def test_a_new_photo_appears_by_itself(alice: User, shelf: Shelf, open_page: Any, picture_file: Any) -> None:
    shelf(alice, 3)
    page = open_page("/", alice)
    expect(page.locator(".tile")).to_have_count(3)
    phone = Client()
    phone.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    other = open_page("/upload", alice)
    other.set_input_files("upload-center input[type=file]", picture_file())
    expect(page.locator('.tile[data-state="ready"]')).to_have_count(4, timeout=30_000)


def test_without_a_script_the_timeline_shows_photos_and_leads_on(alice: User, shelf: Shelf, open_page: Any) -> None:
    photos = shelf(alice, 70, apart=timedelta(hours=30))
    page = open_page("/", alice, java_script_enabled=False)
    assert page.locator(".tile img").count() == 60
    page.get_by_role("link", name="Older photos").click()
    expect(page.locator(".tile")).to_have_count(10)
    oldest = photos[-1]
    page.goto(f"/?month={oldest.sort_at:%Y-%m}")
    assert page.locator(f"#p-{oldest.pk}").count() == 1
    page.locator(f"#p-{oldest.pk} input").check()
    page.get_by_role("button", name="To the bin").click()
    expect(page.get_by_text("1 photo in the bin.")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert Photo.objects.in_bin().count() == 0


def test_months_travel_as_data_the_page_can_trust(alice: User, shelf: Shelf, open_page: Any) -> None:
    shelf(alice, 2)
    page = open_page("/", alice)
    months = json.loads(page.locator("#timeline-months").text_content())
    assert months == [["2026-11", 2]]
