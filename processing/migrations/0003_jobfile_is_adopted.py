from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("processing", "0002_job_served_idx"),
    ]

    operations = [
        migrations.AddField(
            model_name="jobfile",
            name="is_adopted",
            field=models.BooleanField(
                default=False, help_text="Published into somebody else's rows: it outlives this job."
            ),
        ),
    ]
