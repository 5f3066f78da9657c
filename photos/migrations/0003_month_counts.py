"""Photos a month, counted by the database: a page that counts 100,000 rows anew each time is a slow page."""

from typing import Final

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GAINED: Final = "SELECT owner_id, month, 1 AS step FROM gained WHERE deleted_at IS NULL"
LOST: Final = "SELECT owner_id, month, -1 AS step FROM lost WHERE deleted_at IS NULL"
# What each kind of statement changes, and the rows it is shown.
STATEMENTS: Final = {
    "insert": (GAINED, "NEW TABLE AS gained"),
    "delete": (LOST, "OLD TABLE AS lost"),
    "update": (f"{GAINED} UNION ALL {LOST}", "NEW TABLE AS gained OLD TABLE AS lost"),
}

# Months are gone through in order: two transactions that move photos between the same two then wait for each other, not
# for ever. A loss only lowers a row that is there: an account's rows may be deleted in any order.
COUNT: Final = """
CREATE FUNCTION photos_count_months_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change record;
BEGIN
    FOR change IN
        SELECT owner_id, month, sum(step) AS difference FROM ({steps}) AS steps
        GROUP BY owner_id, month HAVING sum(step) <> 0 ORDER BY owner_id, month
    LOOP
        IF change.difference > 0 THEN
            INSERT INTO photos_monthcount AS known (owner_id, month, count)
            VALUES (change.owner_id, change.month, change.difference)
            ON CONFLICT (owner_id, month) DO UPDATE SET count = known.count + excluded.count;
        ELSE
            UPDATE photos_monthcount SET count = count + change.difference
            WHERE owner_id = change.owner_id AND month = change.month;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER photos_count_months_{name} AFTER {name} ON photos_photo
REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION photos_count_months_{name}();
"""
UNCOUNT: Final = """
DROP TRIGGER photos_count_months_{name} ON photos_photo;
DROP FUNCTION photos_count_months_{name}();
"""
COUNT_ALL: Final = """
INSERT INTO photos_monthcount (owner_id, month, count)
SELECT owner_id, month, count(*) FROM photos_photo WHERE deleted_at IS NULL GROUP BY owner_id, month
"""


def trigger(name: str) -> migrations.RunSQL:
    steps, tables = STATEMENTS[name]
    return migrations.RunSQL(COUNT.format(name=name, steps=steps, tables=tables), UNCOUNT.format(name=name))


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0002_edits_search_and_idempotency"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("count", models.IntegerField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="monthcount",
            constraint=models.UniqueConstraint(
                fields=("owner", "month"), include=("count",), name="month_count_once"
            ),
        ),
        *(trigger(name) for name in STATEMENTS),
        migrations.RunSQL(COUNT_ALL, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="photo", name="photo_month_idx"),
    ]
