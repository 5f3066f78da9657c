"""The outside as the fetcher sees it: names, connections, certificates. Tests put their own in its place."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from processing.fetching.addresses import is_public


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """Every A and AAAA of ``host``; OSError when there is none, TimeoutError after ``seconds``."""
    found: list[str] = []

    def ask() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    # getaddrinfo knows no time limit of its own.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        raise TimeoutError
    if not found:
        raise OSError("no address")
    return list(dict.fromkeys(found))


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to exactly this address."""
    return socket.create_connection((address, port), seconds)


@cache
def certificates() -> ssl.SSLContext:
    """The system's authorities; names are checked."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class Network:
    """How names are resolved, addresses judged and connected to, certificates checked.

    There is no setting for any of them: only code that holds a Network of its own reaches anything else.
    """

    resolve: Callable[[str, int, float], list[str]] = field(default=resolve)
    connect: Callable[[str, int, float], socket.socket] = field(default=connect)
    certificates: Callable[[], ssl.SSLContext] = field(default=certificates)
    is_public: Callable[[str], bool] = field(default=is_public)


OUTSIDE = Network()
