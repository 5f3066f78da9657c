"""A browser, a running site, and shelves full of photos."""

import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from circles.models import User
from photos.models import Original, Photo, Rendition
from photos.querysets import first_of_month
from photos.rendering import RENDERER_VERSION
from processing.imaging import ingest
from processing.models import Job, OpenSocket
from tests.browser.site import Site, running
from tests.synthetic import jpeg

# Playwright's synchronous door runs a loop in this thread; the ORM is used between its calls, never inside one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
expect.set_options(timeout=20_000)
SHAPES = ((1200, 800), (800, 1200), (1000, 1000), (1600, 800), (900, 1200))


@pytest.fixture(scope="package")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Gone before the next room's tests: its worker would do their jobs, and its polls would block their flushes."""
    with running(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else the one Playwright installed. Never skipped: no browser is a failure."""
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        found = playwright.chromium.launch(executable_path=program, args=arguments)
        yield found
        found.close()


@pytest.fixture
def clean_site(transactional_db: None) -> Iterator[None]:
    """An empty database; before it is emptied again the site may finish what it is writing."""
    yield
    until = time.monotonic() + 10
    while (OpenSocket.objects.exists() or Job.objects.running().exists()) and time.monotonic() < until:
        time.sleep(0.1)
    with connection.cursor() as cursor:
        # Should the site write in the very moment of the flush, it is the site that is told to try again.
        cursor.execute("SET deadlock_timeout = '30s'")


@pytest.fixture
def alice(clean_site: None) -> User:
    return User.objects.create_user("alice@example.com", "a-long-password", name="Alice")


def sign_in(context: BrowserContext, site: Site, user: User) -> None:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Opener]:
    """Open a path as somebody. What a page should never say (errors, refused styles) fails the test in the end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    refused: list[Response] = []

    def open_one(
        path: str, user: User | None = None, *, expected: tuple[str, ...] = (), screen: Any = DESKTOP, **options: Any
    ) -> Page:
        context = browser.new_context(viewport=screen, base_url=site.url, locale="en-GB", **options)
        context.set_default_timeout(15_000)
        context.set_default_navigation_timeout(45_000)
        contexts.append(context)
        if user is not None:
            sign_in(context, site, user)
        page = context.new_page()

        def complain(kind: str, text: str) -> None:
            if kind in {"error", "warning"} and not any(words in text for words in expected):
                complaints.append(text)

        page.on("console", lambda message: complain(message.type, f"{message.text} {message.location['url']}"))
        page.on("pageerror", lambda error: complain("error", str(error)))
        page.on("response", lambda answer: refused.append(answer) if answer.status >= 400 else None)
        page.goto(path)
        return page

    yield open_one
    reasons = [_words_of(answer) for answer in refused] if complaints else []
    for context in contexts:
        context.close()
    assert not complaints, (complaints, reasons)


def _words_of(answer: Response) -> str:
    try:
        return f"{answer.status} {answer.url}: {answer.text()[:300]}"
    except PlaywrightError as error:
        return f"{answer.status} {answer.url}: {error}"


@pytest.fixture(scope="session")
def negatives(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, bytes]]]:
    """A handful of generated scenes with their nine pictures, made once by the real pipeline."""
    found = []
    for seed, (width, height) in enumerate(SHAPES):
        work = tmp_path_factory.mktemp("scene")
        (work / "original").write_bytes(jpeg(width, height, seed=seed))
        facts = ingest.run(work, {"source": "original", "wanted": None}, lambda step, fraction: None)
        files = {file["name"]: (work / "out" / file["name"]).read_bytes() for file in facts["renditions"]}
        found.append((facts, files))
    return found


@pytest.fixture
def shelf(negatives: Any) -> Callable[..., list[Photo]]:
    """Give somebody ``count`` finished photos, newest first, ``apart`` between two; ``first`` picks the scene."""
    keys: dict[int, dict[str, str]] = {}

    def files_of(number: int) -> dict[str, str]:
        if number not in keys:
            files = negatives[number][1]
            keys[number] = {
                name: default_storage.save(f"shelf/{uuid.uuid4()}/{name}", ContentFile(body))
                for name, body in files.items()
            }
        return keys[number]

    def fill(
        owner: User,
        count: int,
        *,
        apart: timedelta = timedelta(hours=5),
        newest: datetime | None = None,
        first: int = 0,
        **fields: Any,
    ) -> list[Photo]:
        start = newest or datetime(2026, 11, 14, 17, 20, tzinfo=UTC)
        return [
            _keep(
                owner,
                negatives[(first + at) % len(negatives)][0],
                files_of((first + at) % len(negatives)),
                start - at * apart,
                fields | {"filename": f"walk_{at:03}.jpg"},
            )
            for at in range(count)
        ]

    return fill


def _keep(owner: User, facts: dict[str, Any], keys: dict[str, str], moment: datetime, fields: dict[str, Any]) -> Photo:
    original = Original.objects.create(
        owner=owner,
        key=f"originals/{uuid.uuid4()}",
        sha256=uuid.uuid4().hex * 2,
        byte_size=2_345_678,
        content_type="image/jpeg",
    )
    values = {
        "state": Photo.State.READY, "width": facts["width"], "height": facts["height"], "colours": facts["colours"],
        "renderer_version": RENDERER_VERSION, "taken_at": moment, "sort_at": moment, "month": first_of_month(moment),
    }  # fmt: skip
    photo = Photo.objects.create(owner=owner, original=original, **(values | fields))
    for file in facts["renditions"]:
        Rendition.objects.create(
            photo=photo,
            size=file["size"],
            format=file["format"],
            key=keys[file["name"]],
            width=file["width"],
            height=file["height"],
            byte_size=file["bytes"],
            renderer_version=RENDERER_VERSION,
        )
    return photo


@pytest.fixture
def picture_file(tmp_path: Path) -> Callable[..., Path]:
    """A generated photo as a file of the person's own device."""

    def make(name: str = "scene.jpg", seed: int = 1, size: tuple[int, int] = (1200, 800), pad: int = 0) -> Path:
        path = tmp_path / name
        # Bytes after the end of a JPEG are ignored by every decoder: a large file without a large picture.
        path.write_bytes(jpeg(*size, seed=seed) + bytes(pad))
        return path

    return make
