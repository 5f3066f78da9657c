"""PostgreSQL and Redis, embedded or given: what the rest sees is two URLs."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg2

from config import env
from config.embedded.children import Child, end_orphans, stop_all
from config.embedded.layout import CannotStart, Layout, secret_key_file
from config.embedded.postgres import Postgres
from config.embedded.redis_server import RedisServer


@dataclass
class Services:
    """The embedded servers that this instance needs; none where the environment names others."""

    layout: Layout
    durable: bool = True
    starts: dict[str, Callable[[], Child]] = field(default_factory=dict)
    running: dict[str, Child] = field(default_factory=dict)

    def name(self) -> None:
        """Put the addresses into the environment, where everything reads them; start nothing."""
        os.environ["DATA_DIR"] = str(self.layout.data)
        if not _is_given("SECRET_KEY"):
            os.environ["SECRET_KEY_FILE"] = str(secret_key_file(self.layout))
        if not _is_given("DATABASE_URL"):
            postgres = Postgres(self.layout, durable=self.durable)
            os.environ["DATABASE_URL"] = postgres.url
            self.starts["postgres"] = postgres.start
        if not _is_given("REDIS_URL"):
            server = RedisServer(self.layout, durable=self.durable)
            os.environ["REDIS_URL"] = server.url
            self.starts["redis"] = server.start

    def start(self) -> None:
        """End what a killed run left behind, then start what is needed; raises CannotStart."""
        self.layout.make()
        end_orphans(self.layout)
        self.name()
        if "postgres" not in self.starts:
            wait_for_given_database()
        for name in self.starts:
            self.start_one(name)

    def start_one(self, name: str) -> Child:
        """Start one server, for the first time or after it died."""
        self.running[name] = self.starts[name]()
        return self.running[name]

    def stop(self) -> None:
        """Redis first, the database last."""
        for child in reversed(self.running.values()):
            stop_all([child])
        self.running.clear()


def _is_given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def wait_for_given_database(seconds: float = 30.0) -> None:
    """Until the database that DATABASE_URL names answers; raises CannotStart. Redis may come later: it only wakes."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return psycopg2.connect(env.secret("DATABASE_URL"), connect_timeout=5).close()
        except psycopg2.Error as error:
            if time.monotonic() > deadline or not isinstance(error, psycopg2.OperationalError):
                reason = str(error).strip().splitlines()[0]
                raise CannotStart(
                    f"The database that DATABASE_URL names does not answer: {reason}. "
                    "Start it or mend the address; without DATABASE_URL Aureole brings a database of its own."
                ) from error
        time.sleep(0.5)
