from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("processing", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("started_at__isnull", False)), fields=["owner", "-started_at"], name="job_served_idx"
            ),
        ),
    ]
