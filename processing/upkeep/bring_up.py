"""Brings a database up to date: a backup first where there is something to lose, then the migrations."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg2.errors import LockNotAvailable

from processing.upkeep.dumps import dump_before_migration
from processing.upkeep.vectors import require_vectors

_LOCK = 0x4175_7265  # "Aure": two instances on one database migrate one after the other


class DatabaseBusy(Exception):
    """A migration gave way to those who work; the text says what to do."""


def bring_up_database(*, backups: Path | None) -> Path | None:
    """Migrate; returns the backup that was made before, or None when nothing was lost without one.

    Raises VectorsMissing before anything changes, DatabaseBusy when a migration gave way. ``backups`` is the folder
    for the backup, None to make none.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            backup = _migrate(backups)
            call_command("createcachetable", verbosity=0)
            return backup
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _migrate(backups: Path | None) -> Path | None:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    require_vectors()
    is_new = not executor.loader.applied_migrations
    backup = None if is_new or backups is None else dump_before_migration(backups)
    _apply()
    return backup


def _apply() -> None:
    """A migration that waits for a table makes everybody behind it wait too: after two seconds it gives way."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise DatabaseBusy(
                    "Somebody works on a table that has to change. Stop the workers, or run it again in a minute."
                ) from error
            raise
        finally:
            cursor.execute("RESET lock_timeout")


def ensure_admin(*, email: str, password: str) -> bool:
    """Make the first administrator; False when there is one already."""
    people = get_user_model()._default_manager
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if people.filter(is_superuser=True).exists():
            return False
        people.create_superuser(email=email, password=password)  # type: ignore[attr-defined]
    return True
