"""A texture on a facade as people see it: chosen, a length drawn, laid, looked at, corrected with the brush."""

import io
import os
import time
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import Page, expect

from artworks.models import Artwork
from circles.models import User
from facades.actions.rendering import submit_render
from photos import doing
from photos.models import Photo
from processing.files import read_stored
from processing.imaging.facade.texture import samples
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_circles import said
from tests.browser.test_studio import until_made
from tests.browser.waiting import until
from tests.imaging.facade.drawn import seen


def taken(owner: User, name: str, pixels: np.ndarray) -> Photo:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    [made] = doing.take_files(actor=owner, files=[SimpleUploadedFile(name, target.getvalue())])
    return Photo.objects.get(pk=made.photo_id)


@pytest.fixture
def house(alice: User) -> Photo:
    """A house in her library, and three materials."""
    for name, draw in samples.SAMPLES.items():
        taken(alice, f"{name}.png", draw(0))
    return taken(alice, "house.png", seen(24, -10, 1, size=(540, 720)).photo)


def keep(page: Page, name: str) -> None:
    if os.environ.get("KEEP_SCREENS"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{os.environ['KEEP_SCREENS']}/{name}.png", full_page=True)


def until_taken_in() -> None:
    until = time.monotonic() + 60
    while Photo.objects.exclude(state=Photo.State.READY).exists() and time.monotonic() < until:
        time.sleep(0.1)


def ready(page: Page) -> None:
    until(page, "[...document.images].every(one => one.complete && one.naturalWidth > 0)")


@pytest.mark.parametrize(("screen", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_a_texture_is_laid_and_its_wall_corrected(
    alice: User, house: Photo, open_page: Any, screen: Any, scheme: str
) -> None:
    until_taken_in()
    page = open_page(f"/studio/render/{house.pk}", alice, screen=screen, color_scheme=scheme)
    page.wait_for_selector(".studio-stage img")
    textures = page.locator("input[name=texture]")
    expect(textures).to_have_count(8)
    page.get_by_label("Red brick").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Grey ashlar")).to_be_checked()
    textures.last.check()
    expect(page.get_by_label("Grey ashlar")).not_to_be_checked()
    page.get_by_label("Repeats across the wall").fill("14")
    expect(page.locator("output")).to_have_text("14")
    keep(page, f"render-page-{scheme}")
    page.get_by_text("I know a length on the wall").click()
    handle = page.get_by_role("button", name="First end of the known length")
    expect(page.locator("[name=x1]")).not_to_have_value("")
    before = page.locator("[name=x1]").input_value()
    handle.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert float(page.locator("[name=x1]").input_value()) < float(before)
    page.get_by_label("Metres between them").fill("2.4")
    page.get_by_label("Metres one tile is wide").fill("0.5")
    keep(page, f"render-length-{scheme}")
    assert said(page) == []
    page.get_by_role("button", name="Lay it on the wall").click()
    until_made(page)
    ready(page)
    keep(page, f"render-result-{scheme}")
    assert Artwork.objects.get(kind="render").options["reference"]["metres"] == 2.4
    page.get_by_role("link", name="Wall", exact=True).click()
    brush = page.locator("mask-brush[data-ready]")
    expect(brush).to_be_visible()
    box = brush.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2 + 20, steps=4)
    page.mouse.up()
    keep(page, f"render-brush-{scheme}")
    first = page.url.partition("?")[0]
    page.get_by_role("button", name="Lay it on this wall").click()
    page.wait_for_url(lambda url: "/artworks/" in url and not url.startswith(first), timeout=60_000)
    ready(page)
    made = Artwork.objects.filter(kind="render").newest_first().first()
    assert (Artwork.objects.filter(kind="render").count(), made.engine) == (2, "by hand")
    keep(page, f"render-by-hand-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def from_afar(alice: User, house: Photo) -> Artwork:
    """A render whose photo lies in nobody's library: only the render itself still has it."""
    until_taken_in()
    submit_render(actor=alice, asked={"photo_id": house.pk, "texture_sample": "brick", "options": {}})
    until = time.monotonic() + 90
    while not Artwork.objects.filter(kind="render").exists() and time.monotonic() < until:
        time.sleep(0.1)
    artwork = Artwork.objects.get(kind="render")
    look = io.BytesIO()
    original = read_stored(house.original.key)
    Image.open(io.BytesIO(original)).save(look, "WEBP")
    for name, content in (("original", original), ("photo.webp", look.getvalue())):
        key = default_storage.save(f"render/kept/{name}", ContentFile(content))
        artwork.files.create(name=name, key=key, byte_size=len(content), content_type="image/webp")
    artwork.photo = None
    artwork.options["image_url"] = "https://pictures.example/house.png"
    artwork.save()
    return artwork


def test_the_wall_of_a_photo_from_an_address_is_painted_on_what_was_kept(
    alice: User, from_afar: Artwork, open_page: Any
) -> None:
    page = open_page(f"/artworks/{from_afar.pk}", alice, screen=PHONE, color_scheme="light")
    ready(page)
    keep(page, "render-afar-result")
    page.get_by_role("link", name="Wall", exact=True).click()
    brush = page.locator("mask-brush[data-ready]")
    expect(brush).to_be_visible()
    ready(page)
    canvas, photo = (brush.locator(what).bounding_box() for what in ("canvas", "img"))
    assert canvas == pytest.approx(photo, abs=1)
    page.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    page.mouse.down()
    page.mouse.move(canvas["x"] + canvas["width"] / 2 + 30, canvas["y"] + canvas["height"] / 2 + 20, steps=4)
    page.mouse.up()
    keep(page, "render-afar-brush")
    assert said(page) == []
    page.get_by_role("button", name="Lay it on this wall").click()
    page.wait_for_url(lambda url: "/artworks/" in url and str(from_afar.pk) not in url, timeout=60_000)
    made = Artwork.objects.filter(kind="render").newest_first().first()
    assert (made.parent, made.photo, made.engine) == (from_afar, None, "by hand")
