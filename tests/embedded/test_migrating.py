"""Migrating beside people who work: it gives way after two seconds, and says so."""

from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from processing.upkeep import bring_up
from tests import database

pytestmark = pytest.mark.django_db(transaction=True)


def change_a_table(*_: Any, **__: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE processing_tally ADD COLUMN spare integer")


@pytest.fixture(autouse=True)
def something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bring_up.MigrationExecutor, "migration_plan", lambda *_: ["something"])
    monkeypatch.setattr(bring_up, "call_command", change_a_table)


@pytest.mark.timeout(60)
def test_a_table_somebody_works_on_is_not_waited_for() -> None:
    with psycopg2.connect(database.address()) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE processing_tally IN ROW EXCLUSIVE MODE")
        with pytest.raises(CommandError, match="Stop the workers, or run it again"):
            call_command("prepare", "--no-backup")
    other.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'processing_tally'")
        assert ("spare",) not in cursor.fetchall()
