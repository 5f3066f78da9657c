"""Which addresses lie on the open internet. Explicit lists: what they do not open stays shut.

Python's ``is_global`` lets through NAT64 (RFC 6052), 6to4 (RFC 3056), mapped shared space (RFC 6598) and others that
lead back inside. Source: the IANA special-purpose registries of IPv4 and IPv6 addresses (RFC 6890).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_SHUT_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by a carrier's customers; some clouds keep their metadata here
        "127.0.0.0/8",
        "168.63.129.16/32",  # a public number that answers inside a cloud (Azure)
        "169.254.0.0/16",  # link-local, the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, one cloud's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # measurements
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # to many
        "240.0.0.0/4",
    )
)
# All of IPv6 that is handed out; the rest, compatible addresses and NAT64 with it, is shut.
_HANDED_OUT_6: Final = IPv6Network("2000::/3")
_SHUT_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID, measurements
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """True when ``address`` (an IPv4 or IPv6 literal, as a resolver gives it) may be connected to.

    A scope ("fe80::1%eth0") and whatever is no address at all are not public. A mapped IPv4 address is judged as that.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return _is_public_6(found) if mapped is None else _is_public_4(mapped)
    return _is_public_4(found)


def _is_public_4(address: IPv4Address) -> bool:
    return not any(address in network for network in _SHUT_4)


def _is_public_6(address: IPv6Address) -> bool:
    is_handed_out = address.scope_id is None and address in _HANDED_OUT_6
    return is_handed_out and not any(address in network for network in _SHUT_6)
