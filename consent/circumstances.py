"""How an answer reached the server: by which door, in which request, from where."""

import ipaddress
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from structlog.contextvars import get_contextvars

from circles.throttle import UNKNOWN_NETWORK, client_network

AGENT_LONGEST: Final = 300
_KEPT_BITS: Final = {4: 24, 6: 48}


@dataclass(frozen=True)
class Circumstances:
    """``method``: "page", "api", or "server" for what the server does by itself; ``address`` is truncated."""

    method: str = "server"
    request_id: str = ""
    address: str = ""
    user_agent: str = ""


SERVER: Final = Circumstances()


def of(request: HttpRequest, method: str) -> Circumstances:
    """The circumstances of a person's own request."""
    return Circumstances(
        method,
        str(get_contextvars().get("request_id", ""))[:64],
        truncated(client_network(request)),
        request.headers.get("User-Agent", "").replace("\0", "")[:AGENT_LONGEST],
    )


def truncated(address: str) -> str:
    """An address without its last part: the /24 of IPv4, the /48 of IPv6; empty when it is not known."""
    if address == UNKNOWN_NETWORK:
        return ""
    found = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((address, _KEPT_BITS[found.version]), strict=False).network_address)
