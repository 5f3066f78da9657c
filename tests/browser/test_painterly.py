"""Painting a photo as people do it: a style by its picture, a look while the slider moves, another seed, the result."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect

from circles.models import User
from photos import doing
from photos.models import Photo
from processing.imaging.depth.scenes import scene
from tests.artworks.test_layers import png
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_circles import said
from tests.browser.test_studio import until_made
from tests.browser.waiting import until

LOOK = "look-ahead img"


def keep(page: Page, name: str) -> None:
    """A picture of the page for who wants to see it."""
    if os.environ.get("KEEP_SCREENS"):
        page.screenshot(path=f"{os.environ['KEEP_SCREENS']}/painterly-{name}.png", full_page=True)


@pytest.fixture
def square(alice: User) -> Photo:
    """A place with things in it, in her library."""
    content = png(scene(3, 360, 480).photo)
    if os.environ.get("SCREENS_OF"):
        content = Path(os.environ["SCREENS_OF"]).read_bytes()
    [made] = doing.take_files(actor=alice, files=[SimpleUploadedFile("square.png", content)])
    return Photo.objects.get(pk=made.photo_id)


def looked(page: Page, before: str | None = None) -> str:
    """The address of the look, once it is another than ``before``."""
    expect(page.locator("look-ahead[data-shown]")).to_be_visible()
    if before is not None:
        expect(page.locator(LOOK)).not_to_have_attribute("src", before)
    return page.locator(LOOK).get_attribute("src") or ""


def pictured(page: Page) -> None:
    """Every style has its picture, and not the photo that stood there first."""
    loaded = "[...document.querySelectorAll('.style-card img')].every(one => one.naturalWidth > 256)"
    until(page, loaded, patience=90)


def test_every_change_is_seen_at_once_and_the_painting_lies_over_its_photo(
    alice: User, square: Photo, open_page: Any
) -> None:
    page = open_page(f"/studio/photos/{square.pk}", alice, screen=DESKTOP)
    page.get_by_role("link", name="Painting").click()
    expect(page.get_by_role("radio")).to_have_count(5)
    first = looked(page)
    pictured(page)
    keep(page, "desktop-light")
    page.get_by_label("Pencil", exact=True).check()
    second = looked(page, first)
    strength = page.get_by_label("Strength")
    strength.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-percent]").inner_text() == "55 %"
    third = looked(page, second)
    seed = page.get_by_label("Seed").input_value()
    page.get_by_role("button", name="Roll another seed").click()
    assert page.get_by_label("Seed").input_value() != seed
    looked(page, third)
    assert said(page) == []
    page.get_by_role("button", name="Paint it").click()
    until_made(page)
    expect(page.get_by_text("Hatching and contours")).to_be_visible()
    before, after = (page.locator(name).bounding_box() for name in (".slider-before img", ".slider-after img"))
    assert after is not None
    assert before is not None
    tall = after["width"] * 3 / 4
    assert before["height"] == pytest.approx(tall, abs=2)
    assert before["y"] - after["y"] == pytest.approx((after["height"] - tall) / 2, abs=2)
    keep(page, "result-desktop")
    page.get_by_role("link", name="Paint it differently").click()
    expect(page.get_by_label("Pencil", exact=True)).to_be_checked()


@pytest.mark.parametrize(("screen", "scheme"), [("phone", "light"), ("phone", "dark"), ("desktop", "dark")])
def test_it_fits_every_screen_and_is_usable_by_everybody(
    alice: User, square: Photo, open_page: Any, screen: str, scheme: str
) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    page = open_page(f"/studio/painterly/{square.pk}", alice, screen=size, color_scheme=scheme)
    looked(page)
    pictured(page)
    assert said(page) == []
    keep(page, f"{screen}-{scheme}")


def test_it_needs_no_script(alice: User, square: Photo, open_page: Any) -> None:
    page = open_page(f"/studio/painterly/{square.pk}", alice, screen=PHONE, java_script_enabled=False)
    page.get_by_label("Watercolour").check()
    seed = page.get_by_label("Seed").input_value()
    page.get_by_role("button", name="Roll another seed").click()
    assert page.get_by_label("Seed").input_value() != seed
    expect(page.get_by_label("Watercolour")).to_be_checked()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/studio/jobs/*")
