"""Sending one message to an address that a client gave. Runs in the sandbox child, without Django."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from processing.errors import DownloadFailed, DownloadRefused, WebhookFailed, WebhookRefused
from processing.fetching.fetcher import Fetcher
from processing.fetching.network import OUTSIDE, Network


def run(
    work: Path, request: dict[str, Any], report: Callable[[str, float], None], network: Network = OUTSIDE
) -> dict[str, Any]:
    """POST ``body`` with ``headers`` to ``url``; the result holds the status that came back, 200 to 299.

    Raises WebhookFailed, which is tried again, and WebhookRefused, which is not. ``network`` is for tests.
    """
    report("send", 0.0)
    fetcher = Fetcher(allow_http=bool(request.get("allow_http")), network=network)
    try:
        status = fetcher.send(request["url"], request["body"].encode(), request["headers"])
    except DownloadRefused:
        raise WebhookRefused() from None
    except DownloadFailed:
        raise WebhookFailed() from None
    if not 200 <= status < 300:
        raise WebhookFailed()
    report("send", 1.0)
    return {"status": status}
