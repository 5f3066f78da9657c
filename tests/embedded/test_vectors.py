"""pgvector is switched on by migrating, also in a database that was given; where it cannot be, that is said plainly."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from processing.upkeep import bring_up, doctor, vectors

pytestmark = pytest.mark.django_db


def finding() -> doctor.Finding:
    return next(found for found in doctor.examine() if found.subject == "Vectors")


def test_a_migrated_database_knows_vectors() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT '[1,2]'::vector <-> '[4,6]'::vector")
        assert cursor.fetchone() == (5.0,)
    assert finding().advice == ""


def test_a_database_where_they_are_off_is_told_by_the_doctor_with_the_way_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector")
    found = finding()
    assert found.is_needed
    assert found.sentence == "pgvector is not switched on in this database."
    assert "CREATE EXTENSION vector" in found.advice


@pytest.mark.parametrize(
    ("state", "said"),
    [((False, False, True), "This PostgreSQL has no pgvector."), ((False, True, False), "may not switch pgvector on")],
)
def test_a_database_that_cannot_have_them_is_refused_before_anything_changes(
    monkeypatch: pytest.MonkeyPatch, state: tuple[bool, bool, bool], said: str
) -> None:
    monkeypatch.setattr(vectors, "_vectors", lambda: state)
    monkeypatch.setattr(bring_up.MigrationExecutor, "migration_plan", lambda *_: ["something to do"])
    monkeypatch.setattr(bring_up, "call_command", lambda *_, **__: pytest.fail("it was migrated all the same"))
    with pytest.raises(CommandError, match=said) as refused:
        call_command("prepare", "--no-backup")
    assert "postgresql-16-pgvector" in str(refused.value)
