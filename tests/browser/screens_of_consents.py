"""Adds the page of consents to docs/screens/. ``python -m pytest tests/browser/screens_of_consents.py``"""

from typing import Any

from circles.models import User
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.screens import LOOKS, TARGET, keep
from tests.browser.test_consents import bob, circle, full, work  # noqa: F401 - fixtures


def test_screens_of_consents(full: None, alice: User, open_page: Any) -> None:  # noqa: F811 - the fixture
    for screen, scheme in LOOKS:
        page = open_page("/consents", alice, screen=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme)
        for name, path in {"consents": "/consents", "notifications": "/notifications"}.items():
            page.goto(path)
            keep(page, name, screen, scheme)
    assert (TARGET / "consents-phone-dark.webp").exists()
