"""pgvector: whether this database has it, could have it, or cannot."""

from django.db import connection

ADVICE = (
    "Install the package postgresql-16-pgvector beside the database, or use the embedded one; then, as the database's"
    " owner, run CREATE EXTENSION vector; in it."
)


class VectorsMissing(Exception):
    """Aureole cannot be brought up on this database; the text says why and what to do."""


def vectors_sentence() -> str:
    """ "ok", or what is missing."""
    is_on, is_available, _ = _vectors()
    if is_on:
        return "ok"
    return "pgvector is not switched on in this database." if is_available else "This PostgreSQL has no pgvector."


def require_vectors() -> None:
    """Raises VectorsMissing when no migration could switch them on."""
    is_on, is_available, may_create = _vectors()
    if not is_on and not (is_available and may_create):
        why = "This PostgreSQL has no pgvector." if not is_available else "This role may not switch pgvector on."
        raise VectorsMissing(f"{why} {ADVICE}")


def _vectors() -> tuple[bool, bool, bool]:
    """On, available, and whether our role may switch it on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'vector'),"
            " EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector'),"
            " has_database_privilege(current_database(), 'CREATE')"
        )
        is_on, is_available, may_create = cursor.fetchone()
    return is_on, is_available, may_create
