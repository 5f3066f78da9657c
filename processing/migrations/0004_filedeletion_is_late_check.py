from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("processing", "0003_jobfile_is_adopted"),
    ]

    operations = [
        migrations.AddField(
            model_name="filedeletion",
            name="is_late_check",
            field=models.BooleanField(
                default=False, help_text="Deleted once already; looked at again in case its writer was merely slow."
            ),
        ),
    ]
