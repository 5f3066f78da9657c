"""Upload anywhere: every kind of picture, over reloads, refusals and a busy server, with and without a script."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from circles.models import User
from photos.models import Photo, Upload
from tests.browser.conftest import PHONE
from tests.browser.waiting import until

Files = Callable[..., Path]
INPUT = "upload-center input[type=file]"
PART = "**/uploads/*/parts/*"
PATIENCE = 90_000
DATA = Path(os.environ["AUREOLE_TEST_DATA"]) / "photos"
REFUSED = ("Failed to load resource",)


def rows(page: Page, state: str) -> Any:
    return page.locator(f'.upload-row[data-state="{state}"]')


@pytest.mark.timeout(240)
def test_every_photo_of_the_test_data_goes_in_through_the_browser(alice: User, open_page: Any) -> None:
    files = sorted(path for path in DATA.iterdir() if path.suffix.lower() in {".jpg", ".heic"})
    assert len(files) >= 10
    page = open_page("/", alice)
    page.set_input_files(INPUT, files)
    expect(page.locator(".upload-ready")).to_have_text(f"{len(files)} ready", timeout=PATIENCE)
    photos = list(Photo.objects.filter(owner=alice, state="ready"))
    assert len(photos) == len(files)
    assert all(photo.renditions.count() == 9 for photo in photos)
    page.goto("/search?q=heic")
    for photo in Photo.objects.filter(filename__endswith=".heic"):
        image = page.locator(f"#p-{photo.pk} img")
        image.scroll_into_view_if_needed()
        until(page, "image => image.complete && image.naturalWidth > 0", image.element_handle())
        shape = image.evaluate("image => image.naturalWidth / image.naturalHeight")
        assert shape == pytest.approx(photo.width / photo.height, rel=0.02)


def test_an_upload_goes_on_after_a_reload_with_what_is_missing(
    alice: User, open_page: Any, picture_file: Files
) -> None:
    """Three parts of 8 MiB; the page is left while the last is on its way."""
    sent: list[str] = []
    is_held = True

    def part(route: Route) -> None:
        number = route.request.url.split("?")[0].rsplit("/", 1)[1]
        if is_held and number == "3":
            return
        sent.append(number)
        route.continue_()

    long = picture_file("long.jpg", pad=17_000_000)
    page = open_page("/", alice, expected=REFUSED)
    page.route(PART, part)
    with page.expect_request("**/uploads/*/parts/3*"):
        page.set_input_files(INPUT, long)
    expect(page.locator(".upload-status")).to_have_text(re.compile(r"9\d %"))
    assert sent == ["1", "2"]
    is_held = False
    page.reload()
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    assert sent == ["1", "2", "3"]
    photo = Photo.objects.select_related("original").get(owner=alice, state="ready")
    assert photo.original.sha256 == hashlib.sha256(long.read_bytes()).hexdigest()
    assert Upload.objects.filter(owner=alice).count() == 1


def test_an_address_that_has_run_out_is_asked_for_again(alice: User, open_page: Any, picture_file: Files) -> None:
    """S3 says so in XML, after five minutes on a slow line."""
    answers = [{"status": 403, "content_type": "application/xml", "body": "<Error><Code>AccessDenied</Code></Error>"}]
    page = open_page("/", alice, expected=REFUSED)
    page.route(PART, lambda route: route.fulfill(**answers.pop()) if answers else route.continue_())
    page.set_input_files(INPUT, picture_file())
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    assert answers == []
    assert Photo.objects.filter(owner=alice, state="ready").count() == 1


def test_a_refused_file_says_why_beside_it_and_stops_no_other(
    alice: User, open_page: Any, picture_file: Files, tmp_path: Path
) -> None:
    film = tmp_path / "holiday.mov"
    film.write_bytes(b"\0\0\0\x14ftypqt  " + bytes(100))
    page = open_page("/", alice, expected=REFUSED)
    page.set_input_files(INPUT, [film, picture_file()])
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    reason = rows(page, "failed").locator(".upload-reason")
    expect(reason).to_contain_text("video")
    expect(rows(page, "failed").get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("button", name="Put away: holiday.mov").click()
    expect(rows(page, "failed")).to_have_count(0)
    assert Photo.objects.filter(owner=alice).count() == 1


def test_a_failed_upload_can_be_tried_again(alice: User, open_page: Any, picture_file: Files) -> None:
    answers = [
        {"status": 422, "json": {"error": "checksum_mismatch", "detail": "It was damaged.", "suggestion": "Send it."}}
    ]
    page = open_page("/", alice, expected=REFUSED)
    page.route("**/complete", lambda route: route.fulfill(**answers.pop()) if answers else route.continue_())
    page.set_input_files(INPUT, picture_file())
    expect(rows(page, "failed")).to_contain_text("It was damaged. Send it.")
    page.get_by_role("button", name="Try again: scene.jpg").click()
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    assert Photo.objects.filter(owner=alice, state="ready").count() == 1


def test_a_busy_server_is_waited_out(alice: User, open_page: Any, picture_file: Files) -> None:
    busy = {"error": "queue_full", "detail": "Busy.", "suggestion": "Wait."}
    answers = [{"status": 503, "headers": {"Retry-After": "1"}, "json": busy}]
    page = open_page("/", alice, expected=REFUSED)
    page.route("**/presign", lambda route: route.fulfill(**answers.pop()) if answers else route.continue_())
    page.set_input_files(INPUT, picture_file())
    expect(rows(page, "waiting")).to_contain_text("goes on by itself")
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    assert Photo.objects.filter(owner=alice).count() == 1


def test_the_same_photo_again_leads_to_the_one_there_is(alice: User, open_page: Any, picture_file: Files) -> None:
    page = open_page("/", alice, expected=REFUSED, screen=PHONE)
    page.set_input_files(INPUT, picture_file())
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    page.get_by_role("button", name="Close", exact=True).click()
    page.set_input_files(INPUT, picture_file())
    expect(rows(page, "duplicate")).to_contain_text("already in your library")
    photo = Photo.objects.get(owner=alice)
    expect(page.get_by_role("link", name="scene.jpg")).to_have_attribute("href", f"/photos/{photo.pk}")
    assert Upload.objects.filter(owner=alice, state="open").count() == 0


def test_paused_files_wait_and_go_on(alice: User, open_page: Any, picture_file: Files) -> None:
    page = open_page("/", alice, expected=REFUSED)
    page.route(PART, lambda route: None)
    page.set_input_files(INPUT, picture_file(pad=2_000_000))
    expect(rows(page, "sending")).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    expect(rows(page, "waiting")).to_contain_text("paused")
    page.unroute(PART)
    page.get_by_role("button", name="Go on").click()
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    assert Photo.objects.filter(owner=alice).count() == 1


def test_files_can_be_dropped_on_any_page(alice: User, open_page: Any, picture_file: Files) -> None:
    page = open_page("/jobs", alice)
    content = list(picture_file(size=(300, 200)).read_bytes())
    transfer = page.evaluate_handle(
        """bytes => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
          return transfer;
        }""",
        content,
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.get_by_text("Let go, and they are yours to keep")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(rows(page, "ready")).to_have_count(1, timeout=PATIENCE)
    assert Photo.objects.get(owner=alice).filename == "dropped.jpg"


def test_without_a_script_a_plain_form_takes_them(
    alice: User, open_page: Any, picture_file: Files, tmp_path: Path
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a picture")
    page = open_page("/upload", alice, java_script_enabled=False)
    page.set_input_files("form input[type=file]", [picture_file(), text])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Kept; its pictures are being made.")).to_be_visible()
    expect(page.get_by_text("This is a text")).to_be_visible()
    assert Photo.objects.filter(owner=alice).count() == 1
