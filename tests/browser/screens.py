"""Writes docs/screens/: every page, phone and desktop, light and dark. ``python -m pytest tests/browser/screens.py``"""

import io
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page

from artworks.actions.making import make_artwork
from artworks.models import Artwork
from circles.models import User
from photos.examples import EYES as STUDIO
from photos.models import Photo
from processing.imaging import ingest
from processing.models import Job
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_studio import SHUT, anna, eye, take  # noqa: F401 - fixtures

TARGET = Path(__file__).resolve().parent.parent.parent / "docs" / "screens"
# Public domain and Creative Commons, as the licences beside them say; the portrait-like ones stay out.
FREE = ("book_flowers", "japanese_shop", "canon_5d", "canon_450d", "galaxy_s7", "nikon_d90", "canon_1000d_o6")
PLACES = ("Juneau, Alaska", "Kyoto, Japan", "Lisbon, Portugal", "Bergen, Norway")
LOOKS = [(screen, scheme) for screen in ("phone", "desktop") for scheme in ("light", "dark")]
OUTSIDE = {
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "not-found": "/nothing-here",
}


@pytest.fixture(scope="session")
def negatives(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, bytes]]]:
    folder = Path(os.environ["AUREOLE_TEST_DATA"]) / "photos"
    found = []
    for name in FREE:
        work = tmp_path_factory.mktemp("free")
        (work / "original").write_bytes((folder / f"{name}.jpg").read_bytes())
        facts = ingest.run(work, {"source": "original", "wanted": None}, lambda step, fraction: None)
        found.append(
            (facts, {file["name"]: (work / "out" / file["name"]).read_bytes() for file in facts["renditions"]})
        )
    return found


def keep(page: Page, name: str, screen: str, scheme: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    TARGET.mkdir(parents=True, exist_ok=True)
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shown.save(TARGET / f"{name}-{screen}-{scheme}.webp", quality=82, method=5)


@pytest.fixture
def addresses(alice: User, shelf: Callable[..., list[Photo]]) -> dict[str, str]:
    newest = datetime(2026, 11, 14, 17, 20, tzinfo=UTC)
    for number, count in enumerate((6, 1, 2, 1, 9, 2, 3, 14, 1, 5, 7)):
        place = PLACES[number % len(PLACES)]
        when = newest - timedelta(days=number * 2)
        shelf(alice, count, first=number * 3, newest=when,
              apart=timedelta(minutes=9), place=place, camera_model="EOS 5D", aperture=4.0,
              iso=200, shutter="1/250", focal_length=50.0, lens="EF 24-105 mm f/4L IS USM")  # fmt: skip
    shelf(alice, 4, newest=datetime(2024, 5, 3, 12, tzinfo=UTC))
    photos = list(Photo.objects.newest_first())
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[::4]]).update(is_favourite=True)
    Photo.objects.filter(pk__in=[photo.pk for photo in photos[-9:-4]]).update(deleted_at=timezone.now())
    waiting, broken = photos[20], photos[21]
    Photo.objects.filter(pk=waiting.pk).update(state="pending", filename="canon_5d.jpg")
    Photo.objects.filter(pk=broken.pk).update(state="broken", filename="scan_004.tif")
    _jobs(alice, photos, waiting, broken)
    picked = next(photo for photo in photos if photo.width > photo.height)
    return {
        "timeline": "/", "favourites": "/favourites", "search": "/search?q=kyoto", "bin": "/bin", "upload": "/upload",
        "jobs": "/jobs", "settings": "/settings", "photo": f"/photos/{picked.pk}",
        "waiting": f"/photos/{waiting.pk}", "broken": f"/photos/{broken.pk}",
    }  # fmt: skip


def _jobs(alice: User, photos: list[Photo], waiting: Photo, broken: Photo) -> None:
    common: dict[str, Any] = {"owner": alice, "kind": "ingest", "queue": "high"}
    token = "00000000-0000-0000-0000-000000000001"
    lease = {"lease_token": token, "lease_until": timezone.now() + timedelta(hours=1), "started_at": timezone.now()}
    running = {"state": "processing", "step": "renditions", "progress": 62, "attempt": 1}
    Job.objects.create(**common, **running, **lease, subject_id=waiting.pk, label="canon_5d.jpg")
    later = {"not_before": timezone.now() + timedelta(hours=1)}
    Job.objects.create(**common, **later, subject_id=photos[22].pk, label="nikon_d90.jpg")
    Job.objects.create(
        **common, state="failed", subject_id=broken.pk, label="scan_004.tif", error_type="quality_issue", progress=20,
        message="The file is cut off after 2 MB.", suggestion="Copy it again from where it came, and upload that.",
    )  # fmt: skip
    for photo in photos[:3]:
        Job.objects.create(**common, state="completed", progress=100, subject_id=photo.pk)


@pytest.mark.timeout(900)
def test_screens(alice: User, addresses: dict[str, str], open_page: Any) -> None:
    for screen, scheme in LOOKS:
        size = PHONE if screen == "phone" else DESKTOP
        page = open_page("/", alice, screen=size, color_scheme=scheme, expected=("404",))
        for name, path in addresses.items():
            page.goto(path)
            keep(page, name, screen, scheme)
        page.goto(addresses["photo"])
        page.keyboard.press("i")
        page.mouse.wheel(0, 450 if screen == "phone" else 0)
        keep(page, "photo-details", screen, scheme)
        page.goto("/")
        for tile in page.locator(".tile-check input").all()[1:4]:
            tile.dispatch_event("click")
        keep(page, "selection", screen, scheme)
        page.context.clear_cookies()
        for name, path in OUTSIDE.items():
            page.goto(path)
            keep(page, name, screen, scheme)
    assert len(list(TARGET.glob("*.webp"))) >= 60


def test_screens_of_a_newcomer(alice: User, open_page: Any) -> None:
    for screen, scheme in LOOKS:
        page = open_page("/", alice, screen=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme)
        keep(page, "welcome", screen, scheme)
    assert (TARGET / "welcome-phone-dark.webp").exists()


@pytest.mark.timeout(600)
def test_screens_of_the_studio(anna: User, take: Any, open_page: Any) -> None:  # noqa: F811 - the fixtures
    photos = take(*(eye(seed, STUDIO) for seed in (1, 4, 2)), eye(2, SHUT))
    asked = {"actor": anna, "kind": "iris", "options": {"enhance": 2}}
    made = [make_artwork(photo=photo, **asked) for photo in photos]
    while Job.objects.unfinished().exists():
        time.sleep(0.3)
    works = Artwork.objects.order_by("created_at")
    for work, title in zip(works, ("By the window", "Green, with a ring light", "Hazel"), strict=False):
        Artwork.objects.filter(pk=work.pk).update(title=title, whose="me", subject=anna)
    shown = works[0]
    addresses = {
        "studio": "/studio", "studio-iris": "/studio/iris", "studio-options": f"/studio/iris/{photos[1].pk}",
        "artwork": f"/artworks/{shown.pk}", "artwork-circles": f"/artworks/{shown.pk}?view=circles",
        "artwork-brush": f"/artworks/{shown.pk}?view=brush", "artworks": "/artworks",
        "studio-refused": f"/studio/jobs/{made[3].pk}", "studio-jobs": "/jobs",
    }  # fmt: skip
    for screen, scheme in LOOKS:
        page = open_page("/", anna, screen=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme)
        for name, path in addresses.items():
            page.goto(path)
            if name in {"studio-options", "artwork-circles"}:
                page.locator("look-ahead[data-shown]").wait_for()
            keep(page, name, screen, scheme)
    assert (TARGET / "artwork-circles-phone-dark.webp").exists()
