from typing import Any

from django.db import migrations, models
from django.db.models import Max


def remember_answers(apps: Any, schema_editor: Any) -> None:
    """What was answered before is in the ledger."""
    said = apps.get_model("consent", "ConsentEvent").objects.filter(event__in=("granted", "refused"))
    rows = said.order_by().values("record_id").annotate(at=Max("at")).values_list("record_id", "at")
    for record_id, at in rows.iterator():
        apps.get_model("consent", "Consent").objects.filter(pk=record_id).update(answered_at=at)


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0003_a_purpose_for_being_seen_as_it_is'),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='answered_at',
            field=models.DateTimeField(blank=True, help_text='When its granter last said yes or no.', null=True),
        ),
        migrations.RunPython(remember_answers, migrations.RunPython.noop),
    ]
