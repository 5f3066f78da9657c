"""How this server fetches: its settings put into the guarded fetcher's words, and its refusals counted."""

from typing import Any, Final

from django.conf import settings

from processing import counting
from processing.errors import DownloadRefused, WebhookRefused
from processing.fetching.addresses import is_public
from processing.fetching.targets import parse

REFUSALS: Final = "ssrf_refusals"


def check_address(url: str) -> None:
    """DownloadRefused, counted, for what the fetcher would never connect to as far as the text tells.

    Nothing is asked of the network: what a name leads to is judged when it is fetched.
    """
    try:
        target = parse(url, allow_http=settings.FETCH_ALLOW_HTTP)
        if target.is_literal and not is_public(target.host):
            raise DownloadRefused()
    except DownloadRefused as error:
        note_refusal(error)
        raise


def note_refusal(error: Any) -> None:
    """Count ``error`` if it says that an address was not connected to because of what it is."""
    if isinstance(error, (DownloadRefused, WebhookRefused)):
        counting.add(REFUSALS)
