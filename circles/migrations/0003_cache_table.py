"""Sign-in limits and throttles live in this table, so it comes with the migrations and cannot be forgotten."""

from django.core.management import call_command
from django.db import migrations


def make_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("circles", "0002_invitations")]
    operations = [
        migrations.RunPython(make_table, migrations.RunPython.noop),
    ]
