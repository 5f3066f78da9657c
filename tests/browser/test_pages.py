"""Every page, on a phone and a desktop, light and dark: nothing axe complains about, nothing that does not fit."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from circles.models import User
from photos.models import Photo
from processing.models import Job
from tests.browser.conftest import DESKTOP, PHONE

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = (
    "/",
    "/favourites",
    "/search?q=walk",
    "/search",
    "/bin",
    "/upload",
    "/jobs",
    "/settings",
    "photo",
    "waiting",
    "broken",
)
OUTSIDE = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing-here")
LOOKS = [(screen, scheme) for screen in ("phone", "desktop") for scheme in ("light", "dark")]


def problems(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for rule in found for node in rule["nodes"]
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def library(alice: User, shelf: Callable[..., list[Photo]]) -> dict[str, str]:
    photos = shelf(alice, 14, place="Bergen, Norway", camera_model="EOS 5D", aperture=2.8, iso=200)
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[:3]]).update(is_favourite=True)
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[-2:]]).update(deleted_at=timezone.now())
    waiting, broken = photos[3], photos[4]
    Photo.objects.filter(pk=waiting.pk).update(state="pending", width=0, height=0)
    Photo.objects.filter(pk=broken.pk).update(state="broken", width=0, height=0)
    common: dict[str, Any] = {
        "owner": alice,
        "kind": "ingest",
        "queue": "high",
        "label": "a_rather_long_name_of_a_photo.jpg",
    }
    later = {"not_before": timezone.now() + timezone.timedelta(hours=1)}
    Job.objects.create(**common, **later, subject_id=waiting.pk)
    Job.objects.create(
        **common, state="failed", subject_id=broken.pk, error_type="quality_issue", progress=20,
        message="The file is cut off after 2 MB.", suggestion="Copy it again from the camera.",
    )  # fmt: skip
    Job.objects.create(**common, state="completed", subject_id=photos[0].pk, progress=100)
    return {
        "photo": f"/photos/{photos[0].pk}",
        "waiting": f"/photos/{waiting.pk}",
        "broken": f"/photos/{broken.pk}",
    }


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_every_page_is_usable_by_everybody_and_fits(
    screen: str, scheme: str, alice: User, library: dict[str, str], open_page: Any
) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    page = open_page("/", alice, screen=size, color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for name in PAGES:
        page.goto(library.get(name, name))
        page.wait_for_load_state("networkidle")
        found[name] = problems(page) + ([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])
    assert not {name: said for name, said in found.items() if said}


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_the_pages_before_signing_in_are_too(screen: str, scheme: str, clean_site: None, open_page: Any) -> None:
    size = PHONE if screen == "phone" else DESKTOP
    page = open_page("/accounts/login/", screen=size, color_scheme=scheme, expected=("404",))
    found = {}
    for path in OUTSIDE:
        page.goto(path)
        found[path] = problems(page) + ([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])
    assert not {path: said for path, said in found.items() if said}


def test_an_empty_library_says_how_to_begin(alice: User, open_page: Any) -> None:
    page = open_page("/", alice)
    expect(page.get_by_role("heading", name="A wall for your pictures")).to_be_visible()
    assert not problems(page)


def test_the_theme_can_be_pinned_against_the_system(alice: User, open_page: Any) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    page = open_page("/jobs", alice, color_scheme="dark")
    dark = page.evaluate(paper)
    User.objects.filter(pk=alice.pk).update(theme="light")
    page.reload()
    assert page.evaluate(paper) != dark


def test_keys_help_everywhere(alice: User, shelf: Any, open_page: Any) -> None:
    shelf(alice, 3)
    page = open_page("/", alice)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("walk_001")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=walk_001")
    assert page.locator(".tile").count() == 1
