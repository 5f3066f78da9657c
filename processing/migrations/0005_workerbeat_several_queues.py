from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("processing", "0004_filedeletion_is_late_check"),
    ]

    operations = [
        migrations.AlterField(
            model_name="workerbeat",
            name="queue",
            field=models.CharField(help_text="The queues it serves, with commas between them.", max_length=60),
        ),
    ]
