"""Brings a database up to date: a backup first where there is something to lose, then the migrations."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from processing.upkeep.dumps import dump_before_migration
from processing.upkeep.vectors import require_vectors

_LOCK = 0x4175_7265  # "Aure": two instances on one database migrate one after the other


def bring_up_database(*, backups: Path | None) -> Path | None:
    """Migrate; returns the backup that was made before, or None when nothing was lost without one.

    Raises VectorsMissing before anything changes. ``backups`` is the folder for it, None to make none.
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
    call_command("migrate", interactive=False, verbosity=0)
    return backup


def ensure_admin(*, email: str, password: str) -> bool:
    """Make the first administrator; False when there is one already."""
    people = get_user_model()._default_manager
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if people.filter(is_superuser=True).exists():
            return False
        people.create_superuser(email=email, password=password)  # type: ignore[attr-defined]
    return True
