"""One photo alone: beside its neighbours, changed, put away and brought back; and what a broken one says."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import APIResponse, Route, expect

from circles.models import User
from photos.models import Photo
from processing import jobs
from processing.models import Job
from tests.browser.conftest import PHONE

Shelf = Callable[..., list[Photo]]


def test_it_goes_into_the_bin_and_comes_back_by_undo(alice: User, shelf: Shelf, open_page: Any) -> None:
    first, second, _ = shelf(alice, 3)
    page = open_page(f"/photos/{first.pk}", alice)
    page.keyboard.press("Delete")
    page.wait_for_url(f"**/photos/{second.pk}")
    assert Photo.objects.in_bin().get() == first
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 photo back in your library.")).to_be_visible()
    assert Photo.objects.in_bin().count() == 0


def test_title_caption_and_place_are_edited_beside_it(alice: User, shelf: Shelf, open_page: Any) -> None:
    photo = shelf(alice, 1)[0]
    page = open_page(f"/photos/{photo.pk}", alice, screen=PHONE)
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Title").fill("By the window")
    page.get_by_label("Place").fill("Lisbon, Portugal")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="By the window")).to_be_visible()
    photo.refresh_from_db()
    assert (photo.title, photo.place, photo.is_date_edited) == ("By the window", "Lisbon, Portugal", False)


def test_details_slide_in_beside_it_and_stay_open_for_the_next(alice: User, shelf: Shelf, open_page: Any) -> None:
    first, second = shelf(alice, 2, camera_model="EOS 5D", aperture=2.8)
    page = open_page(f"/photos/{first.pk}", alice)
    details = page.get_by_role("complementary", name="Details")
    expect(details).to_be_hidden()
    page.keyboard.press("i")
    expect(details).to_be_visible()
    expect(details.get_by_text("f/2.8")).to_be_visible()
    picture, panel = page.locator("photo-stage").bounding_box(), details.bounding_box()
    page.wait_for_timeout(400)
    picture = page.locator("photo-stage").bounding_box()
    assert picture["x"] + picture["width"] <= panel["x"] + 1
    page.goto(f"/photos/{second.pk}")
    expect(details).to_be_visible()


def test_keys_come_closer_and_escape_steps_back(alice: User, shelf: Shelf, open_page: Any) -> None:
    photo = shelf(alice, 1)[0]
    page = open_page(f"/photos/{photo.pk}", alice)
    page.keyboard.press("+")
    expect(page.locator("photo-stage")).to_have_class("stage is-close")
    page.keyboard.press("Escape")
    expect(page.locator("photo-stage")).to_have_class("stage")
    assert page.url.endswith(str(photo.pk))


def test_f_makes_it_a_favourite(alice: User, shelf: Shelf, open_page: Any) -> None:
    photo = shelf(alice, 1)[0]
    page = open_page(f"/photos/{photo.pk}", alice)
    page.keyboard.press("f")
    expect(page.get_by_text("1 photo among your favourites.")).to_be_visible()
    page.goto("/favourites")
    expect(page.locator(f"#p-{photo.pk}")).to_be_visible()


def test_a_broken_photo_says_why_and_what_to_do(alice: User, shelf: Shelf, open_page: Any) -> None:
    photo = shelf(alice, 1, state="broken")[0]
    Job.objects.create(
        owner=alice, kind="ingest", queue="high", state="failed", subject_id=photo.pk, error_type="quality_issue",
        message="The file is cut off after 2 MB.", suggestion="Copy it again from the camera.",
    )  # fmt: skip
    page = open_page(f"/photos/{photo.pk}", alice)
    expect(page.get_by_text("The file is cut off after 2 MB. Copy it again from the camera.")).to_be_visible()
    expect(page.get_by_role("button", name="Make its pictures again")).to_be_visible()
    expect(page.get_by_role("link", name="Download the original")).to_be_visible()


def test_somebody_elses_photo_is_not_there(alice: User, shelf: Shelf, open_page: Any) -> None:
    stranger = User.objects.create_user("charlie@example.com", "a-long-password")
    photo = shelf(alice, 1)[0]
    page = open_page("/", stranger, expected=("404",))
    answer = page.goto(f"/photos/{photo.pk}")
    assert answer.status == 404
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_jobs_move_from_group_to_group_and_say_what_to_do(alice: User, shelf: Shelf, open_page: Any) -> None:
    photo = shelf(alice, 1)[0]
    job = Job.objects.create(
        owner=alice, kind="ingest", queue="high", state="failed", subject_id=photo.pk, label="scene.jpg",
        error_type="transient_error", message="The storage did not answer.", suggestion="Try again in a minute.",
    )  # fmt: skip
    page = open_page("/jobs", alice)
    row = page.locator(f'[data-job="{job.pk}"]')
    expect(row).to_contain_text("The storage did not answer.")
    expect(row).to_contain_text("Try again in a minute.")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    assert not Job.objects.filter(pk=job.pk).exists()


def test_a_row_that_comes_late_does_not_hide_how_its_job_ended(alice: User, shelf: Shelf, open_page: Any) -> None:
    photo = shelf(alice, 1)[0]
    job = Job.objects.create(owner=alice, kind="ingest", queue="high", state="failed", subject_id=photo.pk, message="-")
    page = open_page("/jobs", alice)
    page.wait_for_load_state("networkidle")
    late: list[tuple[Route, APIResponse]] = []
    page.route("**/row", lambda route: late.append((route, route.fetch())), times=1)
    again = jobs.retry(actor=alice, job_id=job.pk)
    while not late or Job.objects.get(pk=again.pk).state in {"pending", "processing"}:
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    route, as_it_was = late[0]
    route.fulfill(response=as_it_was)
    again.refresh_from_db()
    expect(page.locator(f'[data-job="{again.pk}"]')).to_have_attribute("data-state", again.state)


def test_a_question_that_nobody_answers_does_not_hold_the_next_one_back(
    alice: User, shelf: Shelf, open_page: Any
) -> None:
    photo = shelf(alice, 1)[0]
    job = Job.objects.create(owner=alice, kind="ingest", queue="high", state="failed", subject_id=photo.pk, message="-")
    page = open_page("/jobs", alice)
    page.clock.install()
    page.wait_for_load_state("networkidle")
    hanging: list[Route] = []
    page.route("**/row", lambda route: hanging.append(route), times=1)  # noqa: PLW0108
    again = jobs.retry(actor=alice, job_id=job.pk)
    while not hanging or Job.objects.get(pk=again.pk).state in {"pending", "processing"}:
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    again.refresh_from_db()
    row = page.locator(f'[data-job="{again.pk}"]')
    expect(row).to_have_count(0)
    page.clock.fast_forward(21_000)
    expect(row).to_have_attribute("data-state", again.state)
