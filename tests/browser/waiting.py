"""Waiting for what a page's script does, without Playwright's wait_for_function: what that asks again it asks by eval,
which our pages forbid, so it answers only when it is true at once."""

import time
from typing import Any

from playwright.sync_api import JSHandle, Page

PATIENCE = 30
"""Seconds."""


def until(page: Page | JSHandle, expression: str, argument: Any = None, patience: float = PATIENCE) -> None:
    """Until ``expression`` (JavaScript, or a function of ``argument``, or of the element asked) is true."""
    last = time.monotonic() + patience
    while not page.evaluate(expression, argument):
        assert time.monotonic() < last, f"Never true within {patience} s: {expression}"
        time.sleep(0.05)
