"""A connection that keeps to its limits: seconds for each wait and for everything, and bytes."""

import io
import socket
import time
from typing import Any

from processing.errors import DownloadFailed


class Clock:
    """Counts down from ``seconds``; every wait is cut to what is left."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def at_most(self, seconds: float) -> float:
        """``seconds``, or what is left; DownloadFailed when nothing is."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise DownloadFailed()
        return min(seconds, left)


class Line:
    """What http.client wants of a socket, with every read counted and timed.

    ``allowance`` is how many bytes may still arrive; the caller raises it when it knows what they are for.
    """

    def __init__(self, sock: socket.socket, clock: Clock, read_seconds: float, allowance: int) -> None:
        self.sock = sock
        self.clock = clock
        self.read_seconds = read_seconds
        self.allowance = allowance

    def sendall(self, data: Any) -> None:
        self.sock.settimeout(self.clock.at_most(self.read_seconds))
        self.sock.sendall(data)

    def receive_into(self, buffer: Any) -> int:
        self.sock.settimeout(self.clock.at_most(self.read_seconds))
        count = self.sock.recv_into(buffer)
        self.allowance -= count
        if self.allowance < 0:
            raise DownloadFailed()
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Raw(self))

    def close(self) -> None:
        """http.client lets go as soon as it knows that this is the last answer; whoever opened the socket closes it."""


class _Raw(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._line.receive_into(buffer)
