"""PostgreSQL refuses root; every way around it that this machine allows is taken and works on one cluster in turn."""

import os
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from config.embedded import identity, postgres
from config.embedded.children import stop_all
from config.embedded.identity import Identity
from config.embedded.layout import CannotStart, Layout
from config.embedded.postgres import Postgres

pytestmark = pytest.mark.xdist_group("instances")


def ways() -> list[Identity]:
    if os.geteuid() != 0:
        return [Identity(uid=os.geteuid())]
    return [way for way in (identity._namespace(), identity._dropped()) if identity._works(way)]


def ask_once(layout: Layout, server: Postgres, words: str) -> object:
    child = server.start()
    connection = psycopg2.connect(server.url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(words)
            return cursor.fetchone()
    finally:
        connection.close()
        stop_all([child])


def test_each_way_starts_the_cluster_that_another_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(tmp_path / "data")
    layout.make()
    server = Postgres(layout, durable=False)
    found = ways()
    assert found
    for way in [*found, *reversed(found)]:
        monkeypatch.setattr(postgres, "postgres_identity", lambda way=way: way)
        assert ask_once(layout, server, "SELECT count(*) FROM pg_database WHERE datname = 'aureole'") == (1,)
        assert (layout.postgres / "PG_VERSION").stat().st_uid == way.uid


def test_the_vectors_are_there(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    layout.make()
    words = "CREATE EXTENSION vector; SELECT '[1,2]'::vector <-> '[4,6]'::vector"
    assert ask_once(layout, Postgres(layout, durable=False), words) == (5.0,)


def test_a_user_without_a_name_takes_a_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity.os, "geteuid", lambda: 4321)
    monkeypatch.setattr(identity, "_works", lambda way: way.prefix[0] == "unshare")
    identity.postgres_identity.cache_clear()
    found = identity.postgres_identity()
    identity.postgres_identity.cache_clear()
    assert found.prefix[0] == "unshare"
    assert found.uid == 4321


def test_a_machine_that_allows_no_way_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    never: Callable[[Identity], bool] = lambda way: False  # noqa: E731
    monkeypatch.setattr(identity, "_works", never)
    monkeypatch.setattr(identity.os, "geteuid", lambda: 0)
    identity.postgres_identity.cache_clear()
    with pytest.raises(CannotStart, match="DATABASE_URL"):
        identity.postgres_identity()
    identity.postgres_identity.cache_clear()
