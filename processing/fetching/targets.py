"""The one parser of addresses people give: what it returns is what is connected to, and nothing parses it again."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import urljoin

from processing.errors import DownloadRefused

LONGEST: Final = 2048
PORTS: Final = {"https": 443, "http": 80}
# Printable ASCII without space, quotes, backslash and angle brackets: the rest must come percent-encoded.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?][!$-;=?-\[\]^_a-z|~]*)?(?:#[!-~]*)?",
    re.IGNORECASE | re.ASCII,
)
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_A_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


@dataclass(frozen=True)
class Target:
    """Where to connect and what to ask for. ``host`` is a lower-case name, or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_literal(self) -> bool:
        """True when the host is an address already, and no resolver is asked."""
        return ":" in self.host or self.host.replace(".", "").isdigit()

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.path}"


def parse(url: str, *, allow_http: bool = False) -> Target:
    """The target of ``url``; DownloadRefused for every other scheme, port or way of writing a host.

    No userinfo, ports 443 and 80, names of two labels at least, addresses in their usual form: what other programs
    read as "127.1" or "0x7f000001" is refused and not read.
    """
    found = _URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None:
        raise DownloadRefused()
    scheme = found["scheme"].lower()
    port = int(found["port"] or PORTS[scheme])
    if port not in PORTS.values() or (scheme == "http" and not allow_http):
        raise DownloadRefused()
    rest = found["rest"] or "/"
    return Target(scheme, _host(found["host"].lower()), port, rest if rest.startswith("/") else f"/{rest}")


def follow(target: Target, location: str, *, allow_http: bool = False) -> Target:
    """Where ``target`` sends us; never from https down to http."""
    found = parse(urljoin(target.url, location), allow_http=allow_http)
    if target.scheme == "https" and found.scheme != "https":
        raise DownloadRefused()
    return found


def _host(host: str) -> str:
    if host.startswith("["):
        return _address(host[1:-1], IPv6Address)
    name = host.removesuffix(".")
    labels = name.split(".")
    if _A_NUMBER.fullmatch(labels[-1]):
        return _address(name, IPv4Address)
    if len(labels) < 2 or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise DownloadRefused()
    return name


def _address(text: str, kind: type[IPv4Address] | type[IPv6Address]) -> str:
    try:
        return str(kind(text))
    except AddressValueError:
        raise DownloadRefused() from None
