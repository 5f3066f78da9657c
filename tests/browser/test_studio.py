"""The iris studio in a browser, with drawn eyes: from a photo to a picture for the wall, or to the reason why not."""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NeverCame

from artworks.models import Artwork
from circles.actions.opt_ins import opt_in
from circles.models import User
from circles.notices import NOTICES
from photos import doing
from photos.models import Photo
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import CLOSED, MACRO
from processing.models import Job
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_pages import LOOKS, overflow, problems
from tests.browser.waiting import until

OPEN = replace(
    MACRO, name="studio", width=640, height=480, iris_share=(0.4, 0.5), off_centre=0.1, above=(0.9, 1.2),
    below=(1.0, 1.3), melanin=(0.05, 0.5), grey=0.0, exposure=(1.0, 1.1), jpeg=(95, 98),
    defocus=(0.0, 0.0), framed=0.0, cropped=0.0,
)  # fmt: skip
LIT = """() => {
  const canvas = document.querySelector("mask-brush canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, index) => index % 4 === 3 && value > 127).length;
}"""
SHUT = replace(CLOSED, width=640, height=480)


def eye(seed: int, configuration: Any = OPEN) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(render(seed, configuration).photo).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture
def anna(alice: User) -> User:
    """Alice, who agreed to iris work."""
    opt_in(actor=alice, purpose="iris", version=NOTICES["iris"].version)
    return alice


@pytest.fixture
def take(anna: User) -> Callable[..., list[Photo]]:
    """Photos of drawn eyes in her library."""

    def into_the_library(*contents: bytes) -> list[Photo]:
        files = [SimpleUploadedFile(f"eye-{number}.jpg", content) for number, content in enumerate(contents)]
        outcomes = doing.take_files(actor=anna, files=files)
        return [Photo.objects.get(pk=outcome.photo_id) for outcome in outcomes]

    return into_the_library


def until_made(page: Page) -> str:
    try:
        page.wait_for_url("**/artworks/*", timeout=60_000)
    except NeverCame as late:
        told = [(job.kind, job.state, job.step, job.attempt, job.message) for job in Job.objects.all()]
        raise AssertionError(f"No artwork. Jobs: {told}. The page: {page.inner_text('main')}") from late
    return page.url


def test_an_eye_taken_with_the_phone_becomes_an_artwork(anna: User, open_page: Any, tmp_path: Path) -> None:
    (tmp_path / "eye.jpg").write_bytes(eye(1))
    page = open_page("/studio/iris", anna, screen=PHONE)
    field = page.get_by_label("A photo of one eye")
    assert (
        field.get_attribute("capture"),
        field.get_attribute(
            "accept",
        ).startswith("image/*"),
    ) == ("environment", True)

    field.set_input_files(tmp_path / "eye.jpg")
    page.get_by_role("button", name="Make the artwork").click()
    until_made(page)

    expect(page.get_by_text("Iris across")).to_be_visible()
    slider = page.get_by_label("From the photo to the artwork")
    slider.focus()
    page.keyboard.press("End")
    assert page.locator("before-after").evaluate("each => each.style.getPropertyValue('--at')") == "100%"
    box = page.locator("before-after").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] * 0.8)
    assert 20 <= float(slider.input_value()) <= 30


def test_the_photo_lies_exactly_beneath_its_artwork(anna: User, take: Any, open_page: Any) -> None:
    page = made_of(take(eye(2))[0], anna, open_page)
    limbus = Artwork.objects.get().geometry["limbus"]

    beneath = page.locator(".slider-before img").bounding_box()
    slider = page.locator("before-after").bounding_box()

    scale = beneath["width"] / 640
    assert beneath["x"] + limbus["cx"] * scale == pytest.approx(slider["x"] + slider["width"] / 2, abs=1.5)
    assert beneath["y"] + limbus["cy"] * scale == pytest.approx(slider["y"] + slider["height"] / 2, abs=1.5)


def made_of(photo: Photo, owner: User, open_page: Any, **screen: Any) -> Page:
    page = open_page(f"/studio/iris/{photo.pk}", owner, **screen)
    page.get_by_role("button", name="Make the artwork").click()
    until_made(page)
    return page


def test_what_was_chosen_stays_when_the_photo_is_ready(anna: User, take: Any, open_page: Any) -> None:
    [photo] = take(eye(2))
    until = time.monotonic() + 30
    while Job.objects.unfinished().exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    Photo.objects.filter(pk=photo.pk).update(state=Photo.State.PENDING)
    # A quick look that a newer one overtook is told so.
    page = open_page(f"/studio/iris/{photo.pk}", anna, expected=("409",))
    expect(page.locator("job-progress")).to_be_visible()
    page.get_by_label("White").check()

    Photo.objects.filter(pk=photo.pk).update(state=Photo.State.READY)

    expect(page.locator(".studio-stage img").first).to_be_visible()
    expect(page.locator("job-progress")).to_have_count(0)
    expect(page.get_by_label("White")).to_be_checked()


def test_a_circle_is_dragged_by_hand_and_by_keys_and_made_again(anna: User, take: Any, open_page: Any) -> None:
    page = made_of(take(eye(3))[0], anna, open_page)
    first = Artwork.objects.get()
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Circles").click()
    edge = page.get_by_role("button", name="Iris, right edge")
    box = edge.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 30, y, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Pupil, middle").focus()
    page.keyboard.press("Shift+ArrowRight")

    page.get_by_role("button", name="Make it with these circles").click()
    page.wait_for_url(lambda url: "/artworks/" in url and str(first.pk) not in url, timeout=60_000)

    made = Artwork.objects.exclude(pk=first.pk).get()
    assert made.parent == first
    assert made.engine == "by-hand"
    assert made.geometry["limbus"]["b"] < first.geometry["limbus"]["b"] - 5
    assert made.geometry["pupil"]["cx"] > first.geometry["pupil"]["cx"] + 5


def test_a_quick_look_follows_the_options_and_the_circles(anna: User, take: Any, open_page: Any) -> None:
    [photo] = take(eye(2))
    board = open_page("/jobs", anna)
    page = open_page(f"/studio/iris/{photo.pk}", anna)
    picture = page.locator("look-ahead[data-shown] img")
    picture.wait_for()
    black = picture.get_attribute("src")
    page.get_by_label("White").check()
    until(page, "before => document.querySelector('look-ahead img').src !== before", black)

    page.goto(f"/studio/iris/{photo.pk}/circles")
    picture.wait_for()
    middle = picture.get_attribute("src")
    page.get_by_role("button", name="Iris, right edge").focus()
    page.keyboard.press("Shift+ArrowRight")
    until(page, "before => document.querySelector('look-ahead img').src !== before", middle)
    assert board.locator("[data-job]").count() == 1
    assert Artwork.objects.count() == 0


def test_a_quick_look_that_takes_too_long_is_asked_for_again(anna: User, take: Any, open_page: Any) -> None:
    [photo] = take(eye(2))
    page = open_page("/jobs", anna)
    page.route("**/api/v1/preview", lambda route: route.fulfill(status=202, json={"status": "pending"}), times=1)
    page.goto(f"/studio/iris/{photo.pk}")
    expect(page.locator("look-ahead[data-shown] img")).to_be_visible()


def test_what_is_typed_moves_the_circle(anna: User, take: Any, open_page: Any) -> None:
    page = made_of(take(eye(4))[0], anna, open_page)
    page.goto(f"{page.url}?view=circles")
    page.get_by_text("In numbers").click()
    page.get_by_label("Pupil, from the left").fill("123")

    assert page.locator("ellipse[data-outline=pupil]").get_attribute("cx") == "123"


def test_a_mask_is_painted_undone_and_made_again(anna: User, take: Any, open_page: Any) -> None:
    page = made_of(take(eye(5))[0], anna, open_page)
    first = Artwork.objects.get()
    page.goto(f"{page.url}?view=brush")
    page.wait_for_selector("mask-brush[data-ready]")
    before = page.evaluate(LIT)
    box = page.locator("mask-brush canvas").bounding_box()
    for _ in range(2):
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4, steps=5)
        page.mouse.up()
    painted = page.evaluate(LIT)
    assert 0 < painted < before
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(LIT) == before
    page.mouse.click(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.42)

    page.get_by_role("button", name="Make it with this mask").click()
    page.wait_for_url(lambda url: "/artworks/" in url and str(first.pk) not in url, timeout=60_000)

    made = Artwork.objects.exclude(pk=first.pk).get()
    assert (made.parent, bool(made.options["mask"])) == (first, True)


def test_a_closed_eye_is_refused_with_its_picture_and_what_to_do(anna: User, take: Any, open_page: Any) -> None:
    [photo] = take(eye(1, SHUT))
    page = open_page(f"/studio/iris/{photo.pk}", anna)
    page.get_by_role("button", name="Make the artwork").click()

    page.get_by_role("heading", name="Why there is no artwork").wait_for(timeout=60_000)
    job = Job.objects.get(kind="iris")
    assert (job.error_type, bool(job.suggestion)) == ("quality_issue", True)
    expect(page.get_by_text(job.message)).to_be_visible()
    expect(page.get_by_text(job.suggestion)).to_be_visible()
    expect(page.locator(".studio-stage img")).to_be_visible()

    page.get_by_role("link", name="Place the circles by hand").click()
    page.get_by_role("button", name="Make it with these circles").click()
    until_made(page)
    assert Artwork.objects.get().engine == "by-hand"


@pytest.mark.timeout(240)
def test_ten_at_once_with_one_bad_nine_are_made_and_the_bad_one_alone_is_tried_again(
    anna: User, take: Any, open_page: Any
) -> None:
    photos = take(*(eye(seed) for seed in (10, 11, 12, 13, 14, 16, 17, 18, 19)), eye(2, SHUT))
    page = open_page("/studio/iris", anna)
    while Photo.objects.filter(state="ready").count() < 10:
        page.wait_for_timeout(300)
    page.reload()
    for photo in photos:
        page.locator(f"input[value='{photo.pk}']").check()
    page.get_by_role("button", name="Make 10 artworks").click()
    page.wait_for_url("**/jobs")
    irises = Job.objects.filter(kind="iris")
    while irises.unfinished().exists():
        page.wait_for_timeout(300)

    assert sorted(irises.values_list("state", flat=True)) == ["completed"] * 9 + ["failed"]
    row = page.locator("[data-group=failed] .job")
    row.wait_for()
    failed = irises.get(state="failed")
    assert failed.subject_id == photos[9].pk
    assert failed.message in row.inner_text()

    row.get_by_role("button", name="Try again").click()
    while irises.unfinished().exists() or irises.count() < 11:
        page.wait_for_timeout(300)
    assert irises.get(retry_of=failed).state == "failed"
    assert irises.count() == 11


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_every_page_of_the_studio_is_usable_by_everybody_and_fits(
    screen: str, scheme: str, anna: User, take: Any, open_page: Any
) -> None:
    look = {"screen": PHONE if screen == "phone" else DESKTOP, "color_scheme": scheme, "reduced_motion": "reduce"}
    [photo] = take(eye(6))
    page = made_of(photo, anna, open_page, **look)
    work = page.url
    found = {}
    for path in (
        work, f"{work}?view=circles", f"{work}?view=brush", "/studio", "/studio/iris", "/artworks",
        f"/studio/iris/{photo.pk}", f"/studio/photos/{photo.pk}", f"/studio/iris/{photo.pk}/circles",
    ):  # fmt: skip
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found[path] = problems(page) + ([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])
    assert not {path: said for path, said in found.items() if said}
