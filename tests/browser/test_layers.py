"""A photo in layers as people see it: parted, moved by hand, layer by layer, on a phone and for who wants no motion."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
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

SHIFT = "layer => Number.parseFloat(getComputedStyle(layer).translate) || 0"


@pytest.fixture
def square(alice: User) -> Photo:
    """A place with things in it, in her library."""
    [made] = doing.take_files(actor=alice, files=[SimpleUploadedFile("square.png", png(scene(3, 360, 480).photo))])
    return Photo.objects.get(pk=made.photo_id)


def parted(page: Page, count: int) -> list[float]:
    """Make it, and wait for its pictures."""
    page.locator("select[name=num_layers]").select_option(str(count))
    page.get_by_role("button", name="Part it").click()
    until_made(page)
    layers = page.locator("parallax-view [data-layer]")
    expect(layers).to_have_count(count)
    until(page, "[...document.querySelectorAll('[data-layer]')].every(one => one.naturalWidth > 0)")
    return shifts(page)


def shifts(page: Page) -> list[float]:
    return [float(layer.evaluate(SHIFT)) for layer in page.locator("parallax-view [data-layer]").all()]


def test_the_near_moves_farther_than_the_far_and_layers_can_be_hidden(
    alice: User, square: Photo, open_page: Any
) -> None:
    page = open_page(f"/studio/photos/{square.pk}", alice, screen=DESKTOP)
    expect(page.get_by_role("heading", name="In layers")).to_be_visible()
    assert parted(page, 3) == [0, 0, 0]
    page.get_by_label("From the left to the right").fill("100")
    until(page, "document.querySelector('[data-layer]').style.translate !== ''")
    moved = shifts(page)
    assert moved[0] > moved[1] > moved[2]
    page.get_by_label("3, foreground").uncheck()
    assert page.locator('[data-layer="2"]').is_hidden()
    assert said(page) == []
    page.get_by_text("Files", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("listitem").filter(has_text="All layers").get_by_role("link").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def test_it_follows_a_tilted_phone_and_goes_as_a_moving_picture(alice: User, square: Photo, open_page: Any) -> None:
    page = open_page(f"/studio/photos/{square.pk}", alice, screen=PHONE)
    page.get_by_label("Edges").select_option("Very soft")
    parted(page, 2)
    page.evaluate("dispatchEvent(new DeviceOrientationEvent('deviceorientation', {gamma: 20, beta: 45}))")
    until(page, "document.querySelector('[data-layer]').style.translate !== ''")
    far, near = shifts(page)
    assert far > 0 > near
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a moving picture").click()
    assert download.value.suggested_filename == "parallax.webp"
    with Image.open(download.value.path()) as moving:
        assert moving.is_animated


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_it_follows_the_pointer_unless_somebody_wants_no_motion(
    alice: User, square: Photo, open_page: Any, motion: str
) -> None:
    page = open_page(f"/studio/photos/{square.pk}", alice, screen=PHONE, color_scheme="dark", reduced_motion=motion)
    parted(page, 4)
    box = page.locator("[data-stage]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=4)
    page.wait_for_timeout(200)
    assert (shifts(page) != [0, 0, 0, 0]) is (motion == "no-preference")
    assert said(page) == []
    if os.environ.get("KEEP_SCREENS"):
        page.screenshot(path=f"{os.environ['KEEP_SCREENS']}/layers-{motion}.png", full_page=True)
